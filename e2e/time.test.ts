// When was it measured? Boxes that boot in 1970, clocks that jump, devices with a wrong clock that change hands.
import { dateTimeOf } from '@gaya/protocols/bytes/gatt-date-time';
import { currentTime } from '@gaya/protocols/gatt/current-time';
import type { Vitals } from '@gaya/protocols/profiles';
import { utcToLocal } from '@gaya/protocols/time/local-time';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Chain, ZONE, type ChainDevice, type StoredValue } from './support/chain.ts';
import { until } from './support/process.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const CUFF = 'c0:00:00:00:00:01';
/** A device's stamp has whole seconds, and its clock is read in whole seconds or finer. */
const TOLERANCE_MS = 3_000;

let chain: Chain;
let patient: string;
beforeEach(async () => {
  chain = await Chain.open();
  patient = await chain.addPatient('T-1');
});
afterEach(() => chain.close());

/** The systolic value tells the readings of a test apart. */
const vitals = (systolicMmHg: number): Vitals => ({ systolicMmHg, diastolicMmHg: 80, meanMmHg: 100, pulsePerMin: 70 });

/** A box without a real-time clock: its calendar begins in 1970 with each boot. */
function bootIn1970(): { wall: () => number; mono: () => number } {
  const bootedAt = performance.now();
  const sinceBoot = (): number => performance.now() - bootedAt;
  return { wall: sinceBoot, mono: sinceBoot };
}

const addCuff = (clockOffsetMs = 0, idleMs = 200): Promise<ChainDevice> =>
  chain.addDevice('blood-pressure', CUFF, patient, { clockOffsetMs, idleMs });

/** Blood pressures by their systolic value, as soon as each of these is stored, and what is wanted of them holds. */
function whenStored(
  systolics: readonly number[],
  what = 'stored',
  holds: (value: StoredValue) => boolean = () => true,
  patients: readonly string[] = [patient],
): Promise<Map<number, StoredValue>> {
  return until(`${systolics.join(', ')} ${what}`, async () => {
    const values = await chain.stored(patients, 'blood-pressure');
    if (new Set(values.map(systolicOf)).size < systolics.length || !values.every(holds)) return null;
    expect(values.map(systolicOf).toSorted()).toEqual(systolics.toSorted());
    return new Map(values.map((value) => [systolicOf(value), value]));
  });
}

const systolicOf = (reading: StoredValue): number =>
  Number(reading.components.find((c) => c.component === 'systolic')?.value);

function expectTime(reading: StoredValue | undefined, at: number): void {
  expect(reading).toMatchObject({ patientId: patient, trayReason: null, time: { verdict: 'device-clock-mapped' } });
  const { effectiveAt, uncertaintyMs } = reading?.time ?? {};
  expect(Math.abs((effectiveAt ?? 0) - at)).toBeLessThan(TOLERANCE_MS);
  expect(Math.abs((effectiveAt ?? 0) - at)).toBeLessThanOrEqual(uncertaintyMs ?? 0);
}

const isTimed = (reading: StoredValue): boolean => reading.time.effectiveAt !== null;

/** What the device has measured is in the gateway's queue. */
const whenTaken = (cuff: ChainDevice): Promise<true> =>
  until('confirmed to the device', () => (cuff.virtual.stored === 0 ? true : null));

/** As when its battery is changed, or somebody sets it. */
function setDeviceClock(cuff: ChainDevice, utc: number): void {
  const dateTime = dateTimeOf(utcToLocal(utc, ZONE));
  const adjustReason = { set: [], reserved: 0 };
  cuff.virtual.clock.write(currentTime.encode({ dateTime, dayOfWeek: 0, fractions256: 0, adjustReason }), Date.now());
}

describe('a gateway that boots in 1970', () => {
  test('gives right times, also for what it received before it met the hub', async () => {
    const cuff = await addCuff();
    chain.startGateway({ ...bootIn1970(), connected: false, devices: [{ device: cuff.deviceId, address: CUFF }] });
    const before = Date.now();
    cuff.virtual.measure(vitals(121));
    await whenTaken(cuff);
    chain.connectGateway();
    await whenStored([121]);
    const after = Date.now();
    cuff.virtual.measure(vitals(122));
    const values = await whenStored([121, 122]);
    expectTime(values.get(121), before);
    expectTime(values.get(122), after);
    expect(chain.gateway.status().detail?.wall).toBeLessThan(HOUR);
  });

  test('gives right times to frames that went out before the hub told it the time', async () => {
    const cuff = await addCuff();
    chain.hubAnswers = false;
    chain.startGateway({ ...bootIn1970(), timing: { waitForTimeMs: 0 } });
    const at = Date.now();
    cuff.virtual.measure(vitals(121));
    const unknown = (await whenStored([121])).get(121);
    expect(unknown).toMatchObject({ patientId: null, trayReason: 'time-unknown' });
    expect(unknown?.time).toMatchObject({ verdict: 'unknown', reason: 'gateway-clock-unknown', effectiveAt: null });

    chain.hubAnswers = true;
    await until('the time', () => (chain.gateway.status().detail?.synced === true ? true : null));
    cuff.virtual.measure(vitals(122));
    const values = await whenStored([121, 122], 'timed', isTimed);
    expectTime(values.get(121), at);
  });

  test('leaves what it received in a boot that never met the hub in the tray, with the reason', async () => {
    const cuff = await addCuff();
    chain.startGateway({ ...bootIn1970(), connected: false, devices: [{ device: cuff.deviceId, address: CUFF }] });
    cuff.virtual.measure(vitals(121));
    await whenTaken(cuff);
    await chain.stopGateway();
    chain.startGateway(bootIn1970());
    const at = Date.now();
    cuff.virtual.measure(vitals(122));
    const values = await whenStored([121, 122]);
    expectTime(values.get(122), at);
    expect(values.get(121)).toMatchObject({ patientId: null, trayReason: 'time-unknown' });
    expect(values.get(121)?.time).toMatchObject({ verdict: 'unknown', reason: 'gateway-clock-unknown' });
    expect(await chain.hub.readings.count({ patientId: patient, metrics: ['blood-pressure'] })).toBe(1);
  });

  test('gives right times to what it received in an earlier boot that met the hub', async () => {
    const cuff = await addCuff();
    chain.startGateway(bootIn1970());
    await until('the time', () => (chain.gateway.status().detail?.synced === true ? true : null));
    await chain.stopHub();
    const at = Date.now();
    cuff.virtual.measure(vitals(121));
    await whenTaken(cuff);
    await chain.stopGateway();
    await chain.startHub();
    chain.startGateway(bootIn1970());
    expectTime((await whenStored([121])).get(121), at);
  });
});

test("a box's clock that steps in a session changes nothing", async () => {
  let stepMs = 0;
  const cuff = await addCuff(0, 10_000);
  chain.startGateway({ wall: () => Date.now() + stepMs });
  const at = new Map<number, number>();
  for (const [systolic, step] of [
    [121, 0],
    [122, HOUR],
    [123, -HOUR],
    [124, 0],
  ] as const) {
    stepMs = step;
    at.set(systolic, Date.now());
    cuff.virtual.measure(vitals(systolic));
    await whenTaken(cuff);
    await whenStored([...at.keys()]);
  }
  const values = await whenStored([...at.keys()]);
  for (const [systolic, time] of at) {
    expectTime(values.get(systolic), time);
    expect(Math.abs((values.get(systolic)?.time.gatewayAt ?? 0) - time)).toBeLessThan(TOLERANCE_MS);
  }
  const sessions = [...values.values()].map(({ readingId }) => readingId.split('.')[0]);
  expect(new Set(sessions).size).toBe(1);
});

describe('a device', () => {
  test.each([
    ['three hours fast', 3 * HOUR],
    ['at its factory date', Date.parse('2000-01-01T00:00:00Z') - Date.now()],
  ])('whose clock is %s is mapped by the offset that was read in the session', async (_name, offsetMs) => {
    const cuff = await addCuff(offsetMs);
    const at = Date.now();
    cuff.measureBefore(20 * MINUTE, vitals(121));
    cuff.virtual.measure(vitals(122));
    chain.startGateway();
    const values = await whenStored([121, 122]);
    expectTime(values.get(121), at - 20 * MINUTE);
    expectTime(values.get(122), at);
    for (const { time } of values.values())
      expect(Math.abs((time.clockOffsetMs ?? 0) - offsetMs)).toBeLessThan(TOLERANCE_MS);
  });

  test('whose battery was changed does not give old values the new clock', async () => {
    const cuff = await addCuff();
    const at = Date.now();
    cuff.measureBefore(20 * MINUTE, vitals(121));
    setDeviceClock(cuff, Date.parse('2000-01-01T00:00:00Z'));
    cuff.virtual.measure(vitals(122));
    chain.startGateway();
    const values = await whenStored([121, 122]);
    expect(values.get(121)).toMatchObject({ patientId: null, trayReason: 'time-unknown' });
    expect(values.get(121)?.time).toMatchObject({ verdict: 'unknown', reason: 'other-timeline' });
    expectTime(values.get(122), at);
  });

  test('that moved with a backlog and a wrong clock gives no reading to the wrong patient', async () => {
    const second = await chain.addPatient('T-2');
    // By the stamps alone, all of it would be the second patient's.
    const cuff = await chain.addDevice('blood-pressure', CUFF, null, { clockOffsetMs: 3 * HOUR });
    const movedAt = Date.now() - HOUR;
    const { deviceId } = cuff;
    await chain.hub.decisions.bind({ deviceId, patientId: patient, from: movedAt - 2 * HOUR, to: movedAt }, 'test');
    await chain.hub.decisions.bind({ deviceId, patientId: second, from: movedAt }, 'test');
    const measure = (systolic: number, sinceMoveMs: number): void =>
      cuff.measureBefore(HOUR - sinceMoveMs, vitals(systolic));
    measure(121, -3 * HOUR); // before anybody had it
    measure(122, -90 * MINUTE);
    measure(123, -10 * MINUTE);
    measure(124, -300); // too close to the move to tell
    measure(125, 10 * MINUTE);
    measure(126, 59 * MINUTE);
    chain.startGateway();
    const values = await whenStored([121, 122, 123, 124, 125, 126], 'stored', () => true, [patient, second]);
    const placed = [...values].map(([systolic, { patientId, trayReason }]) => [systolic, patientId ?? trayReason]);
    expect(new Map(placed as [number, string][])).toEqual(
      new Map([
        [121, 'unbound'],
        [122, patient],
        [123, patient],
        [124, 'time-at-binding-edge'],
        [125, second],
        [126, second],
      ]),
    );
  });

  test('that moved and lost its clock leaves what cannot be dated in the tray', async () => {
    const second = await chain.addPatient('T-2');
    const cuff = await chain.addDevice('blood-pressure', CUFF, null);
    const movedAt = Date.now() - HOUR;
    const { deviceId } = cuff;
    await chain.hub.decisions.bind({ deviceId, patientId: patient, from: movedAt - 2 * HOUR, to: movedAt }, 'test');
    await chain.hub.decisions.bind({ deviceId, patientId: second, from: movedAt }, 'test');
    cuff.measureBefore(90 * MINUTE, vitals(121));
    setDeviceClock(cuff, Date.parse('2000-01-01T00:00:00Z'));
    cuff.virtual.measure(vitals(122));
    chain.startGateway();
    const values = await whenStored([121, 122], 'stored', () => true, [patient, second]);
    expect(values.get(121)).toMatchObject({ patientId: null, trayReason: 'time-unknown' });
    expect(values.get(122)).toMatchObject({ patientId: second, trayReason: null });
  });
});
