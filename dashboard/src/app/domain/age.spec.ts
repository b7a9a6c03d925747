import { ageOf, DAY_MS, staleAfterMs, yearsOld } from './age.ts';

const NOW = Date.UTC(2026, 10, 25, 3, 0, 0);
const minutesAgo = (n: number) => ageOf(NOW - n * 60_000, NOW);
const sparkWith = (...filled: number[]) => Array.from({ length: 48 }, (_, i) => (filled.includes(i) ? 1 : null));

describe('age of a value', () => {
  it('counts minutes under an hour, hours under two days, then days', () => {
    expect(minutesAgo(0)).toEqual({ unit: 'now', n: 0 });
    expect(minutesAgo(1)).toEqual({ unit: 'min', n: 1 });
    expect(minutesAgo(59)).toEqual({ unit: 'min', n: 59 });
    expect(minutesAgo(60)).toEqual({ unit: 'h', n: 1 });
    expect(minutesAgo(48 * 60 - 1)).toEqual({ unit: 'h', n: 47 });
    expect(minutesAgo(48 * 60)).toEqual({ unit: 'd', n: 2 });
  });

  it('calls a time ahead of the clock now, never a negative age', () => {
    expect(minutesAgo(-5)).toEqual({ unit: 'now', n: 0 });
  });
});

describe('when a value is old', () => {
  it('waits a day where there are too few values to know what is usual', () => {
    expect(staleAfterMs(sparkWith(3, 20))).toBe(DAY_MS);
    expect(staleAfterMs([])).toBe(DAY_MS);
  });

  it('waits an hour for a dense stream and twice the usual distance otherwise', () => {
    expect(staleAfterMs(sparkWith(...Array.from({ length: 48 }, (_, i) => i)))).toBe(60 * 60_000);
    expect(staleAfterMs(sparkWith(0, 8, 16, 24, 32))).toBe(8 * 60 * 60_000);
  });

  it('never waits longer than a day', () => {
    expect(staleAfterMs(sparkWith(0, 15, 30, 46))).toBeLessThanOrEqual(DAY_MS);
  });
});

describe('age of a person', () => {
  it('counts a birthday only from the day itself', () => {
    expect(yearsOld('1948-11-25', NOW, 'Asia/Seoul')).toBe(78);
    expect(yearsOld('1948-11-26', NOW, 'Asia/Seoul')).toBe(77);
  });

  it('takes the day of the patient, not of the viewer', () => {
    const eveningUtc = Date.UTC(2026, 10, 24, 16, 0, 0); // already the 25th in Seoul
    expect(yearsOld('1948-11-25', eveningUtc, 'Asia/Seoul')).toBe(78);
    expect(yearsOld('1948-11-25', eveningUtc, 'America/New_York')).toBe(77);
  });
});
