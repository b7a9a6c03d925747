/**
 * Empties what follows from the log and lets the projection make it again. Readings and their versions stay and are
 * compared: a new version is made only where something differs, and one that the frames no longer say is superseded.
 */
import type { Database } from '../db/database.ts';
import type { Log, LogEntry } from '../log/log.ts';
import type { DecisionStore } from './decision-store.ts';

/** Tables of one organisation that are made again from nothing. */
const MADE_AGAIN = [
  'session',
  'stale_session',
  'boot_clock',
  'unsynced_session',
  'undecodable_frame',
  'frame_fingerprint',
  'device_state',
  'binding',
  'reading_decision',
  'latest',
  'sample_extent',
  'failed_frame',
] as const;

const DECISIONS = `select partition, position from log
  where organisation = ? and source_kind = 'decision' order by partition, position`;

/**
 * In one transaction: empties the tables, enters all decisions (so that no reading is settled without what was decided
 * about it later), and sets the cursors back.
 */
export function resetForReplay(db: Database, log: Log, decisions: DecisionStore): void {
  const { organisation } = log;
  db.transaction(() => {
    for (const table of MADE_AGAIN) db.run(`delete from ${table} where organisation = ?`, organisation);
    const lines = 'select sid from series_key where organisation = ?';
    db.run(`delete from point where sid in (${lines})`, organisation);
    db.run(`delete from point_rollup where sid in (${lines})`, organisation);
    db.run('update cursor set position = 0, epoch = epoch + 1 where organisation = ?', organisation);
    decisions.forget();
    for (const row of db.all(DECISIONS, organisation)) {
      const entry = log.at(row['partition'] as number, row['position'] as number);
      if (entry !== null) enter(decisions, entry);
    }
  });
}

/** An unreadable one is recorded as failed when the projection comes to it. */
function enter(decisions: DecisionStore, entry: LogEntry): void {
  try {
    decisions.enter(entry);
  } catch {
    // see above
  }
}

export function countVersions(db: Database, organisation: string): number {
  return db.get('select count(*) as n from reading_version where organisation = ?', organisation)?.['n'] as number;
}
