/** What bindings do to their table, as {@link Work} for any database. A row is never overwritten: each decision adds one. */
import type { Binding } from '@gaya/protocols/api';
import type { Row } from '../db/database.ts';
import { all, first, run, type Work } from '../db/work.ts';

const COLUMNS = `binding_id, device_id, patient_id, user_slot, from_at, to_at, recorded_at, recorded_by, partition,
  position, superseded_at`;

const SQL = {
  add: `insert into binding (organisation, ${COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    on conflict do nothing`,
  supersede: `update binding set superseded_at = ?
    where organisation = ? and binding_id = ? and superseded_at is null and position < ?`,
  byId: `select ${COLUMNS} from binding where organisation = ? and binding_id = ? and superseded_at is null`,
  all: `select ${COLUMNS} from binding where organisation = ? order by from_at, binding_id, position`,
  ofDevice: `select ${COLUMNS} from binding where organisation = ? and device_id = ? order by from_at, binding_id, position`,
  ofPatient: `select ${COLUMNS} from binding where organisation = ? and patient_id = ? order by from_at, binding_id, position`,
  position: 'select 1 from binding where organisation = ? and binding_id = ? and position >= ?',
} as const;

export interface BindingRow extends Binding {
  readonly position: number;
  readonly supersededAt: number | null;
}

export class BindingWork {
  readonly #organisation: string;

  constructor(organisation: string) {
    this.#organisation = organisation;
  }

  *byId(bindingId: string): Work<BindingRow | null> {
    const row = yield* first(SQL.byId, this.#organisation, bindingId);
    return row === undefined ? null : toBinding(row);
  }

  /** As believed now, or as believed at `knownAt` (UTC ms). */
  *list(knownAt?: number): Work<BindingRow[]> {
    return (yield* all(SQL.all, this.#organisation)).map(toBinding).filter(believedAt(knownAt));
  }

  *ofDevice(device: string, knownAt?: number): Work<BindingRow[]> {
    return (yield* all(SQL.ofDevice, this.#organisation, device)).map(toBinding).filter(believedAt(knownAt));
  }

  *ofPatient(patient: string, knownAt?: number): Work<BindingRow[]> {
    return (yield* all(SQL.ofPatient, this.#organisation, patient)).map(toBinding).filter(believedAt(knownAt));
  }

  /** Whether a decision at this place of the log, or a later one about the same binding, was entered before. */
  *isEntered(bindingId: string, position: number): Work<boolean> {
    return (yield* first(SQL.position, this.#organisation, bindingId, position)) !== undefined;
  }

  /** What is believed of a binding since a decision. `withdrawn`: that it never held. */
  *enter(binding: Binding, place: { partition: number; position: number }, withdrawn = false): Work<void> {
    const { bindingId, deviceId, patientId, userSlot, from, to, recordedAt, recordedBy } = binding;
    yield* run(SQL.supersede, recordedAt, this.#organisation, bindingId, place.position);
    yield* run(
      SQL.add,
      this.#organisation,
      bindingId,
      deviceId,
      patientId,
      userSlot,
      from,
      to,
      recordedAt,
      recordedBy,
      place.partition,
      place.position,
      withdrawn ? recordedAt : null,
    );
  }
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
