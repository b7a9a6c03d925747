/** One hub at a time in a data folder. The operating system gives the lock back, however the process ends. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export class HubInUseError extends Error {
  override readonly name = 'HubInUseError';
  readonly code = 'in-use';

  constructor() {
    super('another hub uses this data folder');
  }
}

export interface HubLock {
  release(): void;
}

const BUSY = 5;

/** @throws {HubInUseError} when another hub, backup restore or replay works in this folder */
export function lockDataDir(dataDir: string): HubLock {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const connection = new DatabaseSync(join(dataDir, 'hub.lock'));
  try {
    connection.exec('begin exclusive');
  } catch (error) {
    connection.close();
    if ((error as { errcode?: unknown }).errcode === BUSY) throw new HubInUseError();
    throw error;
  }
  return { release: () => connection.close() };
}
