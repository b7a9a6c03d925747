/** Brings a store to the newest shape: each migration once, all in one transaction. */
import type { Database } from './database.ts';
import type { Migration } from './migration.ts';
import { firstMigration } from './migrations/001-first.ts';

const MIGRATIONS: readonly Migration[] = [firstMigration];

/** @returns names of the migrations that were applied now */
export function migrate(db: Database, clock: () => number, migrations = MIGRATIONS): string[] {
  db.exec('create table if not exists migration (name text primary key, applied_at integer not null)');
  const applied = new Set(db.all('select name from migration').map((row) => String(row['name'])));
  const missing = migrations.filter((migration) => !applied.has(migration.name));
  if (missing.length === 0) return [];
  db.transaction(() => {
    for (const migration of missing) {
      for (const statement of migration.statements()) db.exec(statement);
      db.run('insert into migration (name, applied_at) values (?, ?)', migration.name, clock());
    }
  });
  return missing.map((migration) => migration.name);
}
