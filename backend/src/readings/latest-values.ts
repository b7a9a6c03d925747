/** Newest usable value of each metric of each patient; collected through a slice and written at its end. */
import type { ApiReading } from '@gaya/protocols/api';
import type { Database } from '../db/database.ts';
import type { ReadingRow } from './reading-row.ts';

const SQL = {
  put: `insert into latest (organisation, patient, metric, kind, reading_id, effective_at, body)
    values (?, ?, ?, ?, ?, ?, ?)
    on conflict (organisation, patient, metric, kind) do update
      set reading_id = excluded.reading_id, effective_at = excluded.effective_at, body = excluded.body
      where (excluded.effective_at, excluded.reading_id) >= (latest.effective_at, latest.reading_id)`,
  remove: 'delete from latest where organisation = ? and patient = ? and metric = ? and kind = ?',
  newest: `select reading_id, effective_at from reading
    where organisation = ? and patient = ? and metric = ? and usable = 1
    order by effective_at desc, reading_id desc limit 1`,
} as const;

type Kind = 'spot' | 'sample';

interface Candidate {
  readonly patient: string;
  readonly metric: string;
  readonly kind: Kind;
  readonly readingId: string;
  readonly effectiveAt: number;
  readonly sample: ApiReading | null;
}

export class LatestValues {
  readonly #db: Database;
  readonly #organisation: string;
  readonly #candidates = new Map<string, Candidate>();
  readonly #outdated = new Map<string, { patient: string; metric: string }>();

  constructor(db: Database, organisation: string) {
    this.#db = db;
    this.#organisation = organisation;
    db.onRollback(() => this.#forget());
  }

  /** A reading that may be the newest of its metric. */
  offer(row: ReadingRow): void {
    if (!row.usable || row.patient === null || row.effectiveAt === null) return;
    const { patient, metric, readingId, effectiveAt } = row;
    this.#offer({ patient, metric, kind: 'spot', readingId, effectiveAt, sample: null });
  }

  offerSample(sample: ApiReading): void {
    const { patientId: patient, metric, readingId } = sample;
    const { effectiveAt } = sample.time;
    if (patient === null || effectiveAt === null) return;
    this.#offer({ patient, metric, kind: 'sample', readingId, effectiveAt, sample });
  }

  /** A reading that may have been the newest and no longer is what it was. */
  outdate(row: ReadingRow): void {
    if (!row.usable || row.patient === null) return;
    this.#outdated.set(`${row.patient}\n${row.metric}`, { patient: row.patient, metric: row.metric });
  }

  /** To be called at the end of the transaction. */
  flush(): void {
    for (const { patient, metric } of this.#outdated.values()) {
      this.#db.run(SQL.remove, this.#organisation, patient, metric, 'spot');
      const newest = this.#db.get(SQL.newest, this.#organisation, patient, metric);
      if (newest === undefined) continue;
      const readingId = newest['reading_id'] as string;
      const effectiveAt = newest['effective_at'] as number;
      this.#offer({ patient, metric, kind: 'spot', readingId, effectiveAt, sample: null });
    }
    for (const candidate of this.#candidates.values()) this.#put(candidate);
    this.#forget();
  }

  removeSample(patient: string, metric: string): void {
    this.#candidates.delete(keyOf(patient, metric, 'sample'));
    this.#db.run(SQL.remove, this.#organisation, patient, metric, 'sample');
  }

  #offer(candidate: Candidate): void {
    const key = keyOf(candidate.patient, candidate.metric, candidate.kind);
    const best = this.#candidates.get(key);
    if (best === undefined || isNewer(candidate, best)) this.#candidates.set(key, candidate);
  }

  #put({ patient, metric, kind, readingId, effectiveAt, sample }: Candidate): void {
    const body = sample === null ? null : JSON.stringify(sample);
    this.#db.run(SQL.put, this.#organisation, patient, metric, kind, readingId, effectiveAt, body);
  }

  #forget(): void {
    this.#candidates.clear();
    this.#outdated.clear();
  }
}

const keyOf = (patient: string, metric: string, kind: Kind): string => `${patient}\n${metric}\n${kind}`;

function isNewer(a: Candidate, b: Candidate): boolean {
  return a.effectiveAt === b.effectiveAt ? a.readingId > b.readingId : a.effectiveAt > b.effectiveAt;
}
