/** Brings a store to the newest shape: each migration once, all in one transaction. */
import type { Database } from './database.ts';
import type { Migration } from './migration.ts';
import { firstMigration } from './migrations/001-first.ts';
import { Schema } from './schema-builder.ts';
import { runNow } from './sqlite-sql.ts';
import { all, run, type Dialect, type Work } from './work.ts';

const MIGRATIONS: readonly Migration[] = [firstMigration];

const TABLE = 'create table if not exists migration (name text primary key, applied_at bigint not null)';

/** @returns names of the migrations that were applied now */
export function migrate(db: Database, clock: () => number, migrations = MIGRATIONS): string[] {
  return db.transaction(() => runNow(db, migrated('sqlite', clock(), migrations)));
}

/** As {@link migrate}, for any database. @param at UTC ms */
export function* migrated(dialect: Dialect, at: number, migrations = MIGRATIONS): Work<string[]> {
  yield* define(TABLE);
  const applied = new Set((yield* all('select name from migration')).map((row) => String(row['name'])));
  const missing = migrations.filter((migration) => !applied.has(migration.name));
  for (const migration of missing) {
    for (const statement of migration.statements(new Schema(dialect))) yield* define(statement);
    yield* run('insert into migration (name, applied_at) values (?, ?)', migration.name, at);
  }
  return missing.map((migration) => migration.name);
}

function* define(sql: string): Work<void> {
  yield { sql, parameters: [], definition: true };
}
