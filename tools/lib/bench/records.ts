/** Records that a bench needs before its hub starts: the fleet's gateways, devices, (fictional) patients and bindings, and stored history. */
import type { Hub } from '../../../backend/src/hub.ts';
import { openHub } from '../../../backend/src/hub.ts';
import { framesTopic } from '@gaya/protocols/messages';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { connectMessage, SAMPLES_PER_STREAM_FRAME, streamMessage } from './frames.ts';
import { deviceId, devicesOf, gatewayId, gatewayOfDevice, patientId, ZONE, type Fleet } from './fleet.ts';

const BOUND_SINCE_MS = 500 * 24 * 3_600_000;
const AUTHOR = 'bench';

/** Opens the hub in this process for as long as `work` takes. */
async function withHub<T>(folder: string, work: (hub: Hub) => Promise<T>): Promise<T> {
  const hub = await openHub({
    dataDir: join(folder, 'hub'),
    organisation: 'default',
    clock: Date.now,
    random: (octets) => randomBytes(octets),
  });
  try {
    return await work(hub);
  } finally {
    await hub.close();
  }
}

export interface Enrolment {
  readonly fleet: Fleet;
  readonly profile: 'blood-pressure' | 'pulse-oximeter';
}

export async function enrol(folder: string, ...enrolments: readonly Enrolment[]): Promise<void> {
  await withHub(folder, async (hub) => {
    for (const enrolment of enrolments) await enrolDevices(hub, enrolment);
    // Last: a new device is told to every gateway there is.
    for (const { fleet } of enrolments) await enrolGateways(hub, fleet);
  });
}

async function enrolGateways(hub: Hub, fleet: Fleet): Promise<void> {
  for (let n = 0; n < fleet.gateways; n += 1)
    await hub.gateways.create({ gatewayId: gatewayId(fleet, n), label: `Gateway ${n}` }, AUTHOR);
}

async function enrolDevices(hub: Hub, { fleet, profile }: Enrolment): Promise<void> {
  const from = Date.now() - BOUND_SINCE_MS;
  const bound: Promise<unknown>[] = [];
  for (let n = 0; n < devicesOf(fleet); n += 1) {
    const [device, patient, gateway] = [
      deviceId(fleet, n),
      patientId(fleet, n),
      gatewayId(fleet, gatewayOfDevice(fleet, n)),
    ];
    const person = {
      name: `Fictional ${n}`,
      sex: 'unknown' as const,
      birthDate: '1950-01-01',
      identifier: patient,
      zone: ZONE,
    };
    await hub.patients.create(person, AUTHOR, { fictional: true, patientId: patient });
    await hub.devices.create({ profile, label: `Device ${n}`, gateways: [gateway] }, AUTHOR, { deviceId: device });
    bound.push(hub.decisions.bind({ deviceId: device, patientId: patient, from }, AUTHOR));
  }
  await Promise.all(bound);
}

export interface History {
  readonly fleet: Fleet;
  readonly framesPerDevice: number;
  readonly intervalMs: number;
}

/** Messages that wait for the projections at a time. */
const SLICE = 100;
const FRAMES_PER_MESSAGE = 480;

/**
 * Stores history through the ingest of a hub in this process: no broker, everything else as in life.
 * @returns log entries and series values that it made, and the seconds it took
 */
export async function fill(
  folder: string,
  histories: readonly History[],
): Promise<{ entries: number; samples: number; seconds: number }> {
  return withHub(folder, async (hub) => {
    const since = performance.now();
    let entries = 0;
    let frames = 0;
    const receive = async (fleet: Fleet, device: number, body: Buffer): Promise<void> => {
      hub.ingest.receive(framesTopic(gatewayId(fleet, gatewayOfDevice(fleet, device)), deviceId(fleet, device)), body);
      entries += 1;
      if (entries % SLICE !== 0) return;
      hub.ingest.flush();
      await hub.projections.caughtUp();
    };
    for (const { fleet, framesPerDevice, intervalMs } of histories) {
      for (let device = 0; device < devicesOf(fleet); device += 1)
        await receive(fleet, device, connectMessage(fleet, device));
      // Time goes on for all devices together, as it does in life.
      for (let n = 0; n * FRAMES_PER_MESSAGE < framesPerDevice; n += 1) {
        for (let device = 0; device < devicesOf(fleet); device += 1) {
          await receive(fleet, device, streamMessage(fleet, device, n, FRAMES_PER_MESSAGE, intervalMs));
          frames += FRAMES_PER_MESSAGE;
        }
      }
    }
    hub.ingest.flush();
    await hub.projections.caughtUp();
    return { entries, samples: frames * SAMPLES_PER_STREAM_FRAME, seconds: (performance.now() - since) / 1_000 };
  });
}
