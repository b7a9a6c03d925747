/**
 * The append-only log: what came off the radio, as bytes, and what people decided about it. Everything else is made from it.
 * A partition's positions have no gap, and their order is the order of the commits.
 */
import type { Database } from '../db/database.ts';
import { runNow } from '../db/sqlite-sql.ts';
import { LogWork, type LogEntry, type LogPlace, type NewEntry, type SessionRange } from './log-work.ts';
import { partitionOf } from './partition-of.ts';

export type { LogEntry, LogPlace, NewEntry, SourceKind } from './log-work.ts';

/** The hub's own log, on SQLite: each answer is there when the call returns. */
export class Log {
  readonly partitions: number;
  readonly #db: Database;
  readonly #work: LogWork;

  constructor(db: Database, organisation: string, partitions: number) {
    this.partitions = partitions;
    this.#db = db;
    this.#work = new LogWork(organisation);
  }

  get organisation(): string {
    return this.#work.organisation;
  }

  partitionOf(key: string): number {
    return partitionOf(key, this.partitions);
  }

  /** Appends in order; to be called inside a durable transaction, whose commit makes the positions true. */
  append<T extends { readonly entry: NewEntry }>(items: readonly T[]): (T & LogPlace)[] {
    return runNow(this.#db, this.#work.append(items));
  }

  after(partition: number, position: number, limit: number): LogEntry[] {
    return runNow(this.#db, this.#work.after(partition, position, limit));
  }

  at(partition: number, position: number): LogEntry | null {
    return runNow(this.#db, this.#work.at(partition, position));
  }

  /** All entries of a session by sequence; of entries that begin alike the first that was stored comes first. */
  ofSession(session: string): LogEntry[] {
    return runNow(this.#db, this.#work.ofSession(session));
  }

  /** Which sequences of a session are stored, and from whom, without reading bodies. */
  rangesOf(session: string): SessionRange[] {
    return runNow(this.#db, this.#work.rangesOf(session));
  }

  /** Newest position of each partition that has entries. */
  heads(): Map<number, number> {
    return runNow(this.#db, this.#work.heads());
  }

  /** Positions have no gaps, so the heads' sum is the number of entries. */
  count(): number {
    return [...this.heads().values()].reduce((sum, head) => sum + head, 0);
  }

  lastReceivedAt(): number | null {
    return runNow(this.#db, this.#work.lastReceivedAt());
  }
}
