/** How long frames stay after the hub has stored them, and what is given up first when the disk runs short. */
import type { Queue } from './queue.ts';

export interface RetentionLimits {
  /** Stored frames are kept for so long, in case the hub is restored from an older backup. */
  readonly keepStoredMs: number;
  /** The queue file gives up stored frames, oldest first, to stay below. Never a frame that the hub has not stored. */
  readonly maxBytes: number;
}

export const DEFAULT_RETENTION: RetentionLimits = { keepStoredMs: 14 * 24 * 3_600_000, maxBytes: 1024 * 1024 * 1024 };

const SLICE = 5_000;

/**
 * @param hubNow the hub's time, UTC ms; null while unknown: then nothing is old
 * @returns how many frames were let go
 */
export function prune(queue: Queue, limits: RetentionLimits, hubNow: number | null): number {
  let gone = hubNow === null ? 0 : queue.forget(SLICE, hubNow - limits.keepStoredMs);
  while (usedBytes(queue) > limits.maxBytes) {
    const more = queue.forget(SLICE, null);
    gone += more;
    if (more === 0) break;
  }
  if (gone > 0) dropEmpty(queue);
  return gone;
}

function dropEmpty(queue: Queue): void {
  queue.db
    .prepare(
      'delete from session where session not in (select session from frame) and session not in (select value from json_each(?))',
    )
    .run(JSON.stringify(queue.openSessions));
  queue.db.exec('delete from boot where boot not in (select boot from frame)');
}

/** Octets in use, without the pages that SQLite keeps for later. */
export function usedBytes(queue: Queue): number {
  const pragma = (name: string): number => Number(queue.db.prepare(`pragma ${name}`).get()?.[name]);
  return (pragma('page_count') - pragma('freelist_count')) * pragma('page_size');
}
