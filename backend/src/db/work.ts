/**
 * Work on a store, written once for every database: a generator that yields statements and is sent their rows. It cannot
 * await anything else, so nothing slow ever stands inside a transaction. SQLite runs it at once (sqlite-sql.ts),
 * PostgreSQL over the network (postgres-sql.ts).
 *
 * The SQL is what both understand, with `?` for parameters. Integers are numbers, booleans 0 and 1, bytes Uint8Array;
 * text sorts by code point.
 */
import type { SQLInputValue } from 'node:sqlite';
import type { Row } from './database.ts';

export interface Statement {
  readonly sql: string;
  readonly parameters: readonly SQLInputValue[];
  /** Makes tables; run once, never kept prepared. */
  readonly definition?: true;
}

export type Work<T> = Generator<Statement, T, Row[]>;

/** A database for those who can wait. */
export interface Sql {
  readonly dialect: Dialect;
  /** Reads as of one moment. */
  read<T>(work: () => Work<T>): Promise<T>;
  /**
   * All or nothing, durable when the promise resolves, and as if no other transaction ran at the same time. `work` may
   * be begun again from its start, so it changes nothing but the store. Any error rolls back and rejects.
   */
  transaction<T>(work: () => Work<T>): Promise<T>;
  close(): Promise<void>;
}

export type Dialect = 'sqlite' | 'postgres';

interface Compilable {
  compile(): { readonly sql: string; readonly parameters: readonly unknown[] };
}

export function* all(sql: string, ...parameters: SQLInputValue[]): Work<Row[]> {
  return yield { sql, parameters };
}

export function* first(sql: string, ...parameters: SQLInputValue[]): Work<Row | undefined> {
  const [row] = yield { sql, parameters };
  return row;
}

/** For changes, whose rows nobody wants. */
export function* run(sql: string, ...parameters: SQLInputValue[]): Work<void> {
  yield { sql, parameters };
}

/** As {@link all}, written with Kysely. */
export function* allOf(query: Compilable): Work<Row[]> {
  return yield compiled(query);
}

/** As {@link first}, written with Kysely. */
export function* firstOf(query: Compilable): Work<Row | undefined> {
  const [row] = yield compiled(query);
  return row;
}

/** As {@link run}, written with Kysely. */
export function* runOf(query: Compilable): Work<void> {
  yield compiled(query);
}

function compiled(query: Compilable): Statement {
  const { sql, parameters } = query.compile();
  return { sql, parameters: parameters as SQLInputValue[] };
}
