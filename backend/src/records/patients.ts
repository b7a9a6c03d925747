/** Patients, with every earlier version. */
import type { PatientInput } from '@gaya/protocols/api';
import type { Database } from '../db/database.ts';
import { runNow, SqliteSql } from '../db/sqlite-sql.ts';
import type { Sql } from '../db/work.ts';
import { newId, type Random } from '../log/store.ts';
import type { Author, Patients, StoredPatient } from '../ports.ts';
import { PatientWork } from './patient-work.ts';

interface ChangeParts {
  readonly organisation: string;
  readonly clock: () => number;
  readonly random: Random;
  /** Called after a commit that changed records. */
  readonly changed: () => void;
}

/** What records need on any database. */
export interface SqlRecordParts extends ChangeParts {
  readonly sql: Sql;
}

/** What records need inside the hub. */
export interface RecordParts extends ChangeParts {
  readonly db: Database;
}

export class SqlPatients implements Patients {
  readonly #parts: SqlRecordParts;
  readonly #work: PatientWork;

  constructor(parts: SqlRecordParts) {
    this.#parts = parts;
    this.#work = new PatientWork(parts.organisation);
  }

  list(): Promise<StoredPatient[]> {
    return this.#parts.sql.read(() => this.#work.all());
  }

  byId(patientId: string): Promise<StoredPatient | null> {
    return this.#parts.sql.read(() => this.#work.get(patientId));
  }

  byIdentifier(identifier: string): Promise<StoredPatient | null> {
    return this.#parts.sql.read(() => this.#work.byIdentifier(identifier));
  }

  version(patientId: string, version: number): Promise<StoredPatient | null> {
    return this.#parts.sql.read(() => this.#work.version(patientId, version));
  }

  async create(
    input: PatientInput,
    by: Author,
    options: { fictional?: boolean; patientId?: string } = {},
  ): Promise<StoredPatient> {
    const { sql, clock, random, changed } = this.#parts;
    const patientId = options.patientId ?? newId(random);
    const created = await sql.transaction(() => this.#work.create(patientId, input, by, clock(), options));
    changed();
    return created;
  }

  async update(patientId: string, input: PatientInput, by: Author): Promise<StoredPatient> {
    const { sql, clock, changed } = this.#parts;
    const updated = await sql.transaction(() => this.#work.update(patientId, input, by, clock()));
    changed();
    return updated;
  }
}

/** The hub's own patients: also for those inside it who cannot wait. */
export class SqlitePatients extends SqlPatients {
  readonly #db: Database;
  readonly #now: PatientWork;

  constructor(parts: RecordParts) {
    super({ ...parts, sql: new SqliteSql(parts.db) });
    this.#db = parts.db;
    this.#now = new PatientWork(parts.organisation);
  }

  all(): StoredPatient[] {
    return runNow(this.#db, this.#now.all());
  }

  get(patientId: string): StoredPatient | null {
    return runNow(this.#db, this.#now.get(patientId));
  }
}
