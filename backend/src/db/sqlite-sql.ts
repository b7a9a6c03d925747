/** Work on SQLite: done when the call returns. */
import type { Database, Row } from './database.ts';
import { promised } from './promised.ts';
import type { Sql, Statement, Work } from './work.ts';

/** Runs work now, inside the transaction that is open, if one is. */
export function runNow<T>(db: Database, work: Work<T>): T {
  let step = work.next();
  while (step.done !== true) step = work.next(execute(db, step.value));
  return step.value;
}

export class SqliteSql implements Sql {
  readonly dialect = 'sqlite';
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  read<T>(work: () => Work<T>): Promise<T> {
    return promised(() => runNow(this.#db, work()));
  }

  transaction<T>(work: () => Work<T>): Promise<T> {
    return promised(() => this.#db.transaction(() => runNow(this.#db, work())));
  }

  close(): Promise<void> {
    return promised(() => this.#db.close());
  }
}

function execute(db: Database, { sql, parameters, definition }: Statement): Row[] {
  if (definition !== true) return db.all(sql, ...parameters);
  db.exec(sql);
  return [];
}
