/** A chart's numbers from the points of a store, on whichever connection: runs in a reader thread. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { SeriesQuery } from '../ports.ts';
import { addSummary, emptySummary, forEachSlot, packSlots, SLOT_MS, type Summary } from './rollup.ts';
import { BUCKET_MS, bucketOf } from './series-store.ts';

const BUCKETS = `with recursive buckets(n) as (select ? union all select n + 1 from buckets where n < ?)`;

const SQL = {
  sids: 'select sid from series_key where organisation = ? and patient = ? and metric = ? and component = ?',
  /** Not sorted: that would read all points before the first is given. */
  raw: `${BUCKETS} select t, v from buckets cross join point on point.bucket = buckets.n and point.sid = ?
    where t >= ? and t < ? limit ?`,
  steps: `${BUCKETS} select t / cast(? as integer) as step, min(v) as min, max(v) as max, sum(v) as sum, count(*) as n
    from buckets cross join point on point.bucket = buckets.n and point.sid = ?
    where t >= ? and t < ? group by step`,
  rollups: 'select bucket, body from point_rollup where sid = ? and bucket between ? and ?',
} as const;

export interface ChartData {
  /** ms; 0: raw points. */
  readonly stepMs: number;
  readonly t: number[];
  readonly min: number[];
  readonly max: number[];
  readonly mean: number[];
  readonly n: number[];
}

/** A bucket's quarters of an hour that were made for this chart and may be kept. */
export interface NewRollup {
  readonly sid: number;
  readonly bucket: number;
  readonly body: Uint8Array;
}

export interface ChartResult {
  readonly data: ChartData;
  readonly rollups: readonly NewRollup[];
}

export class SeriesQueries {
  readonly #connection: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(connection: DatabaseSync) {
    this.#connection = connection;
  }

  /** @param now buckets that are over by then are worth keeping rolled up, UTC ms */
  run(organisation: string, query: SeriesQuery, now: number): ChartResult {
    const { patientId, metric, component, from, to, buckets } = query;
    const sids = this.#all(SQL.sids, organisation, patientId, metric, component).map((row) => row['sid'] as number);
    if (to <= from) return { data: emptyChart(0), rollups: [] };
    const raw = this.#raw(sids, from, to, buckets);
    if (raw !== null) return { data: raw, rollups: [] };
    const stepMs = stepOf(to - from, buckets);
    const steps = new Map<number, Summary>();
    const rollups: NewRollup[] = [];
    for (const sid of sids) {
      if (stepMs % SLOT_MS === 0) this.#addByRollups(steps, sid, from, to, stepMs, now, rollups);
      else this.#addByPoints(steps, sid, from, to, stepMs);
    }
    return { data: toChart(steps, stepMs), rollups };
  }

  /** All points where they are at most `most`; else null. */
  #raw(sids: readonly number[], from: number, to: number, most: number): ChartData | null {
    const points: { t: number; v: number }[] = [];
    for (const sid of sids) {
      const rows = this.#all(SQL.raw, bucketOf(from), bucketOf(to - 1), sid, from, to, most + 1 - points.length);
      for (const row of rows) points.push({ t: row['t'] as number, v: row['v'] as number });
      if (points.length > most) return null;
    }
    points.sort((a, b) => a.t - b.t);
    const values = points.map(({ v }) => v);
    return { stepMs: 0, t: points.map(({ t }) => t), min: values, max: values, mean: values, n: points.map(() => 1) };
  }

  #addByPoints(steps: Map<number, Summary>, sid: number, from: number, to: number, stepMs: number): void {
    if (to <= from) return;
    for (const row of this.#all(SQL.steps, bucketOf(from), bucketOf(to - 1), stepMs, sid, from, to)) {
      addTo(steps, row['step'] as number, toSummary(row));
    }
  }

  /** Whole buckets by their quarters of an hour, the ends by their points. */
  #addByRollups(
    steps: Map<number, Summary>,
    sid: number,
    from: number,
    to: number,
    stepMs: number,
    now: number,
    made: NewRollup[],
  ): void {
    const first = Math.ceil(from / BUCKET_MS);
    const last = bucketOf(to) - 1;
    if (last < first) {
      this.#addByPoints(steps, sid, from, to, stepMs);
      return;
    }
    this.#addByPoints(steps, sid, from, first * BUCKET_MS, stepMs);
    this.#addByPoints(steps, sid, (last + 1) * BUCKET_MS, to, stepMs);
    const kept = new Map(
      this.#all(SQL.rollups, sid, first, last).map((row) => [row['bucket'] as number, row['body'] as Uint8Array]),
    );
    for (let bucket = first; bucket <= last; bucket++) {
      const body = kept.get(bucket) ?? this.#rollUp(sid, bucket);
      forEachSlot(body, (slot, summary) =>
        addTo(steps, Math.floor((bucket * BUCKET_MS + slot * SLOT_MS) / stepMs), summary),
      );
      if (!kept.has(bucket) && (bucket + 1) * BUCKET_MS < now) made.push({ sid, bucket, body });
    }
  }

  #rollUp(sid: number, bucket: number): Uint8Array {
    const [from, to] = [bucket * BUCKET_MS, (bucket + 1) * BUCKET_MS];
    const slots = new Map<number, Summary>();
    for (const row of this.#all(SQL.steps, bucket, bucket, SLOT_MS, sid, from, to)) {
      slots.set((row['step'] as number) - from / SLOT_MS, toSummary(row));
    }
    return packSlots(slots);
  }

  #all(sql: string, ...parameters: (string | number)[]) {
    let statement = this.#statements.get(sql);
    if (statement === undefined) this.#statements.set(sql, (statement = this.#connection.prepare(sql)));
    return statement.all(...parameters);
  }
}

/** Width of a chart's steps, ms; from a quarter of an hour on, whole quarters. */
export function stepOf(windowMs: number, buckets: number): number {
  const step = Math.ceil(windowMs / Math.max(1, buckets));
  // Steps are aligned to the clock, so that one more than asked for may be touched at the ends.
  const aligned = buckets > 1 ? Math.ceil(windowMs / (buckets - 1)) : step;
  return aligned < SLOT_MS ? aligned : Math.ceil(aligned / SLOT_MS) * SLOT_MS;
}

function toSummary(row: Record<string, unknown>): Summary {
  return {
    min: row['min'] as number,
    max: row['max'] as number,
    sum: row['sum'] as number,
    n: row['n'] as number,
  };
}

function addTo(steps: Map<number, Summary>, step: number, summary: Summary): void {
  let sum = steps.get(step);
  if (sum === undefined) steps.set(step, (sum = emptySummary()));
  addSummary(sum, summary);
}

function toChart(steps: ReadonlyMap<number, Summary>, stepMs: number): ChartData {
  const chart = emptyChart(stepMs);
  for (const [step, { min, max, sum, n }] of [...steps].toSorted(([a], [b]) => a - b)) {
    chart.t.push(step * stepMs);
    chart.min.push(min);
    chart.max.push(max);
    chart.mean.push(sum / n);
    chart.n.push(n);
  }
  return chart;
}

function emptyChart(stepMs: number): ChartData {
  return { stepMs, t: [], min: [], max: [], mean: [], n: [] };
}
