/** Times as a ward writes them, in the patient's zone. 24-hour clock in both languages. Pure. */

export type TimeLang = 'ko' | 'en';

interface Parts {
  readonly year: string;
  readonly month: number;
  readonly day: number;
  readonly hour: string;
  readonly minute: string;
  readonly second: string;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formats.set(zone, format);
  }
  return format;
}

export function partsOf(ms: number, zone: string): Parts {
  const found = Object.fromEntries(
    formatOf(zone)
      .formatToParts(ms)
      .map((p) => [p.type, p.value]),
  );
  const text = (name: string) => found[name] ?? '';
  return {
    year: text('year'),
    month: Number(text('month')),
    day: Number(text('day')),
    hour: text('hour'),
    minute: text('minute'),
    second: text('second'),
  };
}

/** 14:32 */
export function clockText(ms: number, zone: string): string {
  const p = partsOf(ms, zone);
  return `${p.hour}:${p.minute}`;
}

/** 14:31:12 */
export function clockSecondsText(ms: number, zone: string): string {
  const p = partsOf(ms, zone);
  return `${p.hour}:${p.minute}:${p.second}`;
}

/** 11. 24. / 24 Nov */
export function dayText(ms: number, zone: string, lang: TimeLang): string {
  const p = partsOf(ms, zone);
  return lang === 'ko' ? `${p.month}. ${p.day}.` : `${p.day} ${MONTHS[p.month - 1] ?? ''}`;
}

/** 2026. 11. 24. / 24 Nov 2026 */
export function dateText(ms: number, zone: string, lang: TimeLang): string {
  const p = partsOf(ms, zone);
  return lang === 'ko' ? `${p.year}. ${p.month}. ${p.day}.` : `${p.day} ${MONTHS[p.month - 1] ?? ''} ${p.year}`;
}

/** 2026. 11. / Nov 2026 */
export function monthText(ms: number, zone: string, lang: TimeLang): string {
  const p = partsOf(ms, zone);
  return lang === 'ko' ? `${p.year}. ${p.month}.` : `${MONTHS[p.month - 1] ?? ''} ${p.year}`;
}

/** 11. 24. 14:32 / 24 Nov 14:32 */
export function dayClockText(ms: number, zone: string, lang: TimeLang): string {
  return `${dayText(ms, zone, lang)} ${clockText(ms, zone)}`;
}

/** With year and seconds: for titles, explanations and copies. */
export function fullText(ms: number, zone: string, lang: TimeLang): string {
  return `${dateText(ms, zone, lang)} ${clockSecondsText(ms, zone)}`;
}

/** Whether two times are on the same day of the zone. */
export function sameDay(a: number, b: number, zone: string): boolean {
  const [p, q] = [partsOf(a, zone), partsOf(b, zone)];
  return p.year === q.year && p.month === q.month && p.day === q.day;
}

export type DurationUnit = 'second' | 'minute' | 'hour' | 'day';

/** A length of time in its one fitting unit, rounded: 41 s, 3 min, 5 h, 2 d. */
export function durationOf(ms: number): { readonly unit: DurationUnit; readonly n: number } {
  const seconds = Math.round(Math.abs(ms) / 1000);
  if (seconds < 120) return { unit: 'second', n: seconds };
  if (seconds < 2 * 3600) return { unit: 'minute', n: Math.round(seconds / 60) };
  if (seconds < 48 * 3600) return { unit: 'hour', n: Math.round(seconds / 3600) };
  return { unit: 'day', n: Math.round(seconds / 86_400) };
}
