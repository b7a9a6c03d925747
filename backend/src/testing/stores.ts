/** Fresh stores for the tests that every database has to pass. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '../db/database.ts';
import { migrated } from '../db/migrate.ts';
import { PostgresSql } from '../db/postgres-sql.ts';
import { SqliteSql } from '../db/sqlite-sql.ts';
import type { Dialect, Sql } from '../db/work.ts';
import { PostgresCluster } from './postgres-cluster.ts';

/** Makes stores of one kind. */
export interface StoreKind {
  readonly dialect: Dialect;
  /** To be called once before the first store. */
  start(): Promise<void>;
  /** An empty store with all its tables. */
  open(): Promise<OpenStore>;
  stop(): Promise<void>;
}

interface OpenStore {
  readonly sql: Sql;
  /** Closes it and takes it away. */
  close(): Promise<void>;
}

export class SqliteStores implements StoreKind {
  readonly dialect = 'sqlite';

  start(): Promise<void> {
    return Promise.resolve();
  }

  async open(): Promise<OpenStore> {
    const folder = mkdtempSync(join(tmpdir(), 'gaya-store-'));
    const sql = new SqliteSql(Database.openIn(folder));
    await sql.transaction(() => migrated('sqlite', 0));
    const close = async () => {
      await sql.close();
      rmSync(folder, { recursive: true });
    };
    return { sql, close };
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}

export class PostgresStores implements StoreKind {
  readonly dialect = 'postgres';
  readonly #programs: string;
  #cluster: PostgresCluster | undefined;
  #opened = 0;

  constructor(programs: string) {
    this.#programs = programs;
  }

  async start(): Promise<void> {
    this.#cluster = new PostgresCluster(this.#programs);
    await this.#cluster.ready();
  }

  async open(): Promise<OpenStore> {
    const schema = `store_${++this.#opened}`;
    const options = { ...this.#cluster?.options, options: `-c search_path=${schema}` };
    const sql = new PostgresSql(options);
    await sql.transaction(function* () {
      yield { sql: `create schema ${schema}`, parameters: [], definition: true };
      yield* migrated('postgres', 0);
    });
    return { sql, close: () => sql.close() };
  }

  async stop(): Promise<void> {
    await this.#cluster?.stop();
  }
}
