// The whole chain in one process: bytes of a peripheral on the virtual radio, real noble, the gateway's queue, a real
// broker, the hub's log and projections, and the live feed that a browser would read.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApiReading, FeedEvent } from '@gaya/protocols/api';
import { profileOf, type Vitals } from '@gaya/protocols/profiles';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildApp } from '../backend/src/app.ts';
import { aedesEmbedded } from '../backend/src/broker/aedes-embedded.ts';
import { linkHub } from '../backend/src/broker/hub-link.ts';
import { openHub, type Hub } from '../backend/src/hub.ts';
import { deviceFromProfile, type VirtualDevice } from '../device-sim/src/peripherals/virtual-device.ts';
import { Air, createVirtualHci, realScheduler, VirtualController } from '../device-sim/src/radio/index.ts';
import { NobleCentral } from '../gateway/src/ble/noble-central.ts';
import { Gateway } from '../gateway/src/gateway.ts';
import { Queue } from '../gateway/src/queue/queue.ts';
import { StateFile } from '../gateway/src/state-file.ts';
import { MqttUplink } from '../gateway/src/uplink/mqtt-uplink.ts';

const GATEWAY = 'home-1';
const DEVICES = [
  { profile: 'blood-pressure', address: 'c0:00:00:00:00:01' },
  { profile: 'thermometer', address: 'c0:00:00:00:00:02' },
  { profile: 'pulse-oximeter', address: 'c0:00:00:00:00:03' },
] as const;
const VITALS: Vitals = {
  systolicMmHg: 148,
  diastolicMmHg: 92,
  meanMmHg: 111,
  pulsePerMin: 71,
  spo2Percent: 97,
  perfusionPercent: 3.2,
  temperatureCel: 36.6,
};

const folder = mkdtempSync(join(tmpdir(), 'gaya-chain-'));
const closing: (() => Promise<void> | void)[] = [];
let hub: Hub;
let url = '';
let patientId = '';
const air = new Air({ scheduler: realScheduler, instant: true });
const devices = new Map<string, VirtualDevice>();

beforeAll(async () => {
  hub = await openHub({ dataDir: join(folder, 'hub'), organisation: 'default', clock: Date.now, random: (n) => randomBytes(n) });
  closing.push(() => hub.close());
  const broker = aedesEmbedded({ host: '127.0.0.1', port: 0, keys: hub.gateways });
  const link = linkHub(hub, broker);
  await broker.start();
  closing.push(() => broker.close());
  const app = await buildApp({ hub, broker, dashboard: join(folder, 'dist'), version: 'test', clock: Date.now });
  url = await app.listen({ host: '127.0.0.1', port: 0 });
  closing.push(() => app.close());

  const { secret } = await hub.gateways.create({ gatewayId: GATEWAY, label: GATEWAY }, 'test');
  const patient = await hub.patients.create(
    { name: '가상환자', sex: 'female', birthDate: '1950-01-01', identifier: 'T-1', zone: 'Asia/Seoul' },
    'test',
    { fictional: true },
  );
  patientId = patient.patientId;
  for (const { profile, address } of DEVICES) {
    const { deviceId } = await hub.devices.create({ profile, label: profile, address, gateways: [GATEWAY] }, 'test');
    await hub.decisions.bind({ deviceId, patientId, from: Date.now() - 86_400_000 }, 'test');
    devices.set(profile, makeDevice(profile, address));
  }
  await link.announce();
  startGateway(secret, broker.port());
}, 20_000);

afterAll(async () => {
  for (const close of closing.toReversed()) await close();
  rmSync(folder, { recursive: true, force: true });
});

function makeDevice(profileId: string, address: string): VirtualDevice {
  const profile = profileOf(profileId);
  if (profile === undefined) throw new Error(`no profile ${profileId}`);
  return deviceFromProfile(air, profile, { address, serial: 'T', systemId: '0100000002616702', idleMs: 200 });
}

function startGateway(secret: string, port: number): void {
  const controller = new VirtualController(air, { address: '00:11:22:33:44:55' });
  const gateway = new Gateway({
    config: { id: GATEWAY, hci: 'memory', zone: 'Asia/Seoul', maxConnections: 4, testBench: false, devices: [], maxQueueMiB: 64 },
    queue: new Queue(join(folder, 'queue.sqlite')),
    state: new StateFile(join(folder, 'state.json'), () => 'salt'),
    openCentral: () =>
      Promise.resolve(
        new NobleCentral({ hci: { kind: 'transport', transport: createVirtualHci(controller, realScheduler) } }),
      ),
    mono: () => performance.now(),
    wall: Date.now,
    randomBytes: (count) => randomBytes(count),
    freeBytes: () => null,
    software: 'test',
  });
  gateway.start();
  gateway.connect(new MqttUplink({ url: `mqtt://127.0.0.1:${port}`, gateway: GATEWAY, secret }));
  closing.push(() => gateway.stop());
}

/** Readings from the live feed, as a browser gets them, until `count` distinct metrics are there. */
async function readFeed(count: number): Promise<Map<string, ApiReading>> {
  const stop = new AbortController();
  const response = await fetch(`${url}/api/feed`, { headers: { accept: 'text/event-stream' }, signal: stop.signal });
  const found = new Map<string, ApiReading>();
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    const messages = text.split('\n\n');
    text = messages.pop() ?? '';
    for (const message of messages) {
      const data = /^data: ?(.*)$/m.exec(message)?.[1];
      if (data === undefined) continue;
      const event = JSON.parse(data) as FeedEvent;
      if (event.type === 'reading') found.set(event.reading.metric, event.reading);
    }
    if (found.size >= count) break;
  }
  stop.abort();
  return found;
}

const valuesOf = (reading: ApiReading | undefined): Record<string, string | null> =>
  Object.fromEntries((reading?.components ?? []).map((c) => [c.component, c.value]));

test('brings what three devices measure from their bytes to the live feed, with patient and time', async () => {
  const feed = readFeed(4);
  const at = Date.now();
  for (const device of devices.values()) device.measure(VITALS);
  const readings = await feed;

  expect(valuesOf(readings.get('blood-pressure'))).toEqual({ systolic: '148', diastolic: '92', mean: '111' });
  expect(Number(valuesOf(readings.get('pulse'))['value'])).toBe(71);
  expect(Number(valuesOf(readings.get('body-temperature'))['value'])).toBe(36.6);
  expect(Number(valuesOf(readings.get('spo2'))['value'])).toBe(97);
  for (const reading of readings.values()) {
    expect(reading.patientId).toBe(patientId);
    expect(reading.trayReason).toBeNull();
    expect(reading.time.verdict).toBe('device-clock-mapped');
    // The device's time stamp has whole seconds.
    expect(Math.abs((reading.time.effectiveAt ?? 0) - at)).toBeLessThan(3_000);
  }
  const pressure = readings.get('blood-pressure');
  const explained = pressure === undefined ? null : await hub.readings.explain(pressure.readingId);
  expect(explained?.frame?.characteristic).toBe('2a35');
  expect(explained?.frame?.fields.length).toBeGreaterThan(5);
});
