/** Looks into the hub's file after it has been closed: is everything there that was sent? */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { LoadResult } from './load-plan.ts';

export interface Stored {
  readonly messages: number;
  readonly octets: number;
  readonly digest: string;
  readonly points: number;
  readonly readings: number;
  readonly fileMb: number;
}

/** @param sessions only the log entries of these, e.g. of one run; in the order of session and sequence */
export function stored(folder: string, sessions: readonly string[]): Stored {
  const db = new DatabaseSync(join(folder, 'hub', 'gaya.sqlite'), { readOnly: true });
  try {
    const hash = createHash('sha256');
    let messages = 0;
    let octets = 0;
    const select = db.prepare(
      `select body from log where organisation = 'default' and session = ? order by first_sequence, position`,
    );
    for (const session of sessions.toSorted()) {
      for (const row of select.iterate(session)) {
        const body = row['body'];
        if (!(body instanceof Uint8Array)) continue;
        hash.update(body);
        messages += 1;
        octets += body.length;
      }
    }
    const count = (sql: string): number => Number(db.prepare(sql).get()?.['n']);
    return {
      messages,
      octets,
      digest: hash.digest('hex'),
      points: count('select count(*) as n from point'),
      readings: count(`select count(*) as n from reading where status <> 'superseded'`),
      fileMb:
        (count('select page_count as n from pragma_page_count') *
          count('select page_size as n from pragma_page_size')) /
        2 ** 20,
    };
  } finally {
    db.close();
  }
}

/** @throws {Error} when the log does not hold exactly what was sent */
export function checkLog(sent: Pick<LoadResult, 'messages' | 'octets' | 'digest'>, log: Stored): void {
  const same = log.messages === sent.messages && log.octets === sent.octets && log.digest === sent.digest;
  if (same) return;
  throw new Error(
    `the log differs from what was sent: ${log.messages} of ${sent.messages} messages, ${log.octets} of ${sent.octets} octets, digests ${log.digest === sent.digest ? 'alike' : 'differ'}`,
  );
}
