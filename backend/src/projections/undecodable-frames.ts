/** Frames whose octets no codec understands; they stay in the log, and are understood once the codec is fixed. */
import type { Database } from '../db/database.ts';
import type { FrameSource } from './session-run.ts';

const SQL = {
  add: `insert into undecodable_frame (organisation, session, sequence, code, octet) values (?, ?, ?, ?, ?)
    on conflict (organisation, session, sequence) do update set code = excluded.code, octet = excluded.octet`,
  clear: 'delete from undecodable_frame where organisation = ? and session = ?',
  count: 'select count(*) as n from undecodable_frame where organisation = ?',
} as const;

export class UndecodableFrames {
  readonly #db: Database;
  readonly #organisation: string;

  constructor(db: Database, organisation: string) {
    this.#db = db;
    this.#organisation = organisation;
  }

  add(source: FrameSource, code: string, octet: number): void {
    this.#db.run(SQL.add, this.#organisation, source.session, source.sequence, code, octet);
  }

  clear(session: string): void {
    this.#db.run(SQL.clear, this.#organisation, session);
  }

  count(): number {
    return this.#db.get(SQL.count, this.#organisation)?.['n'] as number;
  }
}
