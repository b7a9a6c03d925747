/** What a migration is; the migrations themselves stand in the folder migrations, one file each. */
import type { Schema } from './schema-builder.ts';

export interface Migration {
  /** Sorts by age: `001-first`. Never edited once released. */
  readonly name: string;
  /** SQL statements in order, for the database that the schema writes for. */
  readonly statements: (schema: Schema) => readonly string[];
}
