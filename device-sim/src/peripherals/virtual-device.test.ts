import { currentTime } from '@gaya/protocols/gatt/current-time';
import { profileOf, profiles } from '@gaya/protocols/profiles';
import { describe, expect, it } from 'vitest';
import { Air } from '../radio/air.ts';
import { VirtualScheduler } from '../radio/scheduler.ts';
import { TestCentral } from '../testing/test-central.ts';
import { deviceFromProfile } from './virtual-device.ts';
import type { DeviceOptions } from './virtual-device.ts';

const NOON = Date.UTC(2026, 10, 25, 3, 0, 0); // 12:00 in Seoul
const VITALS = {
  systolicMmHg: 121,
  diastolicMmHg: 79,
  meanMmHg: 93,
  pulsePerMin: 66,
  spo2Percent: 97,
  temperatureCel: 36.6,
};
/** 121/79, mean 93 mmHg, 12:00:00, pulse 66, status. Worked out by hand from GSS: flags time stamp, pulse, status. */
const AT_NOON = '2a35 1679004f005d00ea070b190c000042000000';

function rig(profileId: string, options: Partial<DeviceOptions> = {}, instant = true) {
  const scheduler = new VirtualScheduler(NOON);
  const air = new Air({ scheduler, instant });
  const profile = profileOf(profileId);
  if (!profile) throw new Error(`no profile ${profileId}`);
  const identity = { address: 'c0:00:00:00:00:01', serial: 'GS-1', systemId: '0102030405616702' };
  const sent: string[] = [];
  const device = deviceFromProfile(air, profile, {
    ...identity,
    onValue: (characteristic, value) => sent.push(`${characteristic} ${Buffer.from(value).toString('hex')}`),
    ...options,
  });
  const central = new TestCentral(air, device.peripheral);
  /** The central meets the device and wants its values. */
  const meet = (characteristic: string, bits: 1 | 2 = 2) => {
    central.listen();
    scheduler.advance(0);
    central.subscribe(characteristic, bits);
    scheduler.settle();
  };
  return { scheduler, air, device, central, sent, meet };
}

describe('a cuff', () => {
  it('is silent until it has measured', () => {
    const { air, device } = rig('blood-pressure');
    expect(air.isAdvertising(device.peripheral)).toBe(false);
    device.measure(VITALS);
    expect(air.isAdvertising(device.peripheral)).toBe(true);
  });

  it('sends what it measured, forgets it after the confirmation, and hangs up when idle', () => {
    const { scheduler, device, central, sent, meet } = rig('blood-pressure');
    device.measure(VITALS);
    meet('2a35');
    expect(central.received).toEqual([AT_NOON]);
    expect(sent).toEqual([AT_NOON]);
    expect(device.stored).toBe(0);
    scheduler.advance(2_999);
    expect(device.peripheral.connected).toBe(true);
    scheduler.advance(1);
    expect(central.disconnects).toEqual([0x13]);
  });

  it('stays while the central still asks', () => {
    const { scheduler, device, central, meet } = rig('blood-pressure');
    device.measure(VITALS);
    meet('2a35');
    scheduler.advance(2_900);
    central.read('2a19');
    scheduler.advance(2_900);
    expect(device.peripheral.connected).toBe(true);
  });

  it('keeps a value whose confirmation was lost with the link, and sends the same octets again', () => {
    const { scheduler, device, central, meet } = rig('blood-pressure');
    central.confirms = false;
    device.measure(VITALS);
    meet('2a35');
    central.link?.lose();
    expect(device.stored).toBe(1);
    scheduler.advance(60_000);
    central.confirms = true;
    meet('2a35');
    expect(central.received).toEqual([AT_NOON, AT_NOON]);
    expect(device.stored).toBe(0);
  });

  it('sends again when the confirmation does not come within 30 s, after it has hung up', () => {
    const { scheduler, device, central, meet } = rig('blood-pressure');
    central.confirms = false;
    device.measure(VITALS);
    meet('2a35');
    scheduler.advance(30_000);
    expect(central.disconnects).toEqual([0x13]);
    central.confirms = true;
    meet('2a35');
    expect(central.received).toEqual([AT_NOON, AT_NOON]);
  });

  it('delivers what it stored while nobody was there, oldest first, one at a time', () => {
    const { scheduler, device, central, meet } = rig('blood-pressure');
    const systolic = [110, 120, 130];
    for (const systolicMmHg of systolic) {
      device.measure({ ...VITALS, systolicMmHg });
      scheduler.advance(60_000);
    }
    central.confirms = false;
    meet('2a35');
    expect(central.received).toHaveLength(1);
    central.confirm();
    central.confirm();
    expect(central.received.map((value) => Number.parseInt(value.slice(7, 9), 16))).toEqual(systolic);
    expect(device.stored).toBe(1);
  });

  it('measures while connected and sends at once', () => {
    const { scheduler, device, central, meet } = rig('blood-pressure');
    device.measure(VITALS);
    meet('2a35');
    device.measure(VITALS);
    scheduler.settle();
    expect(central.received).toEqual([AT_NOON, AT_NOON]);
  });

  it('sends nothing to a central that has not subscribed, and hangs up on it after a minute', () => {
    const { scheduler, air, device, central } = rig('blood-pressure');
    device.measure(VITALS);
    central.listen();
    scheduler.advance(60_000);
    expect(central.received).toEqual([]);
    expect(central.disconnects).toEqual([0x13]);
    expect(air.isAdvertising(device.peripheral)).toBe(true);
  });

  it('is not heard while it is out of range, and sends what it stored when it is back', () => {
    const { scheduler, air, device, central, meet } = rig('blood-pressure');
    central.confirms = false;
    device.measure(VITALS);
    meet('2a35');
    device.vanish();
    scheduler.advance(10_000);
    device.measure(VITALS);
    expect(central.disconnects).toEqual([8]);
    expect(air.isAdvertising(device.peripheral)).toBe(false);
    device.comeBack();
    central.confirms = true;
    meet('2a35');
    expect(central.received).toHaveLength(3);
    expect(device.stored).toBe(0);
  });

  it('is not on the air once it was stopped', () => {
    const { scheduler, air, device } = rig('blood-pressure');
    device.measure(VITALS);
    device.stop();
    scheduler.advance(120_000);
    expect(air.isAdvertising(device.peripheral)).toBe(false);
  });

  it('keeps the hundred newest values when nobody ever comes', () => {
    const { device } = rig('blood-pressure');
    for (let index = 0; index < 130; index++) device.measure(VITALS);
    expect(device.stored).toBe(100);
  });
});

describe('an oximeter', () => {
  it('streams once a second while it is worn, then hangs up', () => {
    const { scheduler, device, central, meet } = rig('pulse-oximeter');
    device.wear(10_000, () => VITALS);
    meet('2a5f', 1);
    scheduler.advance(10_000);
    expect(central.received).toHaveLength(9);
    expect(central.received[0]?.startsWith('2a5f ')).toBe(true);
    scheduler.advance(10_000);
    expect(central.received).toHaveLength(9);
    expect(central.disconnects).toEqual([0x13]);
    expect(device.worn).toBe(false);
  });

  it('stays connected as long as it is worn, however little the central asks', () => {
    const { scheduler, device, central, meet } = rig('pulse-oximeter');
    device.wear(200_000, () => VITALS);
    meet('2a5f', 1);
    scheduler.advance(190_000);
    expect(device.peripheral.connected).toBe(true);
    expect(central.received).toHaveLength(190);
  });

  it('advertises again after a lost link while it is still worn', () => {
    const { scheduler, air, device, central, meet } = rig('pulse-oximeter');
    device.wear(60_000, () => VITALS);
    meet('2a5f', 1);
    central.link?.lose();
    scheduler.settle();
    expect(air.isAdvertising(device.peripheral)).toBe(true);
    scheduler.advance(60_000);
    expect(device.worn).toBe(false);
  });
});

describe('device clock', () => {
  const clockRead = (central: TestCentral) => {
    const value = Buffer.from(central.answers.at(-1) ?? '', 'hex').subarray(1);
    return currentTime.decode(value);
  };

  it('stamps values by its own time, and tells the same in Current Time', () => {
    const { device, central, meet } = rig('blood-pressure', { clockOffsetMs: -3_600_000 });
    device.measure(VITALS);
    meet('2a35');
    expect(central.received[0]).toContain('ea070b190b0000');
    central.read('2a2b');
    expect(clockRead(central)).toMatchObject({ dateTime: { hour: 11, minute: 0 }, dayOfWeek: 3 });
  });

  it('drifts', () => {
    const { scheduler, device } = rig('blood-pressure', { clockDriftPpm: 100 });
    scheduler.advance(10_000_000);
    expect(device.clock.offsetAt(scheduler.now())).toBe(1000);
  });

  it('can be set', () => {
    const { scheduler, device, central, meet } = rig('blood-pressure', { clockOffsetMs: -3_600_000 });
    device.measure(VITALS);
    meet('2a35');
    central.write('2a2b', Buffer.from('ea070b190c000003800000'.slice(0, 20), 'hex'));
    expect(central.answers.at(-1)).toBe('13');
    expect(device.clock.offsetAt(scheduler.now())).toBe(500);
    device.measure(VITALS);
    expect(central.received.at(-1)).toBe(AT_NOON);
  });

  it('refuses a time that is none', () => {
    const { device, central, meet } = rig('blood-pressure');
    device.measure(VITALS);
    meet('2a35');
    central.write('2a2b', Buffer.from('ea070d19', 'hex'));
    expect(central.answers.at(-1)?.slice(-2)).toBe('80');
  });
});

describe('every profile', () => {
  it.each(profiles.map((profile) => [profile.id, profile] as const))('%s offers what it promises', (_, profile) => {
    const { device } = rig(profile.id);
    const offered = device.peripheral.database.attributes.map(({ type }) => type);
    const promised = profile.characteristics
      .filter(({ required }) => required)
      .map(({ characteristic }) => characteristic);
    expect(promised.length).toBeGreaterThan(0);
    expect(offered).toEqual(expect.arrayContaining([...promised, '2a19', '2a25', '2a23', '2a2b']));
  });

  it.each(profiles.map((profile) => [profile.id, profile] as const))('%s delivers a measurement', (_, profile) => {
    const { device, central, meet } = rig(profile.id);
    device.measure(VITALS);
    const indicated = profile.characteristics.find(({ use }) => use === 'indicate');
    meet(indicated?.characteristic ?? '');
    expect(central.received).toHaveLength(1);
    expect(device.stored).toBe(0);
  });

  it('is swept', () => expect(profiles.length).toBeGreaterThanOrEqual(3));
});
