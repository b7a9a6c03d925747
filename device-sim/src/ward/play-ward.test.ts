import { describe, expect, it } from 'vitest';
import { Air } from '../radio/air.ts';
import { VirtualScheduler } from '../radio/scheduler.ts';
import { TestCentral } from '../testing/test-central.ts';
import { playWard } from './play-ward.ts';
import { wardPatients } from './ward.ts';
import type { WardPatient } from './ward.ts';

function rig(speed: number, ward: readonly WardPatient[] = wardPatients) {
  const scheduler = new VirtualScheduler(Date.UTC(2026, 10, 25));
  const air = new Air({ scheduler, instant: true });
  const values: string[] = [];
  const played = playWard(air, {
    ward,
    speed,
    seed: 1,
    onValue: ({ address }, characteristic) => values.push(`${address} ${characteristic}`),
  });
  const stored = () => [...played.devices.values()].map((device) => device.stored);
  return { scheduler, air, played, values, stored };
}

describe('the played ward', () => {
  it('has measured with every device within eight seconds', () => {
    const { scheduler, stored } = rig(1);
    scheduler.advance(8_000);
    expect(stored()).toEqual(Array(30).fill(1));
  });

  it('staggers the first round', () => {
    const { scheduler, stored } = rig(1);
    scheduler.advance(4_000);
    const measured = stored().filter((count) => count > 0).length;
    expect(measured).toBeGreaterThan(10);
    expect(measured).toBeLessThan(20);
  });

  it('measures blood pressure twice a day in life, more often at speed', () => {
    const count = (speed: number, hours: number) => {
      const { scheduler, played } = rig(speed, wardPatients.slice(0, 1));
      scheduler.advance(hours * 3_600_000);
      return played.devices.get('blood-pressure-01')?.stored;
    };
    const inTenDays = count(1, 240) ?? 0;
    expect(Math.abs(inTenDays - 20)).toBeLessThanOrEqual(2);
    expect(count(24, 23)).toBeGreaterThan(40);
  });

  it('delivers on the radio and tells each value that leaves', () => {
    const { scheduler, air, played, values } = rig(1);
    const cuff = played.devices.get('blood-pressure-01');
    if (!cuff) throw new Error('no cuff');
    const central = new TestCentral(air, cuff.peripheral);
    central.listen();
    scheduler.advance(100);
    central.subscribe('2a35', 2);
    scheduler.settle();
    expect(central.received).toHaveLength(1);
    expect(values).toEqual([`${cuff.peripheral.address} 2a35`]);
  });

  it('breaks links as often as told, and brings the devices back', () => {
    const scheduler = new VirtualScheduler(Date.UTC(2026, 10, 25));
    const air = new Air({ scheduler, instant: true });
    const played = playWard(air, { ward: wardPatients.slice(0, 1), speed: 1, seed: 1, dropsPerMinute: 60 });
    const cuff = played.devices.get('blood-pressure-01');
    if (!cuff) throw new Error('no cuff');
    const central = new TestCentral(air, cuff.peripheral);
    for (let second = 0; second < 30; second++) {
      if (!central.link) central.listen();
      scheduler.advance(1_000);
    }
    expect(new Set(central.disconnects)).toEqual(new Set([8]));
    expect(central.disconnects.length).toBeGreaterThan(3);
    expect(cuff.stored).toBe(1);
  });

  it('takes off at any speed what is worn', () => {
    const { scheduler, played } = rig(100_000, wardPatients.slice(1, 2));
    const oximeter = played.devices.get('pulse-oximeter-02');
    const worn = Array.from({ length: 20 }, () => {
      scheduler.advance(15_000);
      return oximeter?.worn;
    });
    expect(new Set(worn)).toEqual(new Set([true, false]));
  });

  it('is silent after it was stopped', () => {
    const { scheduler, air, played } = rig(1);
    scheduler.advance(8_000);
    played.stop();
    scheduler.advance(86_400_000);
    for (const device of played.devices.values()) expect(air.isAdvertising(device.peripheral)).toBe(false);
  });
});
