/** The identity of this store: its epoch changes when it was restored from a backup, and gateways then send again. */
import type { Database } from '../db/database.ts';
import { PARTITIONS } from '../db/migrations/001-first.ts';
import { runNow } from '../db/sqlite-sql.ts';
import { first, run, type Work } from '../db/work.ts';

export interface Store {
  readonly epoch: string;
  readonly createdAt: number;
  readonly partitions: number;
  /** UTC ms of the backup's restore; null when the store was never restored. */
  readonly restoredAt: number | null;
  /** UTC ms; what gateways had stored since then is missing in the restored log. */
  readonly resendSince: number | null;
}

export type Random = (octets: number) => Uint8Array;

export function newId(random: Random): string {
  return Buffer.from(random(16)).toString('hex');
}

/** Reads the store's row, and makes it in a new store. */
export function openStore(db: Database, clock: () => number, random: Random): Store {
  return db.transaction(() => runNow(db, openedStore(clock, random)));
}

/** As {@link openStore}, for any database. */
export function* openedStore(clock: () => number, random: Random): Work<Store> {
  const row = yield* first('select epoch, created_at, partitions, restored_at, resend_since from store where id = 1');
  if (row !== undefined) {
    return {
      epoch: row['epoch'] as string,
      createdAt: row['created_at'] as number,
      partitions: row['partitions'] as number,
      restoredAt: row['restored_at'] as number | null,
      resendSince: row['resend_since'] as number | null,
    };
  }
  const [epoch, createdAt] = [newId(random), clock()];
  const sql = 'insert into store (id, epoch, created_at, partitions) values (1, ?, ?, ?)';
  yield* run(sql, epoch, createdAt, PARTITIONS);
  return { epoch, createdAt, partitions: PARTITIONS, restoredAt: null, resendSince: null };
}

/** To be called on a restored copy. @returns the new epoch */
export function renewEpoch(db: Database, resendSince: number, clock: () => number, random: Random): string {
  const epoch = newId(random);
  db.transaction(() => runNow(db, renewedEpoch(epoch, clock(), resendSince)));
  return epoch;
}

/** As {@link renewEpoch}, for any database. @param restoredAt UTC ms @param resendSince UTC ms */
export function* renewedEpoch(epoch: string, restoredAt: number, resendSince: number): Work<void> {
  yield* run(
    'update store set epoch = ?, restored_at = ?, resend_since = ? where id = 1',
    epoch,
    restoredAt,
    resendSince,
  );
}
