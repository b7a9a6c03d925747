/** Which patients need a look, and why: the order of the worklist. Pure. */
import type { LatestValue, WorklistRow } from '@gaya/protocols/api';
import { staleAfterMs } from './age.ts';
import { byMetricOrder } from './metrics.ts';
import { excursionsOf, isJudged, type Excursion } from './reference.ts';

/** outside: a fresh value lies outside its reference range. late: a value is old, or there is none. within: neither. */
export type AttentionGroup = 'outside' | 'late' | 'within';

export interface Attention {
  readonly group: AttentionGroup;
  /** Of values that are not old, the farthest outside first. */
  readonly excursions: readonly Excursion[];
  /** Metrics whose newest value is old, oldest first. */
  readonly late: readonly { readonly metric: string; readonly at: number }[];
}

export const GROUPS: readonly AttentionGroup[] = ['outside', 'late', 'within'];

/** Whether the value is so old that its age is the news. A value without a known time is never fresh. */
export function isStale(latest: LatestValue, nowMs: number): boolean {
  const at = latest.reading.time.effectiveAt;
  return at === null || nowMs - at > staleAfterMs(latest.spark);
}

export function attentionOf(row: Pick<WorklistRow, 'latest'>, nowMs: number): Attention {
  const values = [...row.latest].sort((a, b) => byMetricOrder(a.metric, b.metric));
  const fresh = values.filter((v) => !isStale(v, nowMs));
  const excursions = fresh
    .filter((v) => isJudged(v.reading))
    .flatMap((v) => excursionsOf(v.reading))
    .sort((a, b) => b.distance - a.distance);
  const late = values
    .filter((v) => !fresh.includes(v))
    .map((v) => ({ metric: v.metric, at: v.reading.time.effectiveAt ?? v.reading.time.receivedAt }))
    .sort((a, b) => a.at - b.at);
  if (excursions.length > 0) return { group: 'outside', excursions, late };
  return { group: late.length > 0 || values.length === 0 ? 'late' : 'within', excursions, late };
}

export interface Placed {
  readonly patientId: string;
  readonly group: AttentionGroup;
}

const byName = new Intl.Collator('ko');

/** Needs attention first, then by name; the identifier settles equal names. */
export function orderOf(rows: readonly WorklistRow[], nowMs: number): Placed[] {
  return rows
    .map((row) => ({ row, group: attentionOf(row, nowMs).group }))
    .sort(
      (a, b) =>
        GROUPS.indexOf(a.group) - GROUPS.indexOf(b.group) ||
        byName.compare(a.row.patient.name, b.row.patient.name) ||
        byName.compare(a.row.patient.identifier, b.row.patient.identifier),
    )
    .map(({ row, group }) => ({ patientId: row.patient.patientId, group }));
}

export function sameOrder(a: readonly Placed[], b: readonly Placed[]): boolean {
  return a.length === b.length && a.every((p, i) => p.patientId === b[i]?.patientId && p.group === b[i].group);
}
