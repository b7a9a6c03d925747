/** Runs what Kysely writes, synchronously: compiled first, never in Kysely's own transaction. */
import type { SQLInputValue } from 'node:sqlite';
import type { Database, Row } from '../db/database.ts';

interface Compilable {
  compile(): { readonly sql: string; readonly parameters: readonly unknown[] };
}

export function allOf(db: Database, query: Compilable): Row[] {
  const { sql, parameters } = query.compile();
  return db.all(sql, ...(parameters as SQLInputValue[]));
}

export function firstOf(db: Database, query: Compilable): Row | undefined {
  const { sql, parameters } = query.compile();
  return db.get(sql, ...(parameters as SQLInputValue[]));
}

/** @returns number of rows that changed */
export function runOf(db: Database, query: Compilable): number {
  const { sql, parameters } = query.compile();
  return db.run(sql, ...(parameters as SQLInputValue[]));
}
