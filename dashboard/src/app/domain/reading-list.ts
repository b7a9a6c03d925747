/** A patient's list of readings, kept right by the feed. Pure. */
import type { ApiReading } from '@gaya/protocols/api';
import type { TimeWindow } from './time-window.ts';

/** What the list was asked for. */
export interface ListScope {
  readonly patientId: string;
  readonly window: TimeWindow;
  readonly limit: number;
}

/**
 * Puts a reading where it belongs, newest first, or takes it away where it no longer does: filed to another patient,
 * superseded, or moved out of the period. An earlier version than the listed one changes nothing.
 * @returns the same list when nothing changed
 */
export function withReading(list: readonly ApiReading[], reading: ApiReading, scope: ListScope): readonly ApiReading[] {
  const listed = list.find((r) => r.readingId === reading.readingId);
  if (listed !== undefined && listed.version >= reading.version) return list;
  const belongs = belongsTo(reading, scope);
  if (listed === undefined && !belongs) return list;
  const others = list.filter((r) => r !== listed);
  if (!belongs) return others;
  const at = others.findIndex((r) => isBefore(r, reading));
  return others.toSpliced(at < 0 ? others.length : at, 0, reading).slice(0, scope.limit);
}

function belongsTo(reading: ApiReading, { patientId, window }: ListScope): boolean {
  const at = reading.time.effectiveAt;
  if (reading.kind === 'sample' || reading.patientId !== patientId || reading.status === 'superseded') return false;
  // A period that follows the clock has its end in the minute that runs.
  return at !== null && at >= window.from && (window.range !== null || at < window.to);
}

/** As the hub sorts: by time, then by id. */
function isBefore(a: ApiReading, b: ApiReading): boolean {
  const [at, other] = [a.time.effectiveAt ?? 0, b.time.effectiveAt ?? 0];
  return at === other ? a.readingId < b.readingId : at < other;
}
