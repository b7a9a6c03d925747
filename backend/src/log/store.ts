/** The identity of this store: its epoch changes when it was restored from a backup, and gateways then send again. */
import type { Database } from '../db/database.ts';
import { PARTITIONS } from '../db/migrations/001-first.ts';

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
  const row = db.get('select epoch, created_at, partitions, restored_at, resend_since from store where id = 1');
  if (row !== undefined) {
    return {
      epoch: row['epoch'] as string,
      createdAt: row['created_at'] as number,
      partitions: row['partitions'] as number,
      restoredAt: row['restored_at'] as number | null,
      resendSince: row['resend_since'] as number | null,
    };
  }
  const store = {
    epoch: newId(random),
    createdAt: clock(),
    partitions: PARTITIONS,
    restoredAt: null,
    resendSince: null,
  };
  db.transaction(() =>
    db.run(
      'insert into store (id, epoch, created_at, partitions) values (1, ?, ?, ?)',
      store.epoch,
      store.createdAt,
      store.partitions,
    ),
  );
  return store;
}

/** To be called on a restored copy. @returns the new epoch */
export function renewEpoch(db: Database, resendSince: number, clock: () => number, random: Random): string {
  const epoch = newId(random);
  const sql = 'update store set epoch = ?, restored_at = ?, resend_since = ? where id = 1';
  db.transaction(() => db.run(sql, epoch, clock(), resendSince));
  return epoch;
}
