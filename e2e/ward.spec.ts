// The ward of twelve for a minute, with links that break at random, a gateway killed and the backend (with its broker)
// killed in the middle: everything that was measured is on the page.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiReading, Explanation, Worklist } from '@gaya/protocols/api';
import { expect, test } from '@playwright/test';
import { wardPatients } from '../device-sim/src/ward/ward.ts';
import { choose } from './support/page-guard.ts';
import { removeData, startHub, type RunningHub } from './support/hub.ts';

/** Values of single measurements; the oximeter's stream is counted elsewhere. */
const SPOT = ['2a35', '2a1c', '2a5e'];
const RUN_MS = 60_000;

let hub: RunningHub;
test.beforeAll(async () => {
  hub = await startHub(['--no-history', '--speed', '2000', '--drops', '20', '--truth']);
});
test.afterAll(async () => {
  await hub.stop();
  removeData(hub);
});

interface Sent {
  readonly t: string;
  readonly addr: string;
  readonly chr: string;
  readonly hex: string;
}

/** Distinct values that left the devices: `address characteristic octets` (each holds the second in which it was measured). */
function sent(): Set<string> {
  const lines = readFileSync(join(hub.data, 'logs', 'radio.log'), 'utf8').split('\n');
  const values = lines.filter((line) => line.startsWith('{"t":"tx"')).map((line) => JSON.parse(line) as Sent);
  return new Set(values.filter((v) => SPOT.includes(v.chr)).map((v) => `${v.addr} ${v.chr} ${v.hex}`));
}

async function get<T>(path: string): Promise<T> {
  const response = await fetch(hub.url + path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return (await response.json()) as T;
}

interface Shown {
  readonly patientId: string;
  readonly readings: readonly ApiReading[];
}

async function storedReadings(): Promise<Shown[]> {
  const { rows } = await get<Worklist>('/api/worklist');
  return Promise.all(
    rows.map(async ({ patient: { patientId } }) => ({
      patientId,
      readings: await get<ApiReading[]>(`/api/patients/${patientId}/readings?limit=1000`),
    })),
  );
}

/** Address by the hub's device id. */
function addresses(): ReadonlyMap<string, string> {
  const { deviceIds } = JSON.parse(readFileSync(join(hub.data, 'demo-ward.json'), 'utf8')) as {
    deviceIds: Record<string, string>;
  };
  const devices = wardPatients.flatMap((patient) => patient.devices);
  return new Map(devices.map(({ deviceKey, address }) => [deviceIds[deviceKey] ?? '', address]));
}

/** The values behind the stored readings, each frame once. */
async function storedValues(shown: readonly Shown[]): Promise<string[]> {
  const byFrame = new Map<string, string>();
  const address = addresses();
  for (const { readingId: id, device } of shown.flatMap(({ readings }) => readings)) {
    const frameId = id.slice(0, id.indexOf(':'));
    if (byFrame.has(frameId)) continue;
    const { frame } = await get<Explanation>(`/api/readings/${id}/explain`);
    byFrame.set(
      frameId,
      frame === null ? id : `${address.get(device ?? '') ?? ''} ${frame.characteristic ?? ''} ${frame.hex}`,
    );
  }
  return [...byFrame.values()];
}

test('everything measured in a minute of broken links and killed processes is on the page', async ({ page }) => {
  test.setTimeout(300_000);
  await choose(page, 'en', 'light');
  await page.goto(`${hub.url}/worklist`);
  await expect(page.locator('tr[app-worklist-row]').first()).toBeVisible();
  const until = Date.now() + RUN_MS;
  await page.waitForTimeout(RUN_MS / 4);
  process.kill(hub.pidOf('gateway-gw-02'), 'SIGKILL');
  await page.waitForTimeout(RUN_MS / 4);
  process.kill(hub.pidOf('backend'), 'SIGKILL');
  await page.waitForTimeout(Math.max(0, until - Date.now()));

  // The ward goes on measuring: what was sent by now has to be stored, and nothing that was not sent, or twice.
  const expected = sent();
  expect(expected.size).toBeGreaterThan(50);
  let shown: Shown[] = [];
  let stored: string[] = [];
  await expect(async () => {
    shown = await storedReadings();
    stored = await storedValues(shown);
    expect([...expected].filter((value) => !stored.includes(value))).toEqual([]);
  }).toPass({ timeout: 90_000 });
  const everSent = sent();
  expect(stored.filter((value) => !everSent.has(value))).toEqual([]);
  expect(new Set(stored).size).toBe(stored.length);

  for (const { patientId, readings } of shown) {
    await page.goto(`${hub.url}/patients/${patientId}`);
    const table = page.locator('app-readings-table');
    const more = table.getByRole('button', { name: 'Show more' });
    await expect(table.locator('tbody tr').first()).toBeVisible();
    await expect(async () => {
      if (await more.isVisible()) await more.click();
      expect(await table.locator('tbody tr').count()).toBeGreaterThanOrEqual(readings.length);
    }).toPass({ timeout: 30_000 });
  }
});
