/**
 * Keeps rolled-up buckets true: a bucket's roll-up goes when a point in it changes, and one that a reader made is kept only
 * if no point of it changed since the reader was asked.
 */
import type { Database } from '../db/database.ts';
import type { NewRollup } from './series-query.ts';

const SQL = {
  drop: 'delete from point_rollup where sid = ? and bucket = ?',
  keep: 'insert into point_rollup (sid, bucket, body) values (?, ?, ?) on conflict do nothing',
} as const;

/** Buckets remembered as changed. */
const REMEMBERED = 200_000;
/** Below this many buckets since 1970 (year 3600) and lines the key is exact. */
const BUCKETS = 4_194_304;

export class RollupKeeper {
  readonly #db: Database;
  /** Bucket of a line -> when it last changed, by {@link now}. */
  readonly #changed = new Map<number, number>();
  #now = 0;
  /** Changes before this are not remembered. */
  #rememberedSince = 0;

  constructor(db: Database) {
    this.#db = db;
    db.onRollback(() => this.#forget());
  }

  /** To be noted before a reader is asked; makes a later change differ. */
  now(): number {
    return this.#now++;
  }

  /** To be called inside the transaction that changes a point. */
  change(sid: number, bucket: number): void {
    const key = keyOf(sid, bucket);
    const known = this.#changed.get(key);
    if (known === this.#now) return;
    // One that is remembered was dropped when it was entered, and {@link keep} takes it out.
    if (known === undefined) this.#db.statement(SQL.drop).run(sid, bucket);
    if (this.#changed.size >= REMEMBERED) this.#forget();
    this.#changed.set(key, this.#now);
  }

  /** @param askedAt what {@link now} gave before the reader was asked */
  keep(rollups: readonly NewRollup[], askedAt: number): void {
    if (askedAt < this.#rememberedSince) return;
    const unchanged = rollups.filter(({ sid, bucket }) => (this.#changed.get(keyOf(sid, bucket)) ?? -1) <= askedAt);
    if (unchanged.length === 0) return;
    this.#db.transaction(() => {
      for (const { sid, bucket, body } of unchanged) {
        this.#db.run(SQL.keep, sid, bucket, body);
        this.#changed.delete(keyOf(sid, bucket));
      }
    }, 'rebuildable');
  }

  #forget(): void {
    this.#changed.clear();
    this.#rememberedSince = ++this.#now;
  }
}

function keyOf(sid: number, bucket: number): number {
  return sid * BUCKETS + bucket;
}
