/** Messages whose envelope cannot be read, kept where they can be looked at; the oldest make room. */
import type { Database } from '../db/database.ts';
import type { QuarantinedMessage } from '../ports.ts';

/** Newest messages kept per organisation. */
const KEPT = 10_000;
/** Octets kept of each. */
const KEPT_OCTETS = 256 * 1024;
const SHOWN_OCTETS = 4096;

const SQL = {
  next: 'select coalesce(max(id), 0) + 1 as id from quarantine where organisation = ?',
  insert: `insert into quarantine (organisation, id, received_at, topic, source, reason, body)
    values (?, ?, ?, ?, ?, ?, ?)`,
  prune: 'delete from quarantine where organisation = ? and id <= ?',
  count: 'select count(*) as n from quarantine where organisation = ?',
  list: `select id, received_at, topic, source, reason, substr(body, 1, ${SHOWN_OCTETS}) as body from quarantine
    where organisation = ? order by id desc limit ?`,
} as const;

export interface BadMessage {
  readonly receivedAt: number;
  readonly topic: string;
  readonly source: string | null;
  readonly reason: string;
  readonly body: Uint8Array;
}

export class Quarantine {
  readonly #db: Database;
  readonly #organisation: string;

  constructor(db: Database, organisation: string) {
    this.#db = db;
    this.#organisation = organisation;
  }

  /** To be called inside a transaction. */
  add(message: BadMessage): void {
    const id = this.#db.get(SQL.next, this.#organisation)?.['id'] as number;
    const { receivedAt, source, reason } = message;
    const topic = message.topic.slice(0, 1024);
    this.#db.run(
      SQL.insert,
      this.#organisation,
      id,
      receivedAt,
      topic,
      source,
      reason,
      message.body.subarray(0, KEPT_OCTETS),
    );
    if (id > KEPT) this.#db.run(SQL.prune, this.#organisation, id - KEPT);
  }

  count(): number {
    return this.#db.get(SQL.count, this.#organisation)?.['n'] as number;
  }

  list(limit: number): QuarantinedMessage[] {
    return this.#db.all(SQL.list, this.#organisation, limit).map((row) => ({
      id: row['id'] as number,
      receivedAt: row['received_at'] as number,
      topic: row['topic'] as string,
      source: row['source'] as string | null,
      reason: row['reason'] as string,
      // SQLite gives null for a message without octets.
      body: Buffer.from((row['body'] as Uint8Array | null) ?? []).toString('hex'),
    }));
  }
}
