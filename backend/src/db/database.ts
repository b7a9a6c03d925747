/** The hub's one writing connection to its SQLite file, and the only way to open a transaction. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';

export const DATABASE_FILE = 'gaya.sqlite';

export type Row = Record<string, SQLOutputValue>;

/**
 * `durable`: on the disk when the call returns (synchronous=FULL); nothing is acknowledged before.
 * `rebuildable`: projections; may be lost with the power, together with their cursor, and are then made again.
 */
export type Durability = 'durable' | 'rebuildable';

const OPEN = `
  pragma journal_mode = wal;
  pragma synchronous = full;
  pragma foreign_keys = on;
  pragma busy_timeout = 300;
  pragma cache_size = -131072;
  pragma temp_store = memory;
  pragma wal_autocheckpoint = 20000;
`;

export class Database {
  readonly path: string;
  readonly #connection: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #onRollback = new Set<() => void>();
  #synchronous: Durability = 'durable';
  #inTransaction = false;
  #commits = 0;

  constructor(path: string) {
    this.path = path;
    this.#connection = new DatabaseSync(path);
    this.#connection.exec(OPEN);
  }

  static openIn(dataDir: string): Database {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    return new Database(join(dataDir, DATABASE_FILE));
  }

  /** A prepared statement, kept. Don't run one while it is being iterated. */
  statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#connection.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  run(sql: string, ...parameters: SQLInputValue[]): number {
    return Number(this.statement(sql).run(...parameters).changes);
  }

  get(sql: string, ...parameters: SQLInputValue[]): Row | undefined {
    return this.statement(sql).get(...parameters);
  }

  all(sql: string, ...parameters: SQLInputValue[]): Row[] {
    return this.statement(sql).all(...parameters);
  }

  /** Statements that are run once: definitions, pragmas. */
  exec(sql: string): void {
    this.#connection.exec(sql);
  }

  /**
   * Runs `work` between begin and commit. `work` is synchronous on purpose: no await can let other work into the
   * transaction. Any error rolls back, tells the listeners of {@link onRollback} and is thrown on.
   */
  transaction<T>(work: () => T, durability: Durability = 'durable'): T {
    if (this.#inTransaction) throw new Error('a transaction is open already');
    if (this.#synchronous !== durability) {
      this.#connection.exec(`pragma synchronous = ${durability === 'durable' ? 'full' : 'normal'}`);
      this.#synchronous = durability;
    }
    this.#connection.exec('begin immediate');
    this.#inTransaction = true;
    try {
      const result = work();
      this.#connection.exec('commit');
      this.#commits += 1;
      return result;
    } catch (error) {
      this.#rollback();
      throw error;
    } finally {
      this.#inTransaction = false;
    }
  }

  /** What is kept in memory beside the tables has to be forgotten when a transaction did not happen. */
  onRollback(forget: () => void): void {
    this.#onRollback.add(forget);
  }

  /** Transactions since the file was opened. */
  get commits(): number {
    return this.#commits;
  }

  /** Copies the write-ahead log into the file as far as no reader is in the way. */
  checkpoint(): void {
    this.#connection.exec('pragma wal_checkpoint(passive)');
  }

  /** Octets of the file. */
  size(): number {
    const pages = this.get('select page_count * page_size as size from pragma_page_count, pragma_page_size');
    return pages?.['size'] as number;
  }

  close(): void {
    this.#connection.exec('pragma wal_checkpoint(truncate)');
    this.#connection.exec('pragma optimize');
    this.#connection.close();
  }

  #rollback(): void {
    // SQLite has rolled back by itself after some errors (disk full): then there is nothing left to roll back.
    if (this.#connection.isTransaction) this.#connection.exec('rollback');
    for (const forget of this.#onRollback) forget();
  }
}
