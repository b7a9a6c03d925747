/** What the projection knows of sessions and of gateways' boots, in tables with a memory in front. */
import type { FramesMessage } from '@gaya/protocols/messages';
import type { Database } from '../db/database.ts';
import { Lru } from '../log/lru.ts';
import type { BootTime } from './session-run.ts';

const SQL = {
  known: 'select 1 from session where organisation = ? and session = ?',
  add: `insert into session (organisation, session, device, partition, gateway) values (?, ?, ?, ?, ?)
    on conflict do nothing`,
  ofDevice: 'select session from session where organisation = ? and device = ?',
  stale: 'select session from stale_session where organisation = ? order by session limit ?',
  countStale: 'select count(*) as n from stale_session where organisation = ?',
  addStale: 'insert into stale_session (organisation, session) values (?, ?) on conflict do nothing',
  removeStale: 'delete from stale_session where organisation = ? and session = ?',
  clock: `select utc_minus_mono_ms, uncertainty_ms from boot_clock
    where organisation = ? and gateway = ? and boot = ?`,
  setClock: `insert into boot_clock (organisation, gateway, boot, utc_minus_mono_ms, uncertainty_ms)
    values (?, ?, ?, ?, ?) on conflict (organisation, gateway, boot) do update
    set utc_minus_mono_ms = excluded.utc_minus_mono_ms, uncertainty_ms = excluded.uncertainty_ms`,
  unsynced: 'select session from unsynced_session where organisation = ? and gateway = ? and boot = ?',
  addUnsynced: `insert into unsynced_session (organisation, gateway, boot, session) values (?, ?, ?, ?)
    on conflict do nothing`,
} as const;

const UNKNOWN_BOOT = null;

export class SessionStore {
  readonly #db: Database;
  readonly #organisation: string;
  readonly #clocks = new Lru<string, { time: BootTime | typeof UNKNOWN_BOOT }>(10_000);

  constructor(db: Database, organisation: string) {
    this.#db = db;
    this.#organisation = organisation;
    db.onRollback(() => this.#clocks.clear());
  }

  isKnown(session: string): boolean {
    return this.#db.get(SQL.known, this.#organisation, session) !== undefined;
  }

  add(message: FramesMessage, partition: number): void {
    this.#db.run(SQL.add, this.#organisation, message.session, message.device, partition, message.gateway);
  }

  ofDevice(device: string): string[] {
    return this.#db.all(SQL.ofDevice, this.#organisation, device).map((row) => row['session'] as string);
  }

  markStale(session: string): void {
    this.#db.run(SQL.addStale, this.#organisation, session);
  }

  stale(limit: number): string[] {
    return this.#db.all(SQL.stale, this.#organisation, limit).map((row) => row['session'] as string);
  }

  countStale(): number {
    return this.#db.get(SQL.countStale, this.#organisation)?.['n'] as number;
  }

  unmarkStale(session: string): void {
    this.#db.run(SQL.removeStale, this.#organisation, session);
  }

  clockOf(gateway: string, boot: string): BootTime | undefined {
    const key = `${gateway}\n${boot}`;
    const kept = this.#clocks.get(key);
    if (kept !== undefined) return kept.time ?? undefined;
    const row = this.#db.get(SQL.clock, this.#organisation, gateway, boot);
    const time =
      row === undefined
        ? UNKNOWN_BOOT
        : {
            utcMinusMonoMs: row['utc_minus_mono_ms'] as number,
            uncertaintyMs: row['uncertainty_ms'] as number,
          };
    this.#clocks.set(key, { time });
    return time ?? undefined;
  }

  /**
   * Keeps the best that any message told about its gateway's boots, whatever their order; frames that were received
   * before the gateway knew the time are then timed again.
   */
  noteClocks(message: FramesMessage): void {
    for (const { boot, utcMinusMonoMs, uncertaintyMs } of message.boots) {
      const known = this.clockOf(message.gateway, boot);
      if (known !== undefined && !isBetter({ utcMinusMonoMs, uncertaintyMs }, known)) continue;
      this.#db.run(SQL.setClock, this.#organisation, message.gateway, boot, utcMinusMonoMs, uncertaintyMs);
      this.#clocks.set(`${message.gateway}\n${boot}`, { time: { utcMinusMonoMs, uncertaintyMs } });
      const sessions = this.#db.all(SQL.unsynced, this.#organisation, message.gateway, boot);
      for (const row of sessions) this.markStale(row['session'] as string);
    }
  }

  noteUnsynced(message: FramesMessage, boots: Iterable<string>): void {
    for (const boot of boots) this.#db.run(SQL.addUnsynced, this.#organisation, message.gateway, boot, message.session);
  }
}

function isBetter(a: BootTime, b: BootTime): boolean {
  return a.uncertaintyMs === b.uncertaintyMs ? a.utcMinusMonoMs < b.utcMinusMonoMs : a.uncertaintyMs < b.uncertaintyMs;
}
