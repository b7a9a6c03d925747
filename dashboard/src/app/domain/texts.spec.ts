import { aReading } from '../testing/samples.ts';
import { numberText, readingText, unitText } from './metrics.ts';
import { clockText, dayClockText, dayText, durationOf, fullText, sameDay } from './time-text.ts';

const AT = Date.UTC(2026, 10, 24, 21, 5, 9); // 25 November, 06:05:09 in Seoul

describe('numbers', () => {
  it('have the decimals of their metric, rounded half away from zero, and a real minus', () => {
    expect(numberText('36.85', 1)).toBe('36.9');
    expect(numberText('36', 1)).toBe('36.0');
    expect(numberText('-0.5', 1)).toBe('−0.5');
  });

  it('write blood pressure as a pair without its mean', () => {
    expect(readingText(aReading('blood-pressure', ['148.0', '92', '111']))).toBe('148/92');
  });

  it('write a missing part as a dash and a wholly missing value not at all', () => {
    expect(readingText(aReading('blood-pressure', ['148', null, null]))).toBe('148/–');
    expect(readingText(aReading('spo2', [null]))).toBeNull();
  });

  it('have the units of a ward, and unknown units as they are', () => {
    expect([unitText('/min', 'ko'), unitText('/min', 'en'), unitText('mm[Hg]', 'ko'), unitText('mg/dL', 'ko')]).toEqual(
      ['회/분', 'bpm', 'mmHg', 'mg/dL'],
    );
  });
});

describe('times', () => {
  it('are written in the patient’s zone, not in the viewer’s', () => {
    expect(clockText(AT, 'Asia/Seoul')).toBe('06:05');
    expect(clockText(AT, 'America/New_York')).toBe('16:05');
    expect(dayText(AT, 'Asia/Seoul', 'ko')).toBe('11. 25.');
    expect(dayText(AT, 'America/New_York', 'en')).toBe('24 Nov');
  });

  it('use a 24-hour clock in both languages', () => {
    expect(dayClockText(AT, 'America/New_York', 'ko')).toBe('11. 24. 16:05');
    expect(fullText(AT, 'Asia/Seoul', 'en')).toBe('25 Nov 2026 06:05:09');
    expect(clockText(Date.UTC(2026, 10, 24, 15, 0), 'Asia/Seoul')).toBe('00:00');
  });

  it('know a day by the zone', () => {
    const evening = Date.UTC(2026, 10, 24, 14, 0);
    expect(sameDay(evening, AT, 'Asia/Seoul')).toBe(false);
    expect(sameDay(evening, AT, 'America/New_York')).toBe(true);
  });

  it('give a length of time in its one fitting unit', () => {
    expect(durationOf(-41_000)).toEqual({ unit: 'second', n: 41 });
    expect(durationOf(5 * 60_000)).toEqual({ unit: 'minute', n: 5 });
    expect(durationOf(3 * 86_400_000)).toEqual({ unit: 'day', n: 3 });
  });
});
