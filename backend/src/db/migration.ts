/** What a migration is; the migrations themselves stand in the folder migrations, one file each. */
export interface Migration {
  /** Sorts by age: `001-first`. Never edited once released. */
  readonly name: string;
  /** SQL statements in order; written with Kysely, so that the dialect can change. */
  readonly statements: () => readonly string[];
}
