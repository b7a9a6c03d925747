/**
 * FHIR search dates. A date is the interval that its precision leaves open; without a zone it is local to the patient.
 * @see FHIR R4 Search §3.1.1.4.7
 */
import { localToUtc } from '@gaya/protocols/time/local-time';

/** [from, to), UTC ms; an absent end is open. */
export interface DateWindow {
  readonly from?: number;
  readonly to?: number;
}

const PATTERN =
  /^(eq|ge|gt|le|lt|sa|eb)?(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?)?)?$/;

/**
 * Readings are instants, so `ge` and `sa`, `le` and `eb` differ only at the interval's own ends.
 * @returns null for a text that is no date, or a prefix that is not supported (ne, ap)
 */
export function dateWindow(text: string, zone: string): DateWindow | null {
  const interval = dateInterval(text, zone);
  if (interval === null) return null;
  const [start, end] = interval;
  switch (/^[a-z]{2}/.exec(text)?.[0] ?? 'eq') {
    case 'ge':
      return { from: start };
    case 'gt':
    case 'sa':
      return { from: end };
    case 'le':
      return { to: end };
    case 'lt':
    case 'eb':
      return { to: start };
    default:
      return { from: start, to: end };
  }
}

/** What all of several windows have in common. */
export function intersect(windows: readonly DateWindow[]): DateWindow {
  const froms = windows.flatMap((w) => (w.from === undefined ? [] : [w.from]));
  const tos = windows.flatMap((w) => (w.to === undefined ? [] : [w.to]));
  return {
    ...(froms.length > 0 ? { from: Math.max(...froms) } : {}),
    ...(tos.length > 0 ? { to: Math.min(...tos) } : {}),
  };
}

function dateInterval(text: string, zone: string): readonly [start: number, end: number] | null {
  const match = PATTERN.exec(text);
  if (match === null) return null;
  const [, , year = '', month, day, hour, minute, second, fraction, offset] = match;
  if (
    !isDay(Number(year), Number(month ?? 1), Number(day ?? 1)) ||
    !isTime(Number(hour ?? 0), Number(minute ?? 0), Number(second ?? 0))
  )
    return null;
  const utc = (y: number, m: number, d: number, time = '00:00:00'): number => {
    const date = new Date(Date.UTC(2000, m - 1, d));
    date.setUTCFullYear(y, m - 1, d);
    const local = `${date.toISOString().slice(0, 10)}T${time}`;
    return offset === undefined ? localToUtc(local, zone).at : Date.parse(`${local}${offset}`);
  };
  const [y, m, d] = [Number(year), Number(month ?? 1), Number(day ?? 1)];
  if (month === undefined) return [utc(y, 1, 1), utc(y + 1, 1, 1)];
  if (day === undefined) return [utc(y, m, 1), utc(y, m + 1, 1)];
  if (hour === undefined) return [utc(y, m, d), utc(y, m, d + 1)];
  const start = utc(y, m, d, `${hour}:${minute ?? '00'}:${second ?? '00'}`);
  if (second === undefined) return [start, start + 60_000];
  if (fraction === undefined) return [start, start + 1_000];
  const ms = start + Math.floor(Number(fraction) * 1_000);
  return [ms, ms + 1];
}

/** Years that a date of this kind can be written in, and days that the month has. */
function isDay(year: number, month: number, day: number): boolean {
  if (year < 1 || year > 9998 || month < 1 || month > 12) return false;
  return day >= 1 && day <= new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}

const isTime = (hour: number, minute: number, second: number): boolean => hour <= 23 && minute <= 59 && second <= 59;
