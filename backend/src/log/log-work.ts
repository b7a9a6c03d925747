/** What the log does to its tables, as {@link Work} for any database. */
import type { SQLInputValue } from 'node:sqlite';
import type { Row } from '../db/database.ts';
import { all, first, run, type Work } from '../db/work.ts';

export type SourceKind = 'gateway' | 'seed' | 'manual' | 'fhir' | 'decision';

export interface NewEntry {
  readonly sourceKind: SourceKind;
  /** Gateway id, or the author of a decision. */
  readonly source: string;
  readonly device: string | null;
  /** By partition-of.ts of the device, or of the patient where there is no device. */
  readonly partition: number;
  readonly session: string | null;
  readonly firstSequence: number | null;
  readonly lastSequence: number | null;
  readonly contentType: string;
  readonly schemaVersion: number;
  readonly body: Uint8Array;
  /** UTC ms. */
  readonly receivedAt: number;
}

export interface LogEntry extends Omit<NewEntry, 'body'> {
  readonly position: number;
  /** null: erased; the tombstone stays. */
  readonly body: Uint8Array | null;
}

/** Sequences of a session that one entry holds, both inclusive. */
export interface SessionRange {
  readonly source: string;
  readonly device: string | null;
  readonly first: number;
  readonly last: number;
}

export interface LogPlace {
  readonly partition: number;
  readonly position: number;
}

const COLUMNS = `partition, position, source_kind, source, device, session, first_sequence, last_sequence,
  content_type, schema_version, body, received_at`;

const SQL = {
  // Changes nothing, but takes the row: whoever else appends to the partition waits here.
  take: `insert into log_partition (organisation, partition, next_position) values (?, ?, 1)
    on conflict (organisation, partition) do update set next_position = log_partition.next_position
    returning next_position`,
  setNext: 'update log_partition set next_position = ? where organisation = ? and partition = ?',
  append: `insert into log (organisation, ${COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  after: `select ${COLUMNS} from log where organisation = ? and partition = ? and position > ?
    order by position limit ?`,
  one: `select ${COLUMNS} from log where organisation = ? and partition = ? and position = ?`,
  session: `select ${COLUMNS} from log where organisation = ? and session = ? order by first_sequence nulls first, position`,
  ranges: `select source, device, first_sequence, last_sequence from log
    where organisation = ? and session = ? order by first_sequence`,
  heads: 'select partition, next_position from log_partition where organisation = ?',
  last: `select max(received_at) as at from (
      select (select received_at from log l where l.organisation = p.organisation and l.partition = p.partition
        order by position desc limit 1) as received_at
      from log_partition p where p.organisation = ?) newest`,
} as const;

export class LogWork {
  readonly organisation: string;

  constructor(organisation: string) {
    this.organisation = organisation;
  }

  /** Appends in order; to be done inside a durable transaction, whose commit makes the positions true. */
  *append<T extends { readonly entry: NewEntry }>(items: readonly T[]): Work<(T & LogPlace)[]> {
    const next = yield* this.#takePartitions(items);
    const placed: (T & LogPlace)[] = [];
    for (const item of items) {
      const { partition } = item.entry;
      const position = next.get(partition) ?? 1;
      next.set(partition, position + 1);
      yield { sql: SQL.append, parameters: this.#valuesOf(item.entry, position) };
      placed.push({ ...item, partition, position });
    }
    for (const [partition, position] of next) yield* run(SQL.setNext, position, this.organisation, partition);
    return placed;
  }

  *after(partition: number, position: number, limit: number): Work<LogEntry[]> {
    return (yield* all(SQL.after, this.organisation, partition, position, limit)).map(toEntry);
  }

  *at(partition: number, position: number): Work<LogEntry | null> {
    const row = yield* first(SQL.one, this.organisation, partition, position);
    return row === undefined ? null : toEntry(row);
  }

  /** All entries of a session by sequence; of entries that begin alike the first that was stored comes first. */
  *ofSession(session: string): Work<LogEntry[]> {
    return (yield* all(SQL.session, this.organisation, session)).map(toEntry);
  }

  /** Which sequences of a session are stored, and from whom, without reading bodies. */
  *rangesOf(session: string): Work<SessionRange[]> {
    return (yield* all(SQL.ranges, this.organisation, session)).map((row) => ({
      source: row['source'] as string,
      device: row['device'] as string | null,
      first: row['first_sequence'] as number,
      last: row['last_sequence'] as number,
    }));
  }

  /** Newest position of each partition that has entries. */
  *heads(): Work<Map<number, number>> {
    const rows = yield* all(SQL.heads, this.organisation);
    return new Map(rows.map((row) => [row['partition'] as number, (row['next_position'] as number) - 1]));
  }

  *lastReceivedAt(): Work<number | null> {
    return ((yield* first(SQL.last, this.organisation))?.['at'] ?? null) as number | null;
  }

  #valuesOf(entry: NewEntry, position: number): SQLInputValue[] {
    return [
      this.organisation,
      entry.partition,
      position,
      entry.sourceKind,
      entry.source,
      entry.device,
      entry.session,
      entry.firstSequence,
      entry.lastSequence,
      entry.contentType,
      entry.schemaVersion,
      entry.body,
      entry.receivedAt,
    ];
  }

  /** Next position of each partition, held until the commit; always in the same order, so that no two can wait for each other. */
  *#takePartitions(items: readonly { readonly entry: NewEntry }[]): Work<Map<number, number>> {
    const next = new Map<number, number>();
    const partitions = new Set(items.map(({ entry }) => entry.partition));
    for (const partition of [...partitions].sort((a, b) => a - b)) {
      const row = yield* first(SQL.take, this.organisation, partition);
      next.set(partition, row?.['next_position'] as number);
    }
    return next;
  }
}

function toEntry(row: Row): LogEntry {
  return {
    partition: row['partition'] as number,
    position: row['position'] as number,
    sourceKind: row['source_kind'] as SourceKind,
    source: row['source'] as string,
    device: row['device'] as string | null,
    session: row['session'] as string | null,
    firstSequence: row['first_sequence'] as number | null,
    lastSequence: row['last_sequence'] as number | null,
    contentType: row['content_type'] as string,
    schemaVersion: row['schema_version'] as number,
    body: row['body'] as Uint8Array | null,
    receivedAt: row['received_at'] as number,
  };
}
