/** Kysely as a writer of SQL only: what it compiles is run as {@link Work}, on SQLite or PostgreSQL. */
import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler, sql } from 'kysely';
import type { CreateTableBuilder } from 'kysely';
import type { Dialect } from './work.ts';

/** Writes what both databases understand, with `?` for parameters. The tables' types are stated where rows are read. */
export const builder = new Kysely<Record<string, Record<string, unknown>>>({
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

interface TableSpec {
  readonly columns: Readonly<Record<string, ColumnSpec>>;
  readonly key: readonly string[];
  /** Rows kept in the order of their key (SQLite: without rowid): for narrow rows and for logs. */
  readonly clustered?: boolean;
}

/** SQLite compares text by code point; PostgreSQL does so when told, else by the rules of its cluster's language. */
const SQL_TYPES = {
  sqlite: { text: 'text', integer: 'bigint', real: 'real', blob: 'blob' },
  postgres: { text: 'text collate "C"', integer: 'bigint', real: 'double precision', blob: 'bytea' },
} as const;

/** A row number that the database gives. */
const ROW_NUMBER = { sqlite: 'integer primary key', postgres: 'bigint generated always as identity primary key' };

/** Writes the statements that make tables, for one database. */
export class Schema {
  readonly rowNumber: string;
  readonly text: string;
  readonly #dialect: Dialect;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
    this.rowNumber = ROW_NUMBER[dialect];
    this.text = SQL_TYPES[dialect].text;
  }

  readonly createTable = (name: string, spec: TableSpec): string => {
    let table: CreateTableBuilder<string, string> = builder.schema.createTable(name);
    for (const [column, columnSpec] of Object.entries(spec.columns)) {
      const optional = columnSpec.endsWith('?');
      const type = (optional ? columnSpec.slice(0, -1) : columnSpec) as ColumnType;
      const sqlType = sql.raw(SQL_TYPES[this.#dialect][type]);
      table = table.addColumn(column, sql`${sqlType}`, (c) => (optional ? c : c.notNull()));
    }
    table = table.addPrimaryKeyConstraint(`${name}_key`, [...spec.key] as never);
    const withoutRowid = spec.clustered === true && this.#dialect === 'sqlite';
    return (withoutRowid ? table.modifyEnd(sql`without rowid`) : table).compile().sql;
  };

  readonly createIndex = (
    name: string,
    table: string,
    columns: readonly string[],
    options: { unique?: boolean; where?: string } = {},
  ): string => {
    let index = builder.schema
      .createIndex(name)
      .on(table)
      .columns([...columns]);
    if (options.unique === true) index = index.unique();
    return options.where === undefined ? index.compile().sql : `${index.compile().sql} where ${options.where}`;
  };
}
