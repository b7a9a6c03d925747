/** How far a projection has come in each partition, and the entries that it could not take. */
import type { Database } from '../db/database.ts';
import type { LogPlace } from '../log/log.ts';

const SQL = {
  all: 'select partition, position, epoch from cursor where projection = ? and organisation = ?',
  claim: `insert into cursor (projection, organisation, partition, position, epoch)
    select ?, organisation, partition, 0, 1 from log_partition where organisation = ?
    on conflict (projection, organisation, partition) do update set epoch = cursor.epoch + 1`,
  insert: `insert into cursor (projection, organisation, partition, position, epoch) values (?, ?, ?, ?, ?)`,
  set: `update cursor set position = ? where projection = ? and organisation = ? and partition = ? and epoch = ?`,
  fail: `insert into failed_frame (projection, organisation, partition, position, code, failed_at)
    values (?, ?, ?, ?, ?, ?) on conflict do nothing`,
  countFailed: 'select count(*) as n from failed_frame where projection = ? and organisation = ?',
} as const;

/** Another worker has claimed the partition since: what was made here must not be committed. */
export class ClaimLostError extends Error {
  override readonly name = 'ClaimLostError';
  readonly code = 'claim-lost';
}

export class CursorStore {
  readonly #db: Database;
  readonly #projection: string;
  readonly #organisation: string;
  #cursors: Map<number, { position: number; epoch: number }> | null = null;

  constructor(db: Database, projection: string, organisation: string) {
    this.#db = db;
    this.#projection = projection;
    this.#organisation = organisation;
    db.onRollback(() => this.forget());
  }

  /** Takes the partitions over: commits of whoever had them before are refused from now on. */
  claim(): void {
    this.#db.transaction(() => this.#db.run(SQL.claim, this.#projection, this.#organisation), 'rebuildable');
    this.forget();
  }

  /** Position of the last entry that is projected; 0 for none. */
  get(partition: number): number {
    return this.#read().get(partition)?.position ?? 0;
  }

  /** To be called inside the transaction of the projection. @throws {ClaimLostError} */
  set(partition: number, position: number): void {
    const known = this.#read().get(partition);
    const epoch = known?.epoch ?? 1;
    if (known === undefined) {
      this.#db.run(SQL.insert, this.#projection, this.#organisation, partition, position, epoch);
    } else if (this.#db.run(SQL.set, position, this.#projection, this.#organisation, partition, epoch) === 0) {
      throw new ClaimLostError();
    }
    this.#read().set(partition, { position, epoch });
  }

  forget(): void {
    this.#cursors = null;
  }

  recordFailure({ partition, position }: LogPlace, code: string, at: number): void {
    this.#db.run(SQL.fail, this.#projection, this.#organisation, partition, position, code, at);
  }

  countFailed(): number {
    return this.#db.get(SQL.countFailed, this.#projection, this.#organisation)?.['n'] as number;
  }

  #read(): Map<number, { position: number; epoch: number }> {
    this.#cursors ??= new Map(
      this.#db
        .all(SQL.all, this.#projection, this.#organisation)
        .map((row) => [
          row['partition'] as number,
          { position: row['position'] as number, epoch: row['epoch'] as number },
        ]),
    );
    return this.#cursors;
  }
}
