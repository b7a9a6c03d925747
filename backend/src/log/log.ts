/**
 * The append-only log: what came off the radio, as bytes, and what people decided about it. Everything else is made from it.
 * A partition's positions have no gap, and their order is the order of the commits.
 */
import type { Database, Row } from '../db/database.ts';
import { partitionOf } from './partition-of.ts';

export type SourceKind = 'gateway' | 'seed' | 'manual' | 'fhir' | 'decision';

export interface NewEntry {
  readonly sourceKind: SourceKind;
  /** Gateway id, or the author of a decision. */
  readonly source: string;
  readonly device: string | null;
  /** By {@link Log.partitionOf} of the device, or of the patient where there is no device. */
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

export interface LogPlace {
  readonly partition: number;
  readonly position: number;
}

const COLUMNS = `partition, position, source_kind, source, device, session, first_sequence, last_sequence,
  content_type, schema_version, body, received_at`;

const SQL = {
  next: 'select next_position from log_partition where organisation = ? and partition = ?',
  setNext: `insert into log_partition (organisation, partition, next_position) values (?, ?, ?)
    on conflict (organisation, partition) do update set next_position = excluded.next_position`,
  append: `insert into log (organisation, ${COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  after: `select ${COLUMNS} from log where organisation = ? and partition = ? and position > ?
    order by position limit ?`,
  one: `select ${COLUMNS} from log where organisation = ? and partition = ? and position = ?`,
  session: `select ${COLUMNS} from log where organisation = ? and session = ? order by first_sequence, position`,
  ranges: `select source, device, first_sequence, last_sequence from log
    where organisation = ? and session = ? order by first_sequence`,
  heads: 'select partition, next_position from log_partition where organisation = ?',
  last: `select max(received_at) as at from (
      select (select received_at from log l where l.organisation = p.organisation and l.partition = p.partition
        order by position desc limit 1) as received_at
      from log_partition p where p.organisation = ?)`,
} as const;

export class Log {
  readonly #db: Database;
  readonly organisation: string;
  readonly partitions: number;

  constructor(db: Database, organisation: string, partitions: number) {
    this.#db = db;
    this.organisation = organisation;
    this.partitions = partitions;
  }

  partitionOf(key: string): number {
    return partitionOf(key, this.partitions);
  }

  /** Appends in order; to be called inside a durable transaction, whose commit makes the positions true. */
  append<T extends { readonly entry: NewEntry }>(items: readonly T[]): (T & LogPlace)[] {
    const next = new Map<number, number>();
    const append = this.#db.statement(SQL.append);
    const placed = items.map((item) => {
      const { entry } = item;
      const { partition } = entry;
      const position = next.get(partition) ?? this.#nextPosition(partition);
      next.set(partition, position + 1);
      append.run(
        this.organisation,
        partition,
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
      );
      return { ...item, partition, position };
    });
    for (const [partition, position] of next) this.#db.run(SQL.setNext, this.organisation, partition, position);
    return placed;
  }

  after(partition: number, position: number, limit: number): LogEntry[] {
    return this.#db.all(SQL.after, this.organisation, partition, position, limit).map(toEntry);
  }

  at(partition: number, position: number): LogEntry | null {
    const row = this.#db.get(SQL.one, this.organisation, partition, position);
    return row === undefined ? null : toEntry(row);
  }

  /** All entries of a session by sequence; of entries that begin alike the first that was stored comes first. */
  ofSession(session: string): LogEntry[] {
    return this.#db.all(SQL.session, this.organisation, session).map(toEntry);
  }

  /** Which sequences of a session are stored, and from whom, without reading bodies. */
  rangesOf(session: string): { source: string; device: string | null; first: number; last: number }[] {
    return this.#db.all(SQL.ranges, this.organisation, session).map((row) => ({
      source: row['source'] as string,
      device: row['device'] as string | null,
      first: row['first_sequence'] as number,
      last: row['last_sequence'] as number,
    }));
  }

  /** Newest position of each partition that has entries. */
  heads(): Map<number, number> {
    const rows = this.#db.all(SQL.heads, this.organisation);
    return new Map(rows.map((row) => [row['partition'] as number, (row['next_position'] as number) - 1]));
  }

  /** Positions have no gaps, so the heads' sum is the number of entries. */
  count(): number {
    return [...this.heads().values()].reduce((sum, head) => sum + head, 0);
  }

  lastReceivedAt(): number | null {
    return (this.#db.get(SQL.last, this.organisation)?.['at'] ?? null) as number | null;
  }

  #nextPosition(partition: number): number {
    return (this.#db.get(SQL.next, this.organisation, partition)?.['next_position'] ?? 1) as number;
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
