/** What a feed event does to a row of the worklist. Pure. */
import type { ApiReading, LatestValue, WorklistRow } from '@gaya/protocols/api';

/** keep: nothing to do. row: the new row. reload: the hub must say what is the newest value now. */
export type Applied =
  { readonly kind: 'keep' } | { readonly kind: 'row'; readonly row: WorklistRow } | { readonly kind: 'reload' };

const KEEP: Applied = { kind: 'keep' };
const RELOAD: Applied = { kind: 'reload' };

/**
 * A newer value takes the place of the older one; a later version of the shown one corrects it; values older than the shown
 * one (back-fill, a gateway that was away) change nothing, whenever they arrive.
 */
export function applyReading(row: WorklistRow, reading: ApiReading): Applied {
  const shown = row.latest.find((l) => l.metric === reading.metric);
  const same = shown?.reading.readingId === reading.readingId;
  const mine = reading.patientId === row.patient.patientId;
  if (same && shown.reading.version >= reading.version) return KEEP;
  // The shown value was set aside, filed elsewhere, or lost its time: an earlier one comes back, which only the hub knows.
  if (same && (!mine || !isUsable(reading))) return RELOAD;
  if (!mine) return KEEP;
  if (!isUsable(reading)) return KEEP;
  if (shown === undefined) return withLatest(row, { metric: reading.metric, reading, spark: [] });
  const at = reading.time.effectiveAt ?? 0;
  const shownAt = shown.reading.time.effectiveAt ?? 0;
  if (same) return at < shownAt ? RELOAD : withLatest(row, newest(shown, reading));
  if (at < shownAt) return KEEP;
  return withLatest(row, newest(shown, reading));
}

/** Marks under which the hub does not take a value as a patient's newest. */
const NEVER_LATEST: ReadonlySet<string> = new Set(['invalid', 'demo']);

function isUsable(reading: ApiReading): boolean {
  return (
    reading.status === 'current' &&
    reading.time.effectiveAt !== null &&
    !reading.quality.some((mark) => NEVER_LATEST.has(mark))
  );
}

function newest(shown: LatestValue, reading: ApiReading): LatestValue {
  const main = reading.components[0]?.value;
  // Until the next load the last half hour of the sparkline is its newest value, not its mean.
  const spark =
    main === null || main === undefined || shown.spark.length === 0
      ? shown.spark
      : [...shown.spark.slice(0, -1), Number(main)];
  return { metric: reading.metric, reading, spark };
}

function withLatest(row: WorklistRow, value: LatestValue): Applied {
  return { kind: 'row', row: { ...row, latest: [...row.latest.filter((l) => l.metric !== value.metric), value] } };
}
