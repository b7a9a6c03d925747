import { describe, expect, it } from 'vitest';
import { deviceClock } from './device-clock.ts';

const ZONE = 'Asia/Seoul';
const UTC = Date.parse('2026-11-24T23:14:00Z');
/** 2026-11-25 08:14:00, Wednesday, half a second, external reference. */
const SET = 'ea070b19080e00038002';

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

describe('the clock of a device', () => {
  const clock = deviceClock(ZONE, (mono) => UTC + mono);

  it('is set to the local time of the home, with the fraction of the second', () => {
    expect(Buffer.from(clock.now(500) ?? []).toString('hex')).toBe(SET);
  });

  it('is behind or ahead of the hub', () => {
    expect(clock.offsetMs(bytes(SET), 500)).toBe(0);
    expect(clock.offsetMs(bytes(SET), 61_500)).toBe(-61_000);
    expect(clock.offsetMs(bytes('ea070b1908180003800 2'.replace(' ', '')), 500)).toBe(600_000);
  });

  it('has no offset when it is not set, cannot be read, or the time is not known', () => {
    expect(clock.offsetMs(bytes('00000000080e00038002'), 0)).toBeNull();
    expect(clock.offsetMs(bytes('ea07'), 0)).toBeNull();
    const unsynced = deviceClock(ZONE, () => null);
    expect(unsynced.offsetMs(bytes(SET), 0)).toBeNull();
    expect(unsynced.now(0)).toBeNull();
  });

  it('gives Sunday as 7', () => {
    const sunday = deviceClock(ZONE, () => Date.parse('2026-11-29T03:00:00Z'));
    expect(sunday.now(0)?.[7]).toBe(7);
  });
});
