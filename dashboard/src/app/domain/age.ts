/** Ages of values: how they are counted, and when a value is old. Pure. */

type AgeUnit = 'now' | 'min' | 'h' | 'd';
export interface Age {
  readonly unit: AgeUnit;
  readonly n: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
export const DAY_MS = 24 * HOUR;

/** Minutes under 60 min, hours under 48 h, else days; 'now' under a minute and for times a little ahead of this clock. */
export function ageOf(atMs: number, nowMs: number): Age {
  const ms = nowMs - atMs;
  if (ms < MINUTE) return { unit: 'now', n: 0 };
  if (ms < HOUR) return { unit: 'min', n: Math.floor(ms / MINUTE) };
  if (ms < 48 * HOUR) return { unit: 'h', n: Math.floor(ms / HOUR) };
  return { unit: 'd', n: Math.floor(ms / DAY_MS) };
}

/** Width of a bucket of the 24-hour sparkline: 48 of them. */
const SPARK_STEP_MS = 30 * MINUTE;

/**
 * After which age a value counts as old, ms: twice the patient's usual distance between values of the last 24 hours, at
 * least an hour; a day where there are too few values to know what is usual. Stands in until a plan says when a value is due.
 *
 * @param spark - one entry per half hour of the last 24, null where nothing was measured
 */
export function staleAfterMs(spark: readonly (number | null)[]): number {
  const filled = spark.flatMap((value, index) => (value === null ? [] : [index]));
  if (filled.length < 4) return DAY_MS;
  const gaps = filled.slice(1).map((index, i) => index - (filled[i] ?? index));
  gaps.sort((a, b) => a - b);
  const usual = (gaps[Math.floor(gaps.length / 2)] ?? 1) * SPARK_STEP_MS;
  return Math.min(DAY_MS, Math.max(HOUR, 2 * usual));
}

/** Full years between a birth date (YYYY-MM-DD) and a day, both as calendar dates of the zone. */
export function yearsOld(birthDate: string, nowMs: number, zone: string): number {
  const today = new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(nowMs);
  const years = Number(today.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return today.slice(5) < birthDate.slice(5) ? years - 1 : years;
}
