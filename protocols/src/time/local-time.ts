/** A device's local time to UTC by the home's IANA zone, with gaps and overlaps of daylight saving. */

export interface LocalInstant {
  /** UTC, ms since 1970. */
  readonly at: number;
  /** How far off the answer may be because the local time exists twice or not at all, ms; else 0. */
  readonly ambiguityMs: number;
}

const DAY_MS = 86_400_000;
/** From UTC-12 to UTC+14. */
const MOST_OFFSET_MS = 14 * 3_600_000;
const QUARTER_MS = 900_000;
/** Asking for an offset is slow, and stamps lie close together. */
const MOST_OFFSETS = 10_000;
const offsets = new Map<string, number>();
const formats = new Map<string, Intl.DateTimeFormat>();

export function isZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/**
 * The local time as if it were UTC where the zone is not known, as uncertain as zones are apart.
 * In an overlap the earlier instant, in a gap the time as counted before it; both with the ambiguity.
 * @param iso local ISO text without zone, "2026-11-25T08:14:00"
 * @throws {RangeError} for another text.
 */
export function localToUtc(iso: string, zone: string): LocalInstant {
  const naive = Date.parse(`${iso}Z`);
  if (Number.isNaN(naive)) throw new RangeError('not a local date and time');
  if (!isZone(zone)) return { at: naive, ambiguityMs: MOST_OFFSET_MS };
  const before = offsetMs(naive - DAY_MS, zone);
  const after = offsetMs(naive + DAY_MS, zone);
  const valid = [...new Set([before, after])].filter((offset) => offsetMs(naive - offset, zone) === offset);
  const [only] = valid;
  if (valid.length === 1 && only !== undefined) return { at: naive - only, ambiguityMs: 0 };
  // Counted as before the change: in an overlap that is the earlier instant.
  return { at: naive - before, ambiguityMs: Math.abs(before - after) };
}

/** Local ISO text without zone, to the second. @throws {RangeError} for an unknown zone. */
export function utcToLocal(at: number, zone: string): string {
  return new Date(at + offsetMs(at, zone)).toISOString().slice(0, 19);
}

/** Local time minus UTC at an instant, ms. Zones change at quarters of an hour (since 1970), so one answer serves a quarter. */
function offsetMs(at: number, zone: string): number {
  const quarter = `${zone} ${Math.floor(at / QUARTER_MS)}`;
  const known = offsets.get(quarter);
  if (known !== undefined) return known;
  const offset = askOffsetMs(at, zone);
  if (offsets.size >= MOST_OFFSETS) offsets.clear();
  offsets.set(quarter, offset);
  return offset;
}

function askOffsetMs(at: number, zone: string): number {
  const parts = Object.fromEntries(
    formatOf(zone)
      .formatToParts(at)
      .map((part) => [part.type, Number(part.value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  const local = new Date(0);
  local.setUTCFullYear(year, month - 1, day);
  local.setUTCHours(hour, minute, second);
  return local.getTime() - Math.floor(at / 1000) * 1000;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  formats.set(zone, format);
  return format;
}
