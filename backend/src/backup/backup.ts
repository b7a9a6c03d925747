/**
 * A copy of a running hub, and the way back. The copy is a snapshot of one moment, taken beside the running hub through a
 * connection of its own, and is believed only after it was read whole.
 */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Database, DATABASE_FILE } from '../db/database.ts';
import { migrate } from '../db/migrate.ts';
import { SqliteFeed } from '../feed/feed.ts';
import { renewEpoch, type Random } from '../log/store.ts';

export class BackupError extends Error {
  override readonly name = 'BackupError';
  readonly code: BackupErrorCode;
  /** The file that it is about. */
  readonly path: string;

  constructor(code: BackupErrorCode, path: string) {
    super(`${code}: ${path}`);
    this.code = code;
    this.path = path;
  }
}
export type BackupErrorCode = 'no-hub' | 'already-exists' | 'not-a-backup' | 'damaged' | 'incomplete';

export interface StoreCounts {
  readonly entries: number;
  readonly readings: number;
  /** UTC ms of the newest entry; null in an empty log. */
  readonly lastReceivedAt: number | null;
}

/** Frames that a gateway had stored this long before the newest entry of a backup are asked for again: clocks differ. */
const RESEND_MARGIN_MS = 3_600_000;
/** Feed positions that a restored hub leaves out, so that no client takes an old position for a new one. */
const FEED_GAP = 1_000_000;

const HEADS = 'select organisation, "partition", next_position - 1 as entries from log_partition';
const COUNTS = 'select organisation, "partition", count(*) as entries from log group by organisation, "partition"';

/**
 * Copies the hub of a data folder into a new file, while the hub runs.
 * @throws {BackupError} no-hub, already-exists, damaged, incomplete
 */
export function backUp(dataDir: string, target: string): StoreCounts {
  const source = join(dataDir, DATABASE_FILE);
  if (!existsSync(source)) throw new BackupError('no-hub', dataDir);
  if (existsSync(target)) throw new BackupError('already-exists', target);
  mkdirSync(dirname(target), { recursive: true });
  const part = `${target}.part`;
  rmSync(part, { force: true });
  const connection = new DatabaseSync(source, { readOnly: true });
  try {
    connection.prepare('vacuum into ?').run(part);
  } finally {
    connection.close();
  }
  const counts = verifyStore(part);
  sync(part);
  renameSync(part, target);
  sync(dirname(target));
  return counts;
}

export interface RestoreOptions {
  readonly clock: () => number;
  readonly random: Random;
}

/**
 * Makes the hub of a data folder from a backup, under a new epoch, so that gateways send again what the backup lacks. What
 * was in the folder is set aside, never overwritten. No hub may work in the folder meanwhile.
 * @throws {BackupError} not-a-backup, damaged, incomplete
 */
export async function restore(
  dataDir: string,
  backup: string,
  { clock, random }: RestoreOptions,
): Promise<StoreCounts & { epoch: string }> {
  const counts = verifyStore(backup);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const target = join(dataDir, DATABASE_FILE);
  const part = `${target}.restoring`;
  removeStore(part);
  await copyFile(backup, part);
  const epoch = prepare(part, counts, clock, random);
  setAside(target, clock());
  renameSync(part, target);
  sync(target);
  sync(dataDir);
  return { ...counts, epoch };
}

/**
 * Reads a store whole: every page, every index, and whether the log has each of its positions.
 * @throws {BackupError} not-a-backup, damaged, incomplete
 */
export function verifyStore(path: string): StoreCounts {
  if (!existsSync(path)) throw new BackupError('not-a-backup', path);
  const connection = new DatabaseSync(path, { readOnly: true });
  try {
    const result = connection.prepare('pragma integrity_check').get();
    if (result?.['integrity_check'] !== 'ok') throw new BackupError('damaged', path);
    const [heads, counts] = [HEADS, COUNTS].map((sql) =>
      connection
        .prepare(sql)
        .all()
        .map((row) => JSON.stringify(row))
        .toSorted()
        .join('\n'),
    );
    if (heads !== counts) throw new BackupError('incomplete', path);
    return countsOf(connection);
  } catch (error) {
    if (error instanceof BackupError) throw error;
    throw new BackupError('not-a-backup', path);
  } finally {
    connection.close();
  }
}

function countsOf(connection: DatabaseSync): StoreCounts {
  const count = (sql: string) => connection.prepare(sql).get()?.['n'] as number;
  const last = connection.prepare('select max(received_at) as at from log').get();
  return {
    entries: count('select count(*) as n from log'),
    readings: count('select count(*) as n from reading'),
    lastReceivedAt: last?.['at'] as number | null,
  };
}

/** Brings a restored copy to this version and gives it its new epoch. */
function prepare(path: string, counts: StoreCounts, clock: () => number, random: Random): string {
  const db = new Database(path);
  try {
    migrate(db, clock);
    const epoch = renewEpoch(db, Math.max(0, (counts.lastReceivedAt ?? 0) - RESEND_MARGIN_MS), clock, random);
    const organisations = db.all('select organisation from feed_head').map((row) => row['organisation'] as string);
    db.transaction(() => {
      for (const organisation of organisations) new SqliteFeed(db, organisation, clock).skipAhead(FEED_GAP);
    });
    return epoch;
  } finally {
    db.close();
    removeSideFiles(path);
  }
}

/** Moves a store with its side files out of the way; they belong together. */
function setAside(path: string, at: number): void {
  const name = `${path}.before-restore-${new Date(at).toISOString().replaceAll(':', '-')}`;
  for (const suffix of ['', ...SIDE_FILES]) {
    if (existsSync(`${path}${suffix}`)) renameSync(`${path}${suffix}`, `${name}${suffix}`);
  }
}

const SIDE_FILES = ['-wal', '-shm'] as const;

function removeStore(path: string): void {
  rmSync(path, { force: true });
  removeSideFiles(path);
}

function removeSideFiles(path: string): void {
  for (const suffix of SIDE_FILES) rmSync(`${path}${suffix}`, { force: true });
}

/** A file's octets, or a folder's names, onto the disk. */
function sync(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
