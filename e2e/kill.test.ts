// Three processes (a simulated cuff on its radio, the gateway, the backend with its broker), each killed with SIGKILL
// while values flow: what the cuff sent is what the hub stores, each value exactly once.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApiReading, Device, Explanation, Patient } from '@gaya/protocols/api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Part, until } from './support/process.ts';

const ADDRESS = 'c0:67:61:79:61:01';
const folder = mkdtempSync(join(tmpdir(), 'gaya-kill-'));
const radio = join(folder, 'radio.sock');

const cuff = new Part({
  file: 'tools/gaya-sim.ts',
  // Slower than one a second: the cuff's time stamp has seconds, and equal bytes are one value.
  args: ['device', 'blood-pressure', '--radio', radio, '--every', '1.1', '--truth', '--address', ADDRESS],
});
const backend = new Part({
  file: 'backend/src/server.ts',
  env: {
    GAYA_DATA: join(folder, 'hub'),
    GAYA_HTTP_PORT: '0',
    GAYA_MQTT_PORT: '0',
    GAYA_LOG_LEVEL: 'warn',
    GAYA_DASHBOARD: join(folder, 'none'),
  },
});
const gateway = new Part({ file: 'tools/gateway.ts' });

let url = '';
let patientId = '';

async function api<T>(method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(url + path, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

/** Distinct values that left the cuff's radio. */
function sent(): Set<string> {
  const values = cuff.lines.map((line) => JSON.parse(line) as { t: string; chr: string; hex: string });
  return new Set(values.filter((v) => v.t === 'tx' && v.chr === '2a35').map((v) => v.hex));
}

function storedReadings(): Promise<ApiReading[]> {
  return api('GET', `/api/patients/${patientId}/readings?metric=blood-pressure&limit=500`);
}

/** Bytes of each stored blood pressure. */
async function stored(): Promise<string[]> {
  const readings = await storedReadings();
  const explained = await Promise.all(
    readings.map((r) => api<Explanation>('GET', `/api/readings/${r.readingId}/explain`)),
  );
  return explained.map((e) => e.frame?.hex ?? 'no frame');
}

async function moreSent(count: number): Promise<void> {
  const before = sent().size;
  await until(`${count} more values`, () => (sent().size >= before + count ? true : null));
}

beforeAll(async () => {
  const ready = await backend.start();
  url = `http://127.0.0.1:${String(ready['httpPort'])}`;
  // Where it comes back after a kill.
  const env = { GAYA_HTTP_PORT: String(ready['httpPort']), GAYA_MQTT_PORT: String(ready['mqttPort']) };
  const { secret } = await api<{ secret: string }>('POST', '/api/gateways', { gatewayId: 'home-1', label: 'home-1' });
  const patient = await api<Patient>('POST', '/api/patients', {
    name: '가상환자',
    sex: 'female',
    birthDate: '1950-01-01',
    identifier: 'T-1',
    zone: 'Asia/Seoul',
  });
  patientId = patient.patientId;
  const device = await api<Device>('POST', '/api/devices', {
    profile: 'blood-pressure',
    label: 'cuff',
    address: ADDRESS,
    gateways: ['home-1'],
  });
  await api('POST', '/api/bindings', { deviceId: device.deviceId, patientId, from: Date.now() - 86_400_000 });
  await backend.kill();
  await backend.start(env);
  await cuff.start();
  await gateway.start({
    GAYA_GATEWAY_ID: 'home-1',
    GAYA_GATEWAY_SECRET: secret,
    GAYA_BROKER_URL: `mqtt://127.0.0.1:${String(ready['mqttPort'])}`,
    GAYA_HCI: `socket:${radio}`,
    GAYA_DATA: join(folder, 'gateway'),
    GAYA_STATUS_PORT: '0',
    GAYA_ZONE: 'Asia/Seoul',
  });
}, 60_000);

afterAll(async () => {
  await Promise.all([gateway.kill(), cuff.kill()]);
  await backend.kill('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

describe('a cuff, a gateway and a hub, each killed while values flow', () => {
  test('stores every value that was sent, exactly once', { timeout: 150_000 }, async () => {
    await until('the first reading', async () => ((await stored()).length > 0 ? true : null));
    for (const part of [gateway, backend, gateway, backend]) {
      await moreSent(1);
      await part.kill();
      await moreSent(part === backend ? 2 : 0);
      await part.start();
    }
    await moreSent(2);
    await cuff.kill();
    const expected = [...sent()].toSorted();
    expect(expected.length).toBeGreaterThan(5);
    await until(
      'all values stored',
      async () => (new Set(await stored()).size >= expected.length ? true : null),
      60_000,
    );
    expect((await stored()).toSorted()).toEqual(expected);
  });

  test('goes on with a cuff whose radio came back', { timeout: 60_000 }, async () => {
    const before = (await stored()).length;
    await cuff.start();
    await until('a reading after the radio was lost', async () => ((await stored()).length > before ? true : null));
    expect((await storedReadings()).every((r) => r.time.verdict === 'device-clock-mapped')).toBe(true);
  });
});
