/** Work on PostgreSQL, and the one file that imports pg. */
import type { SQLInputValue } from 'node:sqlite';
import { DatabaseError, Pool, TypeOverrides, types, type PoolClient, type PoolConfig } from 'pg';
import type { Row } from './database.ts';
import type { Sql, Statement, Work } from './work.ts';

const READ = 'begin isolation level repeatable read read only';
const WRITE = 'begin isolation level serializable';

/** serialization_failure, deadlock_detected: another transaction came first; done again, this one will see it. */
const COME_AGAIN = new Set(['40001', '40P01']);
/** Of transactions that stand in each other's way one always commits: only a crowd larger than this is refused. */
const MAX_ATTEMPTS = 100;

/** Counts and times are bigint in the tables and numbers in the program. */
const TYPES = new TypeOverrides();
TYPES.setTypeParser(types.builtins.INT8, toSafeInteger);

export type PostgresOptions = Pick<
  PoolConfig,
  'connectionString' | 'host' | 'port' | 'user' | 'password' | 'database' | 'max' | 'options'
> & {
  /** Told of a connection that broke. */
  readonly onError?: (error: Error) => void;
};

export class PostgresSql implements Sql {
  readonly dialect = 'postgres';
  readonly #pool: Pool;
  /** Without a listener, in the pool and in use, a broken connection would end the process. */
  readonly #broke: (error: Error) => void;

  constructor({ onError, ...options }: PostgresOptions) {
    this.#broke = (error) => onError?.(error);
    this.#pool = new Pool({ ...options, types: TYPES }).on('error', this.#broke);
  }

  read<T>(work: () => Work<T>): Promise<T> {
    return this.#attempt(READ, work);
  }

  async transaction<T>(work: () => Work<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#attempt(WRITE, work);
      } catch (error) {
        if (attempt === MAX_ATTEMPTS || !mayComeAgain(error)) throw error;
      }
    }
  }

  close(): Promise<void> {
    return this.#pool.end();
  }

  async #attempt<T>(begin: string, work: () => Work<T>): Promise<T> {
    const client = await this.#pool.connect();
    let broken = false;
    client.on('error', this.#broke);
    try {
      await client.query(begin);
      const result = await runOn(client, work());
      await client.query('commit');
      return result;
    } catch (error) {
      broken = !(await rollback(client));
      throw error;
    } finally {
      client.off('error', this.#broke);
      client.release(broken);
    }
  }
}

async function runOn<T>(client: PoolClient, work: Work<T>): Promise<T> {
  let step = work.next();
  while (step.done !== true) step = work.next(await execute(client, step.value));
  return step.value;
}

async function execute(client: PoolClient, { sql, parameters }: Statement): Promise<Row[]> {
  const { rows } = await client.query<Row>(numbered(sql), parameters.map(checked));
  return rows;
}

/** @returns false for a connection that is of no more use */
async function rollback(client: PoolClient): Promise<boolean> {
  try {
    await client.query('rollback');
    return true;
  } catch {
    return false;
  }
}

function mayComeAgain(error: unknown): boolean {
  return error instanceof DatabaseError && COME_AGAIN.has(error.code ?? '');
}

const numberedSql = new Map<string, string>();

/** `?` becomes `$1`, `$2`, but not in what is quoted. */
function numbered(sql: string): string {
  const kept = numberedSql.get(sql);
  if (kept !== undefined) return kept;
  let n = 0;
  const text = sql.replace(/'[^']*'|"[^"]*"|\?/g, (part) => (part === '?' ? `$${++n}` : part));
  numberedSql.set(sql, text);
  return text;
}

/** As node:sqlite has it: pg would send a boolean, a date or an object as some text. */
function checked(value: unknown): SQLInputValue {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
    return value;
  if (ArrayBuffer.isView(value)) return value as Uint8Array;
  throw new TypeError(`a parameter cannot be a ${typeof value}`);
}

/** @throws {RangeError} where a number would not be exact, as node:sqlite does */
function toSafeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError('an integer of the database is too large for a number');
  return value;
}
