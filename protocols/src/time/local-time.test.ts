import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isZone, localToUtc, utcToLocal } from './local-time.ts';

const HOUR = 3_600_000;

describe('local time', () => {
  it.each([
    ['2026-11-25T08:14:00', 'Asia/Seoul', '2026-11-24T23:14:00Z', 0],
    ['2026-07-01T12:00:00', 'Europe/Berlin', '2026-07-01T10:00:00Z', 0],
    ['2026-01-01T12:00:00', 'Europe/Berlin', '2026-01-01T11:00:00Z', 0],
    ['2026-01-01T00:00:00', 'Asia/Kathmandu', '2025-12-31T18:15:00Z', 0],
    ['2026-01-01T00:00:00', 'UTC', '2026-01-01T00:00:00Z', 0],
    // 02:00 to 03:00 exists twice: the earlier one, with the hour as doubt.
    ['2026-10-25T02:30:00', 'Europe/Berlin', '2026-10-25T00:30:00Z', HOUR],
    ['2026-10-25T01:59:59', 'Europe/Berlin', '2026-10-24T23:59:59Z', 0],
    ['2026-10-25T03:00:00', 'Europe/Berlin', '2026-10-25T02:00:00Z', 0],
    // 02:00 to 03:00 does not exist: as counted before it.
    ['2026-03-29T02:30:00', 'Europe/Berlin', '2026-03-29T01:30:00Z', HOUR],
    ['2026-03-29T03:00:00', 'Europe/Berlin', '2026-03-29T01:00:00Z', 0],
    ['2026-11-01T01:30:00', 'America/New_York', '2026-11-01T05:30:00Z', HOUR],
    ['2026-04-05T01:45:00', 'Australia/Lord_Howe', '2026-04-04T14:45:00Z', HOUR / 2],
  ])('%s in %s is %s, give or take %d ms', (iso, zone, utc, ambiguityMs) => {
    expect(localToUtc(iso, zone)).toEqual({ at: Date.parse(utc), ambiguityMs });
  });

  it('of any instant leads back to it, or is marked as doubtful', () => {
    const zones = fc.constantFrom(
      'Asia/Seoul',
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
      'Pacific/Apia',
    );
    const seconds = fc.integer({ min: 0, max: Date.parse('2040-01-01T00:00:00Z') / 1000 });
    fc.assert(
      fc.property(zones, seconds, (zone, second) => {
        const at = second * 1000;
        const back = localToUtc(utcToLocal(at, zone), zone);
        expect(Math.abs(back.at - at)).toBeLessThanOrEqual(back.ambiguityMs);
      }),
    );
  });

  it('knows which zones there are', () => {
    expect(isZone('Asia/Seoul')).toBe(true);
    expect(isZone('Asia/Atlantis')).toBe(false);
  });

  it('in a zone that nobody knows is as uncertain as zones are apart', () => {
    expect(localToUtc('2026-11-25T08:14:00', 'Asia/Atlantis')).toEqual({
      at: Date.parse('2026-11-25T08:14:00Z'),
      ambiguityMs: 14 * HOUR,
    });
    expect(() => utcToLocal(0, 'Asia/Atlantis')).toThrow(RangeError);
  });

  it('refuses other texts', () => {
    expect(() => localToUtc('yesterday', 'UTC')).toThrow(RangeError);
  });
});
