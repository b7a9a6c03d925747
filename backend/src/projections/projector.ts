/**
 * Carries the log into the projection: slices of entries, each in one transaction with the partition's cursor, with room
 * for other work between them. An outage (disk full, locked file) stalls it and is tried again; a bug is recorded with its
 * entry, skipped and counted.
 */
import type { Database } from '../db/database.ts';
import { codeOf, type AppendedMessage } from '../ingest/ingest.ts';
import type { Log, LogEntry, LogPlace } from '../log/log.ts';
import type { HubEvent, Projections, ProjectionStatus } from '../ports.ts';
import { ClaimLostError, CursorStore } from './cursor-store.ts';
import type { ReadingsProjection } from './readings-projection.ts';
import { RecentEntries } from './recent-entries.ts';
import type { StoredMessage } from './session-run.ts';

const NAME = 'readings';
/** Frames in one transaction, about: who lags behind takes more at once, which costs less for each. */
const SLICE_FRAMES = 2000;
/** Entries that are read from the log at once. */
const READ_ENTRIES = 500;
/** Sessions that are run again in one transaction. */
const STALE_SLICE = 20;
const RETRY_MS = 500;

/** SQLite's primary result codes that say something about the machine and nothing about the entry. */
const OUTAGES: ReadonlySet<number> = new Set([5, 6, 7, 8, 10, 11, 13, 14, 15, 23, 26]);

interface Item {
  readonly entry: LogEntry;
  readonly stored: StoredMessage | undefined;
}

export interface ProjectorParts {
  readonly db: Database;
  readonly log: Log;
  readonly organisation: string;
  readonly clock: () => number;
  readonly projection: ReadingsProjection;
  readonly report: (event: HubEvent) => void;
  /** Called after a commit that may have written to the feed. */
  readonly changed: () => void;
}

export class Projector implements Projections {
  readonly #parts: ProjectorParts;
  readonly #cursors: CursorStore;
  readonly #recent = new RecentEntries();
  readonly #waiting = new Set<{ target: ReadonlyMap<number, number>; resolve: () => void }>();
  /** Newest position of each partition. */
  #heads = new Map<number, number>();
  /** As seen lately. */
  #framesPerEntry = 1;
  #running = false;
  #scheduled: NodeJS.Immediate | undefined;
  #retry: NodeJS.Timeout | undefined;

  constructor(parts: ProjectorParts) {
    this.#parts = parts;
    this.#cursors = new CursorStore(parts.db, NAME, parts.organisation);
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#cursors.claim();
    this.#heads = this.#parts.log.heads();
    this.#schedule();
  }

  stop(): Promise<void> {
    this.#running = false;
    clearImmediate(this.#scheduled);
    clearTimeout(this.#retry);
    this.#scheduled = undefined;
    this.#retry = undefined;
    for (const { resolve } of this.#waiting) resolve();
    this.#waiting.clear();
    return Promise.resolve();
  }

  /** To be told of entries after their commit; those that need not be read again from the log come along. */
  appended(messages: readonly AppendedMessage[]): void {
    for (const { partition, position, entry, message } of messages) {
      this.#heads.set(partition, position);
      const { sourceKind, receivedAt } = entry;
      this.#recent.add({
        entry: { ...entry, partition, position },
        stored: { partition, position, sourceKind, receivedAt, message },
      });
    }
    this.#schedule();
  }

  /** To be told of decisions and manual entries after their commit. */
  appendedAt(places: readonly LogPlace[]): void {
    for (const { partition, position } of places) this.#heads.set(partition, position);
    this.#schedule();
  }

  caughtUp(): Promise<void> {
    return this.reached(new Map(this.#heads));
  }

  /** Resolves when the projection has these positions, and what they made stale is done. */
  reached(target: ReadonlyMap<number, number>): Promise<void> {
    if (this.#isReached(target)) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.add({ target, resolve }));
  }

  status(): ProjectionStatus[] {
    let lagEntries = 0;
    for (const [partition, head] of this.#heads) lagEntries += head - this.#cursors.get(partition);
    return [{ name: NAME, lagEntries, failed: this.#cursors.countFailed() }];
  }

  /** To be called after the tables were emptied for a replay. */
  restart(): void {
    this.#cursors.forget();
    this.#recent.clear();
    this.#parts.projection.forget();
    this.#heads = this.#parts.log.heads();
    this.#schedule();
  }

  #schedule(): void {
    if (!this.#running || this.#scheduled !== undefined || this.#retry !== undefined) return;
    this.#scheduled = setImmediate(() => {
      this.#scheduled = undefined;
      this.#slice();
    });
  }

  #slice(): void {
    const items = this.#next();
    try {
      if (items.length > 0) this.#project(items);
      const worked = this.#processStale() || items.length > 0;
      if (!worked) {
        this.#tellWaiting();
        return;
      }
      this.#parts.changed();
      this.#tellWaiting();
      this.#schedule();
    } catch (error) {
      this.#stall(error);
    }
  }

  /** The next entries, of any partitions, in the order of each. */
  #next(): Item[] {
    const items: Item[] = [];
    let frames = 0;
    for (const [partition, head] of this.#heads) {
      let position = this.#cursors.get(partition);
      while (position < head && frames < SLICE_FRAMES) {
        const more = this.#after(partition, position, Math.ceil((SLICE_FRAMES - frames) / this.#framesPerEntry));
        if (more.length === 0) break;
        items.push(...more);
        frames += more.reduce((sum, { entry }) => sum + framesOf(entry), 0);
        position += more.length;
        this.#framesPerEntry = Math.max(1, frames / items.length);
      }
    }
    return items;
  }

  #after(partition: number, position: number, limit: number): Item[] {
    const recent = this.#recent.take(partition, position, limit);
    if (recent.length > 0) return recent;
    const entries = this.#parts.log.after(partition, position, Math.min(limit, READ_ENTRIES));
    return entries.map((entry) => ({ entry, stored: undefined }));
  }

  #project(items: readonly Item[]): void {
    try {
      this.#commit(items);
    } catch (error) {
      if (isOutage(error)) throw error;
      // One of them is the culprit: the others must not suffer.
      for (const item of items) this.#projectAlone(item);
    }
  }

  #projectAlone(item: Item): void {
    try {
      this.#commit([item]);
    } catch (error) {
      if (isOutage(error)) throw error;
      this.#parts.db.transaction(() => {
        this.#fail(item.entry, error);
        this.#cursors.set(item.entry.partition, item.entry.position);
      }, 'rebuildable');
    }
  }

  #commit(items: readonly Item[]): void {
    const { db, projection } = this.#parts;
    db.transaction(() => {
      const reached = new Map<number, number>();
      for (const { entry, stored } of items) {
        projection.process(entry, stored, this.#onFailed);
        reached.set(entry.partition, entry.position);
      }
      projection.flush();
      for (const [partition, position] of reached) this.#cursors.set(partition, position);
    }, 'rebuildable');
  }

  /** @returns whether there was something to do */
  #processStale(): boolean {
    const sessions = this.#parts.projection.sessions.stale(STALE_SLICE);
    if (sessions.length === 0) return false;
    try {
      this.#runAgain(sessions);
    } catch (error) {
      if (isOutage(error)) throw error;
      for (const session of sessions) this.#runAgainAlone(session);
    }
    return true;
  }

  #runAgain(sessions: readonly string[]): void {
    const { db, projection } = this.#parts;
    db.transaction(() => {
      for (const session of sessions) projection.processStale(session, this.#onFailed);
      projection.flush();
    }, 'rebuildable');
  }

  #runAgainAlone(session: string): void {
    const { db, log, projection } = this.#parts;
    try {
      this.#runAgain([session]);
    } catch (error) {
      if (isOutage(error)) throw error;
      db.transaction(() => {
        const [first] = log.ofSession(session);
        if (first !== undefined) this.#fail(first, error);
        projection.sessions.unmarkStale(session);
      }, 'rebuildable');
    }
  }

  #onFailed = (place: LogPlace, error: unknown): void => this.#fail(place, error);

  #fail(place: LogPlace, error: unknown): void {
    const { partition, position } = place;
    const code = codeOf(error);
    this.#cursors.recordFailure(place, code, this.#parts.clock());
    this.#parts.report({ level: 'error', code: 'projection-failed', detail: { partition, position, reason: code } });
  }

  #stall(error: unknown): void {
    this.#recent.clear();
    this.#parts.report({ level: 'error', code: 'projection-stalled', detail: { reason: codeOf(error) } });
    if (!this.#running) return;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#schedule();
    }, RETRY_MS);
  }

  #tellWaiting(): void {
    for (const waiting of this.#waiting) {
      if (!this.#isReached(waiting.target)) continue;
      this.#waiting.delete(waiting);
      waiting.resolve();
    }
  }

  #isReached(target: ReadonlyMap<number, number>): boolean {
    for (const [partition, position] of target) if (this.#cursors.get(partition) < position) return false;
    return this.#parts.projection.sessions.countStale() === 0;
  }
}

function framesOf({ firstSequence, lastSequence }: LogEntry): number {
  return firstSequence === null || lastSequence === null ? 1 : lastSequence - firstSequence + 1;
}

function isOutage(error: unknown): boolean {
  if (error instanceof ClaimLostError) return true;
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return typeof code === 'number' && OUTAGES.has(code & 0xff);
}
