/**
 * The live feed: its own table with its own positions, written in the transaction of whatever it tells about. A reading's
 * event names the reading only; what is shown is its newest version.
 */
import type { FeedEvent } from '@gaya/protocols/api';
import type { Database, Row } from '../db/database.ts';
import type { Feed, PositionedEvent, Unsubscribe } from '../ports.ts';
import { READING_COLUMNS, toReadingRow, toStoredReading } from '../readings/reading-row.ts';

/** Newest events kept. */
const KEPT = 50_000;
/** How many more may gather before the oldest are taken away in one go. */
const PRUNE_SLACK = 5_000;

const SQL = {
  head: 'select position, oldest from feed_head where organisation = ?',
  setHead: `insert into feed_head (organisation, position, oldest) values (?, ?, ?)
    on conflict (organisation) do update set position = excluded.position, oldest = excluded.oldest`,
  append: 'insert into feed (organisation, position, at, type, subject, body) values (?, ?, ?, ?, ?, ?)',
  prune: 'delete from feed where organisation = ? and position < ?',
  since: `select position, at, type, subject, body from feed where organisation = ? and position > ?
    order by position limit ?`,
  reading: `select ${READING_COLUMNS} from reading where organisation = ? and reading_id = ?`,
} as const;

export type NewEvent =
  { readonly type: 'reading'; readonly readingId: string } | { readonly type: 'event'; readonly event: FeedEvent };

interface Head {
  readonly position: number;
  /** Position of the oldest event that is kept. */
  readonly oldest: number;
}

export class SqliteFeed implements Feed {
  readonly #db: Database;
  readonly #organisation: string;
  readonly #clock: () => number;
  readonly #listeners = new Set<() => void>();
  #head: Head | null = null;

  constructor(db: Database, organisation: string, clock: () => number) {
    this.#db = db;
    this.#organisation = organisation;
    this.#clock = clock;
    db.onRollback(() => (this.#head = null));
  }

  position(): number {
    return this.#readHead().position;
  }

  since(after: number, limit: number): { reset: boolean; events: PositionedEvent[] } {
    const { position, oldest } = this.#readHead();
    if (after > position || after < oldest - 1) return { reset: true, events: [] };
    const rows = this.#db.all(SQL.since, this.#organisation, after, limit);
    return { reset: false, events: rows.flatMap((row) => this.#toEvent(row)) };
  }

  onChange(listener: () => void): Unsubscribe {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** To be called inside a transaction. */
  append(events: readonly NewEvent[]): void {
    if (events.length === 0) return;
    let { position, oldest } = this.#readHead();
    const at = this.#clock();
    const append = this.#db.statement(SQL.append);
    for (const event of events) {
      position += 1;
      if (event.type === 'reading') append.run(this.#organisation, position, at, 'reading', event.readingId, null);
      else append.run(this.#organisation, position, at, event.event.type, null, JSON.stringify(event.event));
    }
    if (position - oldest >= KEPT + PRUNE_SLACK) {
      oldest = position - KEPT + 1;
      this.#db.run(SQL.prune, this.#organisation, oldest);
    }
    this.#setHead({ position, oldest });
  }

  /** To be called inside a transaction: after a restore, so that no client takes an old position for a new one. */
  skipAhead(by: number): void {
    const position = this.#readHead().position + by;
    this.#db.run(SQL.prune, this.#organisation, position + 1);
    this.#setHead({ position, oldest: position + 1 });
  }

  /** To be called after a commit that appended events. */
  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  #readHead(): Head {
    if (this.#head !== null) return this.#head;
    const row = this.#db.get(SQL.head, this.#organisation);
    this.#head =
      row === undefined
        ? { position: 0, oldest: 1 }
        : { position: row['position'] as number, oldest: row['oldest'] as number };
    return this.#head;
  }

  #setHead(head: Head): void {
    this.#db.run(SQL.setHead, this.#organisation, head.position, head.oldest);
    this.#head = head;
  }

  #toEvent(row: Row): PositionedEvent[] {
    const position = row['position'] as number;
    if (row['type'] !== 'reading' || row['body'] !== null) {
      return [{ position, event: JSON.parse(row['body'] as string) as FeedEvent }];
    }
    const reading = this.#db.get(SQL.reading, this.#organisation, row['subject'] as string);
    if (reading === undefined) return [];
    const at = row['at'] as number;
    return [{ position, event: { type: 'reading', at, reading: toStoredReading(toReadingRow(reading)) } }];
  }
}
