/**
 * The durable queue: every frame is in it before anything else happens with it, and leaves it only after the hub has stored
 * it, and even then not for a while. All calls are synchronous: what has returned is on the disk.
 */
import type { BootClock } from '@gaya/protocols/messages';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { QueueError, type NewFrame, type NewSession } from './frame.ts';
import { openDatabase } from './open-database.ts';
import { DEAD, PUBLISHED, QUEUED, STORED } from './schema.ts';

/** A run of consecutive frames of one session. */
export interface FrameRange {
  readonly session: string;
  readonly first: number;
  readonly last: number;
}

export interface QueueCounts {
  readonly queued: number;
  readonly published: number;
  readonly stored: number;
  readonly dead: number;
}

/** SQLITE_FULL. */
const FULL = 13;

export class Queue {
  readonly db: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #insertSession: StatementSync;
  readonly #nextSequence: StatementSync;
  readonly #advance: StatementSync;
  readonly #setState: StatementSync;
  readonly #setStored: StatementSync;
  readonly #setDead: StatementSync;
  /** Sessions in progress: kept even when all their frames have gone. */
  readonly #open = new Set<string>();
  /** Counting millions of stored frames for each heartbeat would take too long. */
  #storedCount: number;

  /** @throws {QueueError} queue-unwritable, queue-too-new */
  constructor(file: string) {
    const db = openDatabase(file);
    this.db = db;
    this.#insert = db.prepare(
      `insert into frame (session, sequence, how, service, characteristic, bytes, wall, mono, boot, synced)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#insertSession = db.prepare(
      'insert into session (session, device, provisional, next_sequence) values (?, ?, ?, 0)',
    );
    this.#nextSequence = db.prepare('select next_sequence as next from session where session = ?');
    this.#advance = db.prepare('update session set next_sequence = ? where session = ?');
    const inRange = 'where session = ? and sequence between ? and ?';
    this.#setState = db.prepare(
      `update frame set state = ${PUBLISHED}, attempts = attempts + 1, published_mono = ? ${inRange} and state = ${QUEUED}`,
    );
    // Also from queued: the answer to an earlier publication may come late.
    this.#setStored = db.prepare(
      `update frame set state = ${STORED}, stored_at = ?, published_mono = null ${inRange} and state in (${QUEUED}, ${PUBLISHED})`,
    );
    this.#setDead = db.prepare(
      `update frame set state = ${DEAD}, stored_at = ?, reason = ?, published_mono = null ${inRange} and state in (${QUEUED}, ${PUBLISHED})`,
    );
    // What an earlier process published and nobody acknowledged is published again, and at once.
    db.exec(`update frame set state = ${QUEUED}, attempts = 0, published_mono = null where state = ${PUBLISHED}`);
    this.#storedCount = Number(db.prepare(`select count(*) as n from frame where state = ${STORED}`).get()?.['n']);
  }

  /**
   * Makes the frames durable, all or none, and gives each its sequence.
   * @returns their sequences
   * @throws {QueueError} queue-full, queue-unwritable, no-such-session
   */
  commit(frames: readonly NewFrame[]): number[] {
    return this.#transaction(() => frames.map((frame) => this.#append(frame)));
  }

  /** Opens a session together with its first frame (sequence 0). @throws {QueueError} as {@link commit} */
  openSession({ session, device, provisional }: NewSession, connect: NewFrame): void {
    this.#transaction(() => {
      this.#insertSession.run(session, device, provisional ? 1 : 0);
      this.#append(connect);
    });
    this.#open.add(session);
  }

  /** No more frames will come. */
  closeSession(session: string): void {
    this.#open.delete(session);
  }

  get openSessions(): readonly string[] {
    return [...this.#open];
  }

  #append(frame: NewFrame): number {
    const { session, how, service = null, characteristic = null, bytes, wall, mono, boot, synced } = frame;
    const row = this.#nextSequence.get(session);
    if (row === undefined) throw new QueueError('no-such-session', 'a frame of a session that was never opened');
    const sequence = Number(row['next']);
    this.#insert.run(session, sequence, how, service, characteristic, bytes, wall, mono, boot, synced ? 1 : 0);
    this.#advance.run(sequence + 1, session);
    return sequence;
  }

  /** The broker has it. Says nothing about the hub. */
  markPublished({ session, first, last }: FrameRange, mono: number): void {
    this.#transaction(() => this.#setState.run(mono, session, first, last));
  }

  /** The hub has stored them. */
  markStored(ranges: readonly FrameRange[], storedAt: number): void {
    this.#transaction(() => {
      for (const { session, first, last } of ranges)
        this.#storedCount += Number(this.#setStored.run(storedAt, session, first, last).changes);
    });
  }

  /** The hub will never store them as they are. */
  markDead(ranges: readonly (FrameRange & { readonly reason: string })[], at: number): void {
    this.#transaction(() =>
      ranges.forEach(({ session, first, last, reason }) => this.#setDead.run(at, reason, session, first, last)),
    );
  }

  /** Everything stored since then is queued again: the hub has lost it. Undefined since: all that is kept. */
  requeueStored(since = 0): number {
    const sql = `update frame set state = ${QUEUED}, attempts = 0, stored_at = null where state = ${STORED} and stored_at >= ?`;
    const requeued = this.#transaction(() => Number(this.db.prepare(sql).run(since).changes));
    this.#storedCount -= requeued;
    return requeued;
  }

  /** Lets at most `limit` stored (or, by age, dead) frames go, oldest first. @returns how many */
  forget(limit: number, storedBefore: number | null): number {
    const states = storedBefore === null ? `${STORED}` : `${STORED}, ${DEAD}`;
    const sql = `delete from frame where id in
      (select id from frame where state in (${states}) and stored_at < ? order by stored_at limit ?) returning state`;
    const gone = this.#transaction(() => this.db.prepare(sql).all(storedBefore ?? Number.MAX_SAFE_INTEGER, limit));
    this.#storedCount -= gone.filter((row) => row['state'] === STORED).length;
    return gone.length;
  }

  /** Published too long ago without an answer: queued again, same ids. The wait doubles with each attempt. */
  requeueUnanswered(mono: number, waitMs: number, maxWaitMs: number): number {
    return Number(
      this.db
        .prepare(
          `update frame set state = ${QUEUED} where state = ${PUBLISHED}
           and published_mono + min(? * (1 << min(attempts - 1, 16)), ?) <= ?`,
        )
        .run(waitMs, maxWaitMs, mono).changes,
    );
  }

  saveBootClock({ boot, utcMinusMonoMs, uncertaintyMs }: BootClock): void {
    this.db
      .prepare(
        `insert into boot values (?, ?, ?) on conflict do update
         set utc_minus_mono_ms = excluded.utc_minus_mono_ms, uncertainty_ms = excluded.uncertainty_ms`,
      )
      .run(boot, utcMinusMonoMs, uncertaintyMs);
  }

  /** Null for a boot that never learned the time. */
  bootClock(boot: string): BootClock | null {
    const row = this.db
      .prepare('select utc_minus_mono_ms as utc, uncertainty_ms as uncertainty from boot where boot = ?')
      .get(boot);
    return row === undefined
      ? null
      : { boot, utcMinusMonoMs: Number(row['utc']), uncertaintyMs: Number(row['uncertainty']) };
  }

  meta(key: string): string | null {
    const value = this.db.prepare('select value from meta where key = ?').get(key)?.['value'];
    return typeof value === 'string' ? value : null;
  }

  setMeta(key: string, value: string): void {
    this.db.prepare('insert into meta values (?, ?) on conflict do update set value = excluded.value').run(key, value);
  }

  counts(): QueueCounts {
    const count = this.db.prepare('select count(*) as n from frame where state = ?');
    const of = (state: number): number => Number(count.get(state)?.['n']);
    return { queued: of(QUEUED), published: of(PUBLISHED), stored: this.#storedCount, dead: of(DEAD) };
  }

  /** Wall time of the oldest frame that the hub has not stored, with its boot's monotonic time; null when there is none. */
  oldestUnstored(): { readonly boot: string; readonly mono: number; readonly wall: number } | null {
    const row = this.db
      .prepare(
        `select boot, mono, wall from frame where id =
         (select min(id) from (select min(id) as id from frame where state = ${QUEUED} union all select min(id) from frame where state = ${PUBLISHED}))`,
      )
      .get();
    return row === undefined
      ? null
      : { boot: String(row['boot']), mono: Number(row['mono']), wall: Number(row['wall']) };
  }

  close(): void {
    this.db.close();
  }

  #transaction<T>(work: () => T): T {
    try {
      this.db.exec('begin immediate');
    } catch (cause) {
      throw queueErrorOf(cause);
    }
    try {
      const result = work();
      this.db.exec('commit');
      return result;
    } catch (cause) {
      // SQLite has rolled back by itself when the disk is full.
      if (this.db.isTransaction) this.db.exec('rollback');
      throw queueErrorOf(cause);
    }
  }
}

function queueErrorOf(cause: unknown): QueueError {
  if (cause instanceof QueueError) return cause;
  const full = cause instanceof Error && 'errcode' in cause && cause.errcode === FULL;
  return full
    ? new QueueError('queue-full', 'the disk is full', { cause })
    : new QueueError('queue-unwritable', 'the queue cannot be written', { cause });
}
