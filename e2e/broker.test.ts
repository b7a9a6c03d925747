// The same chain over an external broker that forgets everything when it dies: broker, hub and gateway are processes, each is
// killed with SIGKILL or away for a while. What the cuff sent is what the hub stores, each value exactly once.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApiReading, Device, Explanation, Health, Patient } from '@gaya/protocols/api';
import type { GatewayStatus } from '@gaya/protocols/messages';
import { profileOf } from '@gaya/protocols/profiles';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deviceFromProfile, type VirtualDevice } from '../device-sim/src/peripherals/virtual-device.ts';
import { Air, realScheduler, serveH4, VirtualController } from '../device-sim/src/radio/index.ts';
import { Part, until } from './support/process.ts';

const CUFF = 'c0:67:61:79:61:01';
/** Debian keeps it where an ordinary user's PATH does not look. */
const MOSQUITTO = ['mosquitto', '/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto'].find((command) =>
  /mosquitto version [\d.]+/.test(spawnSync(command, ['-h'], { encoding: 'utf8' }).stdout),
);
if (MOSQUITTO === undefined)
  console.info(
    'No mosquitto on this machine (apt-get install mosquitto): the chain over an external broker is not tested.',
  );

const folder = mkdtempSync(join(tmpdir(), 'gaya-broker-'));
const closing: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
const backend = new Part({
  file: 'backend/src/server.ts',
  env: { GAYA_DATA: join(folder, 'hub'), GAYA_LOG_LEVEL: 'warn' },
});
const gateway = new Part({ file: 'tools/gateway.ts' });
const sent = new Set<string>();

let broker: { start(): Promise<void>; kill(): Promise<void> };
let cuff: VirtualDevice;
let url = '';
let statusUrl = '';
let patientId = '';
let systolicMmHg = 100;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Keeps nothing on the disk: when it is killed, sessions, retained messages and what waited are gone. */
function mosquitto(command: string, port: number): typeof broker {
  const file = join(folder, 'mosquitto.conf');
  writeFileSync(file, `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\nlog_dest none\n`);
  let child: ChildProcess | null = null;
  const answers = (): Promise<true | null> =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(null));
      socket.once('connect', () => socket.destroy());
    });
  return {
    start: async () => {
      child = spawn(command, ['-c', file], { stdio: 'ignore' });
      await until('mosquitto', answers);
    },
    kill: async () => {
      const gone = new Promise((resolve) => child?.once('exit', resolve));
      child?.kill('SIGKILL');
      await gone;
    },
  };
}

async function api<T>(method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(url + path, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

/** Gives the gateway its devices, and the hub the gateway. @returns the gateway's secret */
async function register(): Promise<string> {
  const { secret } = await api<{ secret: string }>('POST', '/api/gateways', { gatewayId: 'home-1', label: 'home-1' });
  const patient = { name: '가상환자', sex: 'female', birthDate: '1950-01-01', identifier: 'T-1', zone: 'Asia/Seoul' };
  patientId = (await api<Patient>('POST', '/api/patients', patient)).patientId;
  const device = { profile: 'blood-pressure', label: 'cuff', address: CUFF, gateways: ['home-1'] };
  const { deviceId } = await api<Device>('POST', '/api/devices', device);
  await api('POST', '/api/bindings', { deviceId, patientId, from: Date.now() - 86_400_000 });
  return secret;
}

/** A cuff on a radio of this process, which the gateway's process reaches over a socket. */
async function openRadio(): Promise<string> {
  const air = new Air({ scheduler: realScheduler, instant: true });
  const controller = (): VirtualController => new VirtualController(air, { address: '02:67:61:00:00:01' });
  const server = await serveH4(join(folder, 'radio.sock'), controller);
  closing.push(() => server.close());
  const profile = profileOf('blood-pressure');
  if (profile === undefined) throw new Error('no such profile');
  cuff = deviceFromProfile(air, profile, {
    address: CUFF,
    serial: 'T',
    systemId: '0100000002616702',
    idleMs: 500,
    onValue: (_characteristic, value) => sent.add(Buffer.from(value).toString('hex')),
  });
  closing.push(() => cuff.stop());
  return server.address;
}

beforeAll(async () => {
  if (MOSQUITTO === undefined) return;
  const port = await freePort();
  broker = mosquitto(MOSQUITTO, port);
  await broker.start();
  closing.push(() => broker.kill());
  const mqtt = `mqtt://127.0.0.1:${port}`;
  closing.push(() => backend.kill('SIGTERM'));
  const ready = await backend.start({ GAYA_MQTT_URL: mqtt, GAYA_HTTP_PORT: '0', GAYA_DASHBOARD: join(folder, 'none') });
  url = `http://127.0.0.1:${String(ready['httpPort'])}`;
  const secret = await register();
  closing.push(() => gateway.kill());
  const { statusPort } = await gateway.start({
    GAYA_GATEWAY_ID: 'home-1',
    GAYA_GATEWAY_SECRET: secret,
    GAYA_BROKER_URL: mqtt,
    GAYA_HCI: `socket:${await openRadio()}`,
    GAYA_DATA: join(folder, 'gateway'),
    GAYA_STATUS_PORT: '0',
    GAYA_ZONE: 'Asia/Seoul',
  });
  statusUrl = `http://127.0.0.1:${String(statusPort)}`;
}, 60_000);

afterAll(async () => {
  for (const close of closing.toReversed()) await close();
});

/** Measures so often, until the gateway has taken it all. */
async function measure(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    systolicMmHg += 1;
    cuff.measure({ systolicMmHg, diastolicMmHg: 80, meanMmHg: 100, pulsePerMin: 70 });
  }
  await until(`${count} in the queue`, () => (cuff.stored === 0 ? true : null));
}

async function stored(): Promise<string[]> {
  const path = `/api/patients/${patientId}/readings?metric=blood-pressure&limit=500`;
  const readings = await api<ApiReading[]>('GET', path);
  const explained = readings.map((r) => api<Explanation>('GET', `/api/readings/${r.readingId}/explain`));
  return (await Promise.all(explained)).map((e) => e.frame?.hex ?? 'no frame');
}

async function expectAllStored(): Promise<void> {
  await until('all values stored', async () => ((await stored()).length >= sent.size ? true : null), 45_000);
  expect((await stored()).toSorted()).toEqual([...sent].toSorted());
}

async function queue(): Promise<{ queued: number } | undefined> {
  const view = (await (await fetch(`${statusUrl}/status.json`)).json()) as { status: GatewayStatus };
  return view.status.detail?.queue;
}

async function restartHub(): Promise<void> {
  const ready = await backend.start();
  url = `http://127.0.0.1:${String(ready['httpPort'])}`;
}

describe.runIf(MOSQUITTO !== undefined)('over mosquitto', { timeout: 60_000 }, () => {
  test('the values of a cuff arrive', async () => {
    await measure(3);
    await expectAllStored();
    expect((await api<Health>('GET', '/api/health')).broker).toEqual({ kind: 'external', connected: true });
  });

  test('a broker that is killed and comes back without its memory loses nothing', async () => {
    await measure(1);
    await broker.kill();
    await measure(2);
    await broker.start();
    await measure(1);
    await expectAllStored();
  });

  test('a hub that is away for a while misses nothing', async () => {
    await measure(1);
    await backend.kill();
    await measure(3);
    await restartHub();
    await measure(1);
    await expectAllStored();
  });

  test('a broker that dies with what it kept for an absent hub loses nothing', async () => {
    await backend.kill();
    await measure(3);
    await until('taken by the broker', async () => ((await queue())?.queued === 0 ? true : null));
    await broker.kill();
    await broker.start();
    await restartHub();
    await expectAllStored();
  });

  test('a gateway that is killed goes on where it was', async () => {
    await measure(1);
    await gateway.kill();
    await gateway.start();
    await measure(2);
    await expectAllStored();
    expect(sent.size).toBe(18);
  });
});
