/** Bindings as rows that are never overwritten: each decision adds what is believed since then. */
import type { Binding } from '@gaya/protocols/api';
import type { Database, Row } from '../db/database.ts';
import { Lru } from '../log/lru.ts';
import { spanOf, type BindingSpan } from './binding-index.ts';

const COLUMNS = `binding_id, device_id, patient_id, user_slot, from_at, to_at, recorded_at, recorded_by, partition,
  position, superseded_at`;

const SQL = {
  add: `insert into binding (organisation, ${COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    on conflict do nothing`,
  supersede: `update binding set superseded_at = ?
    where organisation = ? and binding_id = ? and superseded_at is null and position < ?`,
  byId: `select ${COLUMNS} from binding where organisation = ? and binding_id = ? and superseded_at is null`,
  all: `select ${COLUMNS} from binding where organisation = ? order by from_at, binding_id`,
  ofDevice: `select ${COLUMNS} from binding where organisation = ? and device_id = ? order by from_at, binding_id`,
  ofPatient: `select ${COLUMNS} from binding where organisation = ? and patient_id = ? order by from_at, binding_id`,
  position: 'select 1 from binding where organisation = ? and binding_id = ? and position >= ?',
} as const;

export interface BindingRow extends Binding {
  readonly position: number;
  readonly supersededAt: number | null;
}

export class BindingStore {
  readonly #db: Database;
  readonly #organisation: string;
  readonly #spans = new Lru<string, readonly BindingSpan[]>(50_000);

  constructor(db: Database, organisation: string) {
    this.#db = db;
    this.#organisation = organisation;
    db.onRollback(() => this.#spans.clear());
  }

  /** Bindings of a device as they are believed now. */
  spansOf(device: string): readonly BindingSpan[] {
    const kept = this.#spans.get(device);
    if (kept !== undefined) return kept;
    const spans = this.ofDevice(device).map(({ patientId, userSlot, from, to }) =>
      spanOf(patientId, userSlot, from, to),
    );
    this.#spans.set(device, spans);
    return spans;
  }

  byId(bindingId: string): BindingRow | null {
    const row = this.#db.get(SQL.byId, this.#organisation, bindingId);
    return row === undefined ? null : toBinding(row);
  }

  list(knownAt?: number): BindingRow[] {
    return this.#db.all(SQL.all, this.#organisation).map(toBinding).filter(believedAt(knownAt));
  }

  ofDevice(device: string, knownAt?: number): BindingRow[] {
    return this.#db.all(SQL.ofDevice, this.#organisation, device).map(toBinding).filter(believedAt(knownAt));
  }

  ofPatient(patient: string, knownAt?: number): BindingRow[] {
    return this.#db.all(SQL.ofPatient, this.#organisation, patient).map(toBinding).filter(believedAt(knownAt));
  }

  /** Whether a decision at this place of the log, or a later one about the same binding, was entered before. */
  isEntered(bindingId: string, position: number): boolean {
    return this.#db.get(SQL.position, this.#organisation, bindingId, position) !== undefined;
  }

  /** What is believed of a binding since a decision. `withdrawn`: that it never held. */
  enter(binding: Binding, place: { partition: number; position: number }, withdrawn = false): void {
    const { bindingId, deviceId, recordedAt } = binding;
    this.#db.run(SQL.supersede, recordedAt, this.#organisation, bindingId, place.position);
    this.#db.run(
      SQL.add,
      this.#organisation,
      bindingId,
      deviceId,
      binding.patientId,
      binding.userSlot,
      binding.from,
      binding.to,
      recordedAt,
      binding.recordedBy,
      place.partition,
      place.position,
      withdrawn ? recordedAt : null,
    );
    this.#spans.delete(deviceId);
  }
}

/** The wire form, without what is the store's own. */
export function toApiBinding({ bindingId, deviceId, patientId, userSlot, from, to, ...recorded }: BindingRow): Binding {
  const { recordedAt, recordedBy } = recorded;
  return { bindingId, deviceId, patientId, userSlot, from, to, recordedAt, recordedBy };
}

function believedAt(knownAt: number | undefined): (row: BindingRow) => boolean {
  if (knownAt === undefined) return (row) => row.supersededAt === null;
  return (row) => row.recordedAt <= knownAt && (row.supersededAt === null || row.supersededAt > knownAt);
}

function toBinding(row: Row): BindingRow {
  return {
    bindingId: row['binding_id'] as string,
    deviceId: row['device_id'] as string,
    patientId: row['patient_id'] as string,
    userSlot: row['user_slot'] as number | null,
    from: row['from_at'] as number,
    to: row['to_at'] as number | null,
    recordedAt: row['recorded_at'] as number,
    recordedBy: row['recorded_by'] as string,
    position: row['position'] as number,
    supersededAt: row['superseded_at'] as number | null,
  };
}
