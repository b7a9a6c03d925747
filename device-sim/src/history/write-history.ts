/** The ward's past as messages of its gateways, oldest first, the same for the same seed. */
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { FramesMessage } from '@gaya/protocols/messages';
import { DeviceClock } from '../peripherals/device-clock.ts';
import { prng, seedOf } from '../random/prng.ts';
import { vitalsAt } from '../vitals/vitals.ts';
import { bodyOf, measurementsPerDay, profileOfDevice, traitsOf, wornMsOf } from '../ward/routine.ts';
import { WARD_ZONE } from '../ward/ward.ts';
import type { WardDevice, WardPatient } from '../ward/ward.ts';
import { recordSession } from './session-frames.ts';
import type { Boot } from './session-frames.ts';

export interface HistoryOptions {
  readonly ward: readonly WardPatient[];
  /** Device key -> the hub's device id; devices that are not in it are left out. */
  readonly deviceIds: Readonly<Record<string, string>>;
  /** UTC ms, from included, to not. */
  readonly from: number;
  readonly to: number;
  readonly seed: number;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const KOREA_OFFSET_MS = 9 * HOUR_MS;
/** People measure while they are awake, Korean time. */
const MORNING_HOUR = 6;
const EVENING_HOUR = 23;
const SAMPLES_WHILE_WORN = 4;
/** A gateway is started again once a week. */
const BOOT_MS = 7 * DAY_MS;

/** Writes one message a line, keeping to the stream's pace; does not end it. @returns messages written */
export async function writeHistory(options: HistoryOptions & { readonly out: Writable }): Promise<number> {
  let written = 0;
  for (const message of history(options)) {
    written++;
    if (!options.out.write(`${JSON.stringify(message)}\n`)) await once(options.out, 'drain');
  }
  return written;
}

interface PlannedSession {
  readonly atMs: number;
  readonly message: () => FramesMessage;
}

/** Message by message; only one day is held at a time. */
export function* history(options: HistoryOptions): Generator<FramesMessage> {
  const { from, to } = options;
  const devices = options.ward.flatMap((patient, patientIndex) =>
    patient.devices.flatMap((device) => recorder(options, patient, patientIndex, device)),
  );
  const firstDay = Math.floor((from + KOREA_OFFSET_MS) / DAY_MS) * DAY_MS - KOREA_OFFSET_MS;
  for (let day = firstDay; day < to; day += DAY_MS) {
    const sessions = devices.flatMap((planDay) => planDay(day)).filter(({ atMs }) => atMs >= from && atMs < to);
    sessions.sort((a, b) => a.atMs - b.atMs);
    for (const session of sessions) yield session.message();
  }
}

/** Gives the sessions of one device on one Korean day. */
function recorder(
  options: HistoryOptions,
  patient: WardPatient,
  patientIndex: number,
  device: WardDevice,
): ((day: number) => PlannedSession[])[] {
  const id = options.deviceIds[device.deviceKey];
  if (id === undefined) return [];
  const { seed, to } = options;
  const traits = traitsOf(device, seed);
  const profile = profileOfDevice(device);
  const body = bodyOf(patient, patientIndex, seed, to);
  // The clock has drifted into its present offset: live sessions go on from there.
  const clock = new DeviceClock({
    zone: WARD_ZONE,
    offsetMs: traits.clockOffsetMs,
    driftPpm: traits.clockDriftPpm,
    setAtMs: to,
  });
  const keySeed = seedOf(seed, ...Buffer.from(device.deviceKey));
  const plan = (day: number): PlannedSession[] => {
    const random = prng(seedOf(keySeed, day));
    return timesOf(day, measurementsPerDay(device.profile), random).map((atMs) => ({
      atMs,
      message: () =>
        recordSession({
          profile,
          gateway: device.gateway,
          device: id,
          zone: WARD_ZONE,
          clock,
          batteryPercent: batteryAt(traits.batteryPercent, to - atMs),
          startMs: atMs,
          vitalsAt: (ms) => vitalsAt(body, ms),
          samples: wornMsOf(device.profile) > 0 ? SAMPLES_WHILE_WORN : 0,
          boot: bootAt(device.gateway, atMs),
          random: prng(seedOf(keySeed, atMs)),
        }),
    }));
  };
  return [plan];
}

/** Spread over the waking hours, each somewhere in its own part of the day. */
function timesOf(day: number, count: number, random: () => number): number[] {
  const partMs = ((EVENING_HOUR - MORNING_HOUR) * HOUR_MS) / count;
  // Kept off the borders, so that two sessions of a device never overlap.
  return Array.from({ length: count }, (_, part) =>
    Math.round(day + MORNING_HOUR * HOUR_MS + (part + 0.1 + random() * 0.8) * partMs),
  );
}

/** A percent is lost in two days, and cells are changed when they are nearly empty. */
function batteryAt(nowPercent: number, agoMs: number): number {
  return Math.min(100, Math.round(nowPercent + agoMs / (2 * DAY_MS)));
}

function bootAt(gateway: string, atMs: number): Boot {
  const startedMs = Math.floor(atMs / BOOT_MS) * BOOT_MS;
  return { id: `${gateway}-boot-${startedMs / BOOT_MS}`, startedMs };
}
