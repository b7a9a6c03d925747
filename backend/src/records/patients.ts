/** Patients, with every earlier version. */
import type { PatientInput } from '@gaya/protocols/api';
import type { Database, Row } from '../db/database.ts';
import { promised } from '../db/promised.ts';
import { sqlite } from '../db/schema-builder.ts';
import { newId, type Random } from '../log/store.ts';
import { RecordError, type Author, type Patients, type StoredPatient } from '../ports.ts';
import { allOf, firstOf, runOf } from './query.ts';

export interface RecordParts {
  readonly db: Database;
  readonly organisation: string;
  readonly clock: () => number;
  readonly random: Random;
  /** Called after a commit that changed records. */
  readonly changed: () => void;
}

export class SqlitePatients implements Patients {
  readonly #parts: RecordParts;

  constructor(parts: RecordParts) {
    this.#parts = parts;
  }

  list(): Promise<StoredPatient[]> {
    return Promise.resolve(this.all());
  }

  byId(patientId: string): Promise<StoredPatient | null> {
    return Promise.resolve(this.get(patientId));
  }

  byIdentifier(identifier: string): Promise<StoredPatient | null> {
    return Promise.resolve(this.#where({ identifier }));
  }

  version(patientId: string, version: number): Promise<StoredPatient | null> {
    const query = sqlite
      .selectFrom('patient_version')
      .selectAll()
      .where('organisation', '=', this.#parts.organisation)
      .where('patient_id', '=', patientId)
      .where('version', '=', version);
    const row = firstOf(this.#parts.db, query);
    return Promise.resolve(row === undefined ? null : toPatient(row));
  }

  create(
    input: PatientInput,
    by: Author,
    options: { fictional?: boolean; patientId?: string } = {},
  ): Promise<StoredPatient> {
    const patientId = options.patientId ?? newId(this.#parts.random);
    return promised(() => {
      if (this.get(patientId) !== null) throw new RecordError('already-exists');
      return this.#write({ ...input, patientId, version: 1, fictional: options.fictional ?? false }, by);
    });
  }

  update(patientId: string, input: PatientInput, by: Author): Promise<StoredPatient> {
    return promised(() => {
      const before = this.get(patientId);
      if (before === null) throw new RecordError('not-found');
      return this.#write({ ...input, patientId, version: before.version + 1, fictional: before.fictional }, by);
    });
  }

  /** @internal for those inside the hub who cannot wait */
  all(): StoredPatient[] {
    const query = sqlite
      .selectFrom('patient')
      .selectAll()
      .where('organisation', '=', this.#parts.organisation)
      .orderBy('name')
      .orderBy('patient_id');
    return allOf(this.#parts.db, query).map(toPatient);
  }

  /** @internal for those inside the hub who cannot wait */
  get(patientId: string): StoredPatient | null {
    return this.#where({ patient_id: patientId });
  }

  #where(condition: { patient_id: string } | { identifier: string }): StoredPatient | null {
    const [[column, value] = ['patient_id', '']] = Object.entries(condition);
    const query = sqlite
      .selectFrom('patient')
      .selectAll()
      .where('organisation', '=', this.#parts.organisation)
      .where(column, '=', value);
    const row = firstOf(this.#parts.db, query);
    return row === undefined ? null : toPatient(row);
  }

  #write(patient: Omit<StoredPatient, 'recordedAt'>, by: Author): StoredPatient {
    const { db, organisation, clock, changed } = this.#parts;
    const holder = this.#where({ identifier: patient.identifier });
    if (holder !== null && holder.patientId !== patient.patientId)
      throw new RecordError('already-exists', '/identifier');
    const stored = {
      ...patient,
      nameLatin: patient.nameLatin ?? null,
      phone: patient.phone ?? null,
      recordedAt: clock(),
    };
    const row = { organisation, ...toRow(stored), recorded_by: by };
    db.transaction(() => {
      runOf(
        db,
        sqlite.deleteFrom('patient').where('organisation', '=', organisation).where('patient_id', '=', row.patient_id),
      );
      runOf(db, sqlite.insertInto('patient').values(row));
      runOf(db, sqlite.insertInto('patient_version').values(row));
    });
    changed();
    return stored;
  }
}

function toRow(patient: StoredPatient) {
  return {
    patient_id: patient.patientId,
    version: patient.version,
    name: patient.name,
    name_latin: patient.nameLatin ?? null,
    sex: patient.sex,
    birth_date: patient.birthDate,
    identifier: patient.identifier,
    zone: patient.zone,
    phone: patient.phone ?? null,
    fictional: patient.fictional ? 1 : 0,
    recorded_at: patient.recordedAt,
  };
}

function toPatient(row: Row): StoredPatient {
  return {
    patientId: row['patient_id'] as string,
    version: row['version'] as number,
    name: row['name'] as string,
    nameLatin: row['name_latin'] as string | null,
    sex: row['sex'] as StoredPatient['sex'],
    birthDate: row['birth_date'] as string,
    identifier: row['identifier'] as string,
    zone: row['zone'] as string,
    phone: row['phone'] as string | null,
    fictional: row['fictional'] === 1,
    recordedAt: row['recorded_at'] as number,
  };
}
