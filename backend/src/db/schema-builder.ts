/** Kysely as a writer of SQL only: statements are compiled here and run by {@link Database}, synchronously. */
import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler, sql } from 'kysely';
import type { CreateTableBuilder } from 'kysely';

/** The tables' types are stated where their rows are read. */
export const sqlite = new Kysely<Record<string, Record<string, unknown>>>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

type ColumnType = 'text' | 'integer' | 'real' | 'blob';
/** `text`, or `text?` where null is allowed. */
export type ColumnSpec = ColumnType | `${ColumnType}?`;

export interface TableSpec {
  readonly columns: Readonly<Record<string, ColumnSpec>>;
  readonly key: readonly string[];
  /** Rows kept in the order of their key (SQLite: without rowid): for narrow rows and for logs. */
  readonly clustered?: boolean;
}

const SQL_TYPES = { text: 'text', integer: 'bigint', real: 'double precision', blob: 'blob' } as const;

/** The statement that makes a table. */
export function createTable(name: string, spec: TableSpec): string {
  let table: CreateTableBuilder<string, string> = sqlite.schema.createTable(name);
  for (const [column, columnSpec] of Object.entries(spec.columns)) {
    const optional = columnSpec.endsWith('?');
    const type = SQL_TYPES[(optional ? columnSpec.slice(0, -1) : columnSpec) as ColumnType];
    const sqlType = type === 'blob' ? sql`blob` : type === 'double precision' ? sql`real` : type;
    table = table.addColumn(column, sqlType, (c) => (optional ? c : c.notNull()));
  }
  table = table.addPrimaryKeyConstraint(`${name}_key`, [...spec.key] as never);
  return (spec.clustered === true ? table.modifyEnd(sql`without rowid`) : table).compile().sql;
}

export function createIndex(
  name: string,
  table: string,
  columns: readonly string[],
  options: { unique?: boolean; where?: string } = {},
): string {
  let index = sqlite.schema
    .createIndex(name)
    .on(table)
    .columns([...columns]);
  if (options.unique === true) index = index.unique();
  return options.where === undefined ? index.compile().sql : `${index.compile().sql} where ${options.where}`;
}
