/** A patient's readings as a list that live events change. Pure. */
import type { ApiReading } from '@gaya/protocols/api';

/**
 * Puts a reading into a list of one patient, newest first, each once with its highest version. One that left the patient or
 * the window leaves the list.
 */
export function withReading(
  list: readonly ApiReading[],
  reading: ApiReading,
  scope: { readonly patientId: string; readonly from: number; readonly to: number },
): readonly ApiReading[] {
  const known = list.find((r) => r.readingId === reading.readingId);
  if (known !== undefined && known.version >= reading.version) return list;
  const at = reading.time.effectiveAt;
  const belongs =
    reading.patientId === scope.patientId &&
    reading.status !== 'superseded' &&
    at !== null &&
    at >= scope.from &&
    at < scope.to;
  if (!belongs) return known === undefined ? list : list.filter((r) => r !== known);
  return [...list.filter((r) => r !== known), reading].sort(newestFirst);
}

export function newestFirst(a: ApiReading, b: ApiReading): number {
  const at = (r: ApiReading) => r.time.effectiveAt ?? r.time.receivedAt;
  return at(b) - at(a) || b.time.receivedAt - a.time.receivedAt;
}
