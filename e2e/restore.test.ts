// The hub is restored from a backup that is older than what it has acknowledged: the gateways send again what they have kept.
import { join } from 'node:path';
import type { Vitals } from '@gaya/protocols/profiles';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCli } from '../backend/src/cli.ts';
import { Chain, type ChainDevice } from './support/chain.ts';
import { until } from './support/process.ts';

const CUFF = 'c0:00:00:00:00:01';
const SECOND_CUFF = 'c0:00:00:00:00:02';

let chain: Chain;
let patient: string;
let cuff: ChainDevice;
beforeEach(async () => {
  chain = await Chain.open();
  patient = await chain.addPatient('T-1');
  cuff = await chain.addDevice('blood-pressure', CUFF, patient);
});
afterEach(() => chain.close());

const vitals = (systolicMmHg: number): Vitals => ({ systolicMmHg, diastolicMmHg: 80, meanMmHg: 100, pulsePerMin: 70 });
const backup = (): string => join(chain.folder, 'hub.backup');
const hexOf = (values: readonly { hex: string }[]): string[] => values.map(({ hex }) => hex).toSorted();

/** As an operator does it. */
async function gaya(...args: string[]): Promise<void> {
  const said: string[] = [];
  const say = (line: string): void => void said.push(line);
  const code = await runCli([...args, '--data', chain.hubFolder], { out: say, error: say });
  expect({ code, said }).toMatchObject({ code: 0 });
}

/** Each of these values, and nothing else, and nothing twice. */
async function whenStored(...devices: readonly ChainDevice[]): Promise<void> {
  const expected = devices.flatMap(({ sent }) => [...sent]);
  const stored = await until('what was sent is stored', async () => {
    const values = await chain.stored([patient], 'blood-pressure');
    const waiting = devices.some(({ virtual }) => virtual.stored > 0);
    return waiting || values.length < expected.length ? null : values;
  });
  expect(hexOf(stored)).toEqual(devices.flatMap(({ sent }) => [...sent]).toSorted());
}

async function measure(device: ChainDevice, ...systolics: readonly number[]): Promise<void> {
  for (const systolic of systolics) {
    device.virtual.measure(vitals(systolic));
    await until(`${systolic} is in the queue`, () => (device.virtual.stored === 0 ? true : null));
  }
}

const queue = () => chain.gateway.status().detail?.queue;
const whenAnswered = (): Promise<true> =>
  until('all is acknowledged', () => (queue()?.queued === 0 && queue()?.published === 0 ? true : null));

test('has everything that was sent, each exactly once, when the gateway was there all the time', async () => {
  chain.startGateway();
  await measure(cuff, 121, 122, 123);
  await whenStored(cuff);
  await gaya('backup', backup());
  await measure(cuff, 124, 125, 126);
  await whenStored(cuff);
  await whenAnswered();
  const { epoch } = chain.hub;

  await chain.stopHub();
  await measure(cuff, 127);
  await gaya('restore', backup());
  await chain.startHub();
  expect(chain.hub.epoch).not.toBe(epoch);
  expect(await chain.stored([patient], 'blood-pressure')).toHaveLength(3);
  await whenStored(cuff);
  await measure(cuff, 128);
  await whenStored(cuff);
  expect(cuff.sent.size).toBe(8);

  // Newer frames of a session may arrive before those that are sent again: in the end none of that shows.
  await whenAnswered();
  await chain.hub.projections.caughtUp();
  for (const reading of await chain.stored([patient], 'blood-pressure'))
    expect(reading).toMatchObject({ patientId: patient, trayReason: null, time: { verdict: 'device-clock-mapped' } });
  expect((await chain.health()).quarantine).toBe(0);
});

test('has everything that was sent, each exactly once, when the gateway comes back later', async () => {
  chain.startGateway();
  await measure(cuff, 121);
  await whenStored(cuff);
  await gaya('backup', backup());
  await measure(cuff, 122, 123);
  await whenStored(cuff);
  await whenAnswered();
  await chain.stopGateway();
  await chain.stopHub();
  await gaya('restore', backup());
  await chain.startHub();
  chain.startGateway();
  await whenStored(cuff);
  expect(cuff.sent.size).toBe(3);
});

test('has everything after a second restore of the same backup', async () => {
  chain.startGateway();
  await measure(cuff, 121);
  await whenStored(cuff);
  await gaya('backup', backup());
  await measure(cuff, 122);
  for (const systolic of [123, 124]) {
    await whenStored(cuff);
    await whenAnswered();
    await chain.stopHub();
    await gaya('restore', backup());
    await chain.startHub();
    await measure(cuff, systolic);
  }
  await whenStored(cuff);
  expect(cuff.sent.size).toBe(4);
});

test('keeps in the tray what a device sent that was registered after the backup', async () => {
  chain.startGateway();
  await measure(cuff, 121);
  await whenStored(cuff);
  await gaya('backup', backup());
  const second = await chain.addDevice('blood-pressure', SECOND_CUFF, patient);
  await measure(second, 131);
  await whenStored(cuff, second);
  await whenAnswered();
  await chain.stopHub();
  await gaya('restore', backup());
  await chain.startHub();
  await whenStored(cuff, second);
  const values = await chain.stored([patient], 'blood-pressure');
  expect(values.map(({ device, trayReason }) => [device, trayReason])).toEqual([
    [cuff.deviceId, null],
    [second.deviceId, 'unbound'],
  ]);
});
