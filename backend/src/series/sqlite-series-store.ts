/** Points in the hub's own SQLite file, in the transaction of the projection that makes them. */
import type { Database } from '../db/database.ts';
import { Lru } from '../log/lru.ts';
import { RollupKeeper } from './rollup-keeper.ts';
import { bucketOf, type Line, type Point, type PointKey, type SeriesStore } from './series-store.ts';

const SQL = {
  key: `select sid from series_key
    where organisation = ? and patient = ? and metric = ? and component = ? and device = ?`,
  addKey: `insert into series_key (organisation, patient, metric, component, device) values (?, ?, ?, ?, ?)
    returning sid`,
  line: 'select patient, metric, component, device from series_key where organisation = ? and sid = ?',
  put: `insert into point (bucket, sid, t, ref, v) values (?, ?, ?, ?, ?)
    on conflict (bucket, sid, t, ref) do update set v = excluded.v`,
  remove: 'delete from point where bucket = ? and sid = ? and t = ? and ref = ?',
  within: `select t, ref, v from point where bucket = ? and sid = ? and t between ? and ?`,
} as const;

export interface StoredPoint {
  readonly t: number;
  readonly ref: number;
  readonly v: number;
}

export class SqliteSeriesStore implements SeriesStore {
  readonly #db: Database;
  readonly #organisation: string;
  readonly rollups: RollupKeeper;
  readonly #sids = new Lru<string, number>(200_000);

  constructor(db: Database, organisation: string) {
    this.#db = db;
    this.#organisation = organisation;
    this.rollups = new RollupKeeper(db);
    db.onRollback(() => this.#sids.clear());
  }

  replace(old: readonly PointKey[], next: readonly Point[]): void {
    for (const point of old) this.remove(this.sidOf(point), point.t, point.ref);
    for (const point of next) this.put(this.sidOf(point), point.t, point.ref, point.value);
  }

  put(sid: number, t: number, ref: number, value: number): void {
    const bucket = bucketOf(t);
    this.rollups.change(sid, bucket);
    this.#db.statement(SQL.put).run(bucket, sid, t, ref, value);
  }

  remove(sid: number, t: number, ref: number): void {
    const bucket = bucketOf(t);
    this.rollups.change(sid, bucket);
    this.#db.statement(SQL.remove).run(bucket, sid, t, ref);
  }

  /** Points of a line between two times, both inclusive. */
  within(sid: number, from: number, to: number): StoredPoint[] {
    const points: StoredPoint[] = [];
    for (let bucket = bucketOf(from); bucket <= bucketOf(to); bucket++) {
      for (const row of this.#db.all(SQL.within, bucket, sid, from, to)) {
        points.push({ t: row['t'] as number, ref: row['ref'] as number, v: row['v'] as number });
      }
    }
    return points;
  }

  /** Number of a line; made when it is new. */
  sidOf(line: Line): number {
    const name = `${line.patient}\n${line.metric}\n${line.component}\n${line.device}`;
    const kept = this.#sids.get(name);
    if (kept !== undefined) return kept;
    const values = [this.#organisation, line.patient, line.metric, line.component, line.device] as const;
    const row = this.#db.get(SQL.key, ...values) ?? this.#db.get(SQL.addKey, ...values);
    const sid = row?.['sid'] as number;
    this.#sids.set(name, sid);
    return sid;
  }

  lineOf(sid: number): Line | null {
    const row = this.#db.get(SQL.line, this.#organisation, sid);
    if (row === undefined) return null;
    return {
      patient: row['patient'] as string,
      metric: row['metric'] as string,
      component: row['component'] as string,
      device: row['device'] as string,
    };
  }
}
