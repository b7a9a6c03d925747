/** Times that a person types, in a patient's zone: as `<input type="datetime-local">` has them. Pure. */
import { partsOf } from './time-text.ts';

const LOCAL = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})/;

/** "2026-11-25T14:05" */
export function toLocalInput(ms: number, zone: string): string {
  const p = partsOf(ms, zone);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${p.year}-${two(p.month)}-${two(p.day)}T${p.hour}:${p.minute}`;
}

/**
 * UTC ms of a time on the zone's clocks; null where the text is no time, or one that the clocks skipped (start of summer
 * time). Of an hour that came twice, the first.
 */
export function fromLocalInput(text: string, zone: string): number | null {
  const match = LOCAL.exec(text);
  if (match === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = match.slice(1).map(Number);
  const asUtc = Date.UTC(year, month - 1, day, hour, minute);
  // The clocks differ from UTC by what they did a day before or do a day after: no zone changes twice in two days.
  const candidates = [-1, 1].map((days) => asUtc - offsetAt(asUtc + days * 86_400_000, zone));
  const right = candidates.filter((ms) => toLocalInput(ms, zone) === match[0]);
  return right.length === 0 ? null : Math.min(...right);
}

/** The zone's clocks minus UTC, ms. */
function offsetAt(ms: number, zone: string): number {
  const p = partsOf(ms, zone);
  const local = Date.UTC(Number(p.year), p.month - 1, p.day, Number(p.hour), Number(p.minute), Number(p.second));
  return local - Math.floor(ms / 1000) * 1000;
}
