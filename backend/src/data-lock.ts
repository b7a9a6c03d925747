/**
 * One process per data folder. The lock is the operating system's, held through an own SQLite file, so it ends with the
 * process however that ends: a SIGKILL leaves nothing to clean up.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export class DataLockError extends Error {
  override readonly name = 'DataLockError';
  readonly code = 'data-locked';
}

export interface DataLock {
  release(): void;
}

const SQLITE_BUSY = 5;

/** @throws {DataLockError} data-locked, when another process holds the folder; else the error of node:sqlite */
export function lockData(dataDir: string): DataLock {
  const db = new DatabaseSync(join(dataDir, 'lock.sqlite'));
  try {
    db.exec('pragma busy_timeout = 0; pragma journal_mode = delete; begin exclusive');
  } catch (error) {
    db.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY)
      throw new DataLockError('data-locked');
    throw error;
  }
  return { release: () => db.close() };
}
