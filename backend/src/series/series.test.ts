import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../db/database.ts';
import { migrate } from '../db/migrate.ts';
import { DAY, HOUR, MINUTE, NINE_AM } from '../testing/frames.ts';
import { SLOT_MS } from './rollup.ts';
import { SeriesQueries, stepOf, type ChartData } from './series-query.ts';
import { bucketOf, refOf, type Point } from './series-store.ts';
import { SqliteSeriesStore } from './sqlite-series-store.ts';

const LINE = { patient: 'p-1', metric: 'pulse', component: 'value', device: 'd-1' };
const FROM = NINE_AM - 40 * DAY;

function point(t: number, value: number, more: Partial<Point> = {}): Point {
  return { ...LINE, t, value, ref: refOf(1, 0), ...more };
}

describe('series', () => {
  let folder: string;
  let db: Database;
  let reader: DatabaseSync;
  let store: SqliteSeriesStore;
  let queries: SeriesQueries;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gaya-series-'));
    db = Database.openIn(folder);
    migrate(db, () => 0);
    reader = new DatabaseSync(db.path, { readOnly: true });
    store = new SqliteSeriesStore(db, 'default');
    queries = new SeriesQueries(reader);
  });
  afterEach(() => {
    reader.close();
    db.close();
    rmSync(folder, { recursive: true });
  });

  const replace = (old: readonly Point[], next: readonly Point[]) => db.transaction(() => store.replace(old, next));
  /** As the hub asks: what a reader rolled up is kept. */
  const chart = (from: number, to: number, buckets: number, organisation = 'default', patientId = 'p-1'): ChartData => {
    const askedAt = store.rollups.now();
    const query = { patientId, metric: 'pulse', component: 'value', from, to, buckets };
    const { data, rollups } = queries.run(organisation, query, NINE_AM);
    store.rollups.keep(rollups, askedAt);
    return data;
  };

  it('keeps values of equal stamps apart, and takes away only the one that is replaced', () => {
    const [a, b] = [point(NINE_AM, 70), point(NINE_AM, 71, { ref: refOf(1, 1) })];
    replace([], [a, b]);
    replace([], [a]);
    expect(chart(NINE_AM, NINE_AM + 1, 10).mean.toSorted()).toEqual([70, 71]);
    replace([a], [point(NINE_AM + 5, 72)]);
    expect(chart(NINE_AM, NINE_AM + 10, 10)).toMatchObject({ t: [NINE_AM, NINE_AM + 5], mean: [71, 72] });
  });

  it('moves a value from one patient to another', () => {
    const old = point(NINE_AM, 70);
    replace([], [old]);
    replace([old], [{ ...old, patient: 'p-2' }]);
    expect(chart(FROM, NINE_AM + 1, 10).t).toEqual([]);
    expect(chart(FROM, NINE_AM + 1, 10, 'default', 'p-2').mean).toEqual([70]);
  });

  it('belongs to one organisation', () => {
    replace([], [point(NINE_AM, 70)]);
    expect(chart(FROM, NINE_AM + 1, 10, 'other').t).toEqual([]);
  });

  it('gives raw points when there are few, of several devices in the order of time', () => {
    replace([], [point(NINE_AM + 2, 72), point(NINE_AM + 1, 71, { device: 'd-2' }), point(NINE_AM + 3, 73)]);
    expect(chart(NINE_AM, NINE_AM + 3, 2)).toMatchObject({ stepMs: 0, mean: [71, 72], n: [1, 1] });
    expect(chart(NINE_AM, NINE_AM + 4, 2).stepMs).toBeGreaterThan(0);
  });

  it('gives at most as many buckets as are asked for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 * DAY }), fc.integer({ min: 2, max: 2000 }), (window, buckets) => {
        const step = stepOf(window, buckets);
        expect(Math.ceil(window / step) + 1).toBeLessThanOrEqual(Math.max(buckets, 2));
        expect(step < SLOT_MS || step % SLOT_MS === 0).toBe(true);
      }),
    );
  });

  it('summarises as a naive computation does, over any changes and with what was rolled up before', () => {
    const times = fc.integer({ min: 0, max: 35 * DAY }).map((t) => FROM + Math.floor(t / MINUTE) * MINUTE);
    const added = fc.array(fc.record({ t: times, value: fc.integer({ min: 30, max: 200 }) }), {
      minLength: 30,
      maxLength: 120,
    });
    const window = fc.tuple(times, fc.integer({ min: 1, max: 30 * DAY }), fc.integer({ min: 2, max: 60 }));
    fc.assert(
      fc.property(
        fc.array(added, { minLength: 1, maxLength: 4 }),
        fc.array(window, { minLength: 1, maxLength: 4 }),
        (rounds, windows) => {
          db.transaction(() => db.exec('delete from point; delete from point_rollup; delete from series_key'));
          store = new SqliteSeriesStore(db, 'default');
          let points: Point[] = [];
          rounds.forEach((values, round) => {
            const fresh = values.map(({ t, value }, i) => {
              return point(t, value, { ref: refOf(round + 1, i), device: i % 3 === 0 ? 'd-2' : 'd-1' });
            });
            const gone = points.slice(0, Math.floor(points.length / 3));
            replace(gone, fresh);
            points = [...points.slice(gone.length), ...fresh];
            for (const [from, length, buckets] of windows) {
              expect(chart(from, from + length, buckets)).toEqual(naive(points, from, from + length, buckets));
            }
          });
        },
      ),
      { numRuns: 40 },
    );
  });

  it('drops a roll-up that a reader made before a point of its bucket changed', () => {
    const values = Array.from({ length: 200 }, (_, i) => point(FROM + i * 10 * MINUTE, 70, { ref: refOf(1, i) }));
    replace([], values);
    const query = {
      patientId: 'p-1',
      metric: 'pulse',
      component: 'value',
      from: FROM,
      to: FROM + 2 * DAY,
      buckets: 20,
    };
    const askedAt = store.rollups.now();
    const { rollups } = queries.run('default', query, NINE_AM);
    expect(rollups.length).toBeGreaterThan(5);
    const late = point(FROM + HOUR * 7 + 1, 190, { ref: refOf(2, 0) });
    replace([], [late]);
    store.rollups.keep(rollups, askedAt);
    const kept = db.all('select bucket from point_rollup').map((row) => row['bucket']);
    expect(kept).not.toContain(bucketOf(late.t));
    expect(kept).toHaveLength(rollups.length - 1);
    expect(Math.max(...chart(FROM, FROM + 2 * DAY, 20).max)).toBe(190);
    replace([late], []);
    expect(Math.max(...chart(FROM, FROM + 2 * DAY, 20).max)).toBe(70);
  });
});

function naive(points: readonly Point[], from: number, to: number, buckets: number): ChartData {
  const within = points
    .filter(({ t }) => t >= from && t < to)
    .toSorted((a, b) => a.t - b.t || a.device.localeCompare(b.device) || a.ref - b.ref);
  const stepMs = within.length <= buckets ? 0 : stepOf(to - from, buckets);
  const groups = [...Map.groupBy(within, ({ t }) => (stepMs === 0 ? Symbol() : Math.floor(t / stepMs) * stepMs))];
  const values = groups.map(([, group]) => group.map(({ value }) => value));
  return {
    stepMs,
    t: groups.map(([t, group]) => (typeof t === 'number' ? t : (group[0]?.t ?? 0))),
    min: values.map((v) => Math.min(...v)),
    max: values.map((v) => Math.max(...v)),
    mean: values.map((v) => v.reduce((sum, value) => sum + value, 0) / v.length),
    n: values.map((v) => v.length),
  };
}
