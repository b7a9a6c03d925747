/** What patients' records do to their tables, as {@link Work} for any database. */
import type { PatientInput } from '@gaya/protocols/api';
import type { Row } from '../db/database.ts';
import { builder } from '../db/schema-builder.ts';
import { allOf, firstOf, runOf, type Work } from '../db/work.ts';
import { RecordError, type Author, type StoredPatient } from '../ports.ts';

export class PatientWork {
  readonly #organisation: string;

  constructor(organisation: string) {
    this.#organisation = organisation;
  }

  /** By name, in the order of code points; then by id. */
  *all(): Work<StoredPatient[]> {
    return (yield* allOf(this.#select('patient').orderBy('name').orderBy('patient_id'))).map(toPatient);
  }

  *get(patientId: string): Work<StoredPatient | null> {
    return yield* this.#one(this.#select('patient').where('patient_id', '=', patientId));
  }

  *byIdentifier(identifier: string): Work<StoredPatient | null> {
    return yield* this.#one(this.#select('patient').where('identifier', '=', identifier));
  }

  *version(patientId: string, version: number): Work<StoredPatient | null> {
    const ofPatient = this.#select('patient_version').where('patient_id', '=', patientId);
    return yield* this.#one(ofPatient.where('version', '=', version));
  }

  /** @param at UTC ms */
  *create(
    patientId: string,
    input: PatientInput,
    by: Author,
    at: number,
    options: { fictional?: boolean } = {},
  ): Work<StoredPatient> {
    if ((yield* this.get(patientId)) !== null) throw new RecordError('already-exists');
    const patient = { ...input, patientId, version: 1, fictional: options.fictional ?? false, recordedAt: at };
    return yield* this.#write(patient, by);
  }

  /** @param at UTC ms */
  *update(patientId: string, input: PatientInput, by: Author, at: number): Work<StoredPatient> {
    const before = yield* this.get(patientId);
    if (before === null) throw new RecordError('not-found');
    const { version, fictional } = before;
    return yield* this.#write({ ...input, patientId, version: version + 1, fictional, recordedAt: at }, by);
  }

  #select(table: 'patient' | 'patient_version') {
    return builder.selectFrom(table).selectAll().where('organisation', '=', this.#organisation);
  }

  *#one(query: Parameters<typeof firstOf>[0]): Work<StoredPatient | null> {
    const row = yield* firstOf(query);
    return row === undefined ? null : toPatient(row);
  }

  *#write(patient: StoredPatient, by: Author): Work<StoredPatient> {
    const organisation = this.#organisation;
    const holder = yield* this.byIdentifier(patient.identifier);
    if (holder !== null && holder.patientId !== patient.patientId)
      throw new RecordError('already-exists', '/identifier');
    const stored = { ...patient, nameLatin: patient.nameLatin ?? null, phone: patient.phone ?? null };
    const row = { organisation, ...toRow(stored), recorded_by: by };
    const present = builder.deleteFrom('patient').where('organisation', '=', organisation);
    yield* runOf(present.where('patient_id', '=', row.patient_id));
    yield* runOf(builder.insertInto('patient').values(row));
    yield* runOf(builder.insertInto('patient_version').values(row));
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
