/** What devices say about themselves; of each fact the newest, by the gateways' order and not by arrival. */
import type { Database } from '../db/database.ts';
import { Lru } from '../log/lru.ts';
import type { FrameSource } from './session-run.ts';

const SQL = {
  put: `insert into device_state (organisation, device_id, field, value, session, sequence, at)
    values (?, ?, ?, ?, ?, ?, ?)
    on conflict (organisation, device_id, field) do update
      set value = excluded.value, session = excluded.session, sequence = excluded.sequence, at = excluded.at
      where (excluded.session, excluded.sequence) >= (device_state.session, device_state.sequence)`,
  ofDevice: 'select field, value, at from device_state where organisation = ? and device_id = ?',
} as const;

/** Field under which the newest frame's time is kept. */
export const LAST_FRAME = 'last-frame';
/** Begins the fields that name the profiles that understand the device. */
const PROFILE = 'profile:';

type FactSource = Pick<FrameSource, 'device' | 'session' | 'sequence' | 'gatewayAt'>;

interface Pending {
  readonly device: string;
  readonly field: string;
  readonly value: string;
  readonly source: FactSource;
}

export interface DeviceState {
  readonly value: string;
  readonly at: number | null;
}

export class DeviceStates {
  readonly #db: Database;
  readonly #organisation: string;
  readonly #pending = new Map<string, Pending>();
  readonly #profiles = new Lru<string, true>(50_000);

  constructor(db: Database, organisation: string) {
    this.#db = db;
    this.#organisation = organisation;
    db.onRollback(() => this.forget());
  }

  /** That a profile understands a device; a device may have several. */
  noteProfile(device: string, profile: string): void {
    const key = `${device}\n${profile}`;
    if (this.#profiles.get(key) === true) return;
    this.note(`${PROFILE}${profile}`, profile, { device, session: '', sequence: 0, gatewayAt: null });
    this.#profiles.set(key, true);
  }

  note(field: string, value: string, source: FactSource): void {
    const key = `${source.device}\n${field}`;
    const known = this.#pending.get(key);
    if (known !== undefined && isLater(known.source, source)) return;
    this.#pending.set(key, { device: source.device, field, value, source });
  }

  /** Forgets what is kept in memory beside the table. */
  forget(): void {
    this.#pending.clear();
    this.#profiles.clear();
  }

  /** To be called at the end of the transaction. */
  flush(): void {
    for (const { device, field, value, source } of this.#pending.values()) {
      const { session, sequence, gatewayAt } = source;
      this.#db.run(SQL.put, this.#organisation, device, field, value, session, sequence, gatewayAt);
    }
    this.#pending.clear();
  }

  ofDevice(device: string): Map<string, DeviceState> {
    const rows = this.#db.all(SQL.ofDevice, this.#organisation, device);
    return new Map(
      rows.map((row) => [row['field'] as string, { value: row['value'] as string, at: row['at'] as number | null }]),
    );
  }
}

/** Profile of a device that nobody entered; of several the first by name. */
export function profileIn(states: ReadonlyMap<string, DeviceState>): string | null {
  const [first] = [...states.keys()].filter((field) => field.startsWith(PROFILE)).toSorted();
  return first === undefined ? null : first.slice(PROFILE.length);
}

function isLater(a: Pending['source'], b: Pending['source']): boolean {
  return a.session === b.session ? a.sequence > b.sequence : a.session > b.session;
}
