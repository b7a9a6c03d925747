/** Readings for readers. */
import type { SQLInputValue } from 'node:sqlite';
import type { ApiReading, Explanation } from '@gaya/protocols/api';
import type { Database } from '../db/database.ts';
import { promised } from '../db/promised.ts';
import type { ReadingFilter, Readings, StoredReading } from '../ports.ts';
import type { Explainer } from './explainer.ts';
import { READING_COLUMNS, toReadingRow, toStoredReading } from './reading-row.ts';

const SQL = {
  byId: `select ${READING_COLUMNS} from reading where organisation = ? and reading_id = ?`,
  partition: 'select partition from reading where organisation = ? and reading_id = ?',
  earlier: `select ${READING_COLUMNS} from reading_version where organisation = ? and reading_id = ? order by version`,
  tray: `select ${READING_COLUMNS} from reading
    where organisation = ? and patient is null and status <> 'superseded'
    order by received_at desc, reading_id desc limit ? offset ?`,
  countTray: `select count(*) as n from reading where organisation = ? and patient is null and status <> 'superseded'`,
  latest: `select l.metric, l.kind, l.reading_id, l.effective_at, l.body from latest l
    where l.organisation = ? and l.patient = ? order by l.metric, l.effective_at desc, l.kind`,
} as const;

const DEFAULT_LIMIT = 100;
const DEFAULT_STATUSES: readonly ApiReading['status'][] = ['current', 'set-aside'];

export class SqliteReadings implements Readings {
  readonly #db: Database;
  readonly #organisation: string;
  readonly #explainer: Explainer;

  constructor(db: Database, organisation: string, explainer: Explainer) {
    this.#db = db;
    this.#organisation = organisation;
    this.#explainer = explainer;
  }

  byId(readingId: string): Promise<StoredReading | null> {
    return Promise.resolve(this.get(readingId));
  }

  version(readingId: string, version: number): Promise<StoredReading | null> {
    return Promise.resolve(this.allVersions(readingId).find((reading) => reading.version === version) ?? null);
  }

  versions(readingId: string): Promise<StoredReading[]> {
    return Promise.resolve(this.allVersions(readingId));
  }

  ofPatient(filter: ReadingFilter): Promise<StoredReading[]> {
    const { where, values } = conditionsOf(this.#organisation, filter);
    const order = filter.order === 'oldest-first' ? 'asc' : 'desc';
    const sql = `select ${READING_COLUMNS} from reading where ${where}
      order by effective_at ${order}, reading_id ${order} limit ? offset ?`;
    const rows = this.#db.all(sql, ...values, filter.limit ?? DEFAULT_LIMIT, filter.offset ?? 0);
    return Promise.resolve(rows.map((row) => toStoredReading(toReadingRow(row))));
  }

  count(filter: ReadingFilter): Promise<number> {
    const { where, values } = conditionsOf(this.#organisation, filter);
    const row = this.#db.get(`select count(*) as n from reading where ${where}`, ...values);
    return Promise.resolve(row?.['n'] as number);
  }

  tray(options: { limit?: number; offset?: number } = {}): Promise<StoredReading[]> {
    const { limit = DEFAULT_LIMIT, offset = 0 } = options;
    const rows = this.#db.all(SQL.tray, this.#organisation, limit, offset);
    return Promise.resolve(rows.map((row) => toStoredReading(toReadingRow(row))));
  }

  explain(readingId: string): Promise<Explanation | null> {
    return promised(() => this.#explainer.explain(readingId, this.allVersions(readingId)));
  }

  latest(patientId: string): Promise<StoredReading[]> {
    return Promise.resolve(this.latestOf(patientId));
  }

  countTray(): number {
    return this.#db.get(SQL.countTray, this.#organisation)?.['n'] as number;
  }

  get(readingId: string): StoredReading | null {
    const row = this.#db.get(SQL.byId, this.#organisation, readingId);
    return row === undefined ? null : toStoredReading(toReadingRow(row));
  }

  /** Partition of the log entry that carries a known reading. */
  partitionOf(readingId: string): number {
    return this.#db.get(SQL.partition, this.#organisation, readingId)?.['partition'] as number;
  }

  allVersions(readingId: string): StoredReading[] {
    const earlier = this.#db.all(SQL.earlier, this.#organisation, readingId);
    const present = this.#db.all(SQL.byId, this.#organisation, readingId);
    return [...earlier, ...present].map((row) => toStoredReading(toReadingRow(row)));
  }

  /** One per metric: of a spot reading and a sample the newer. */
  latestOf(patientId: string): StoredReading[] {
    const newest = new Map<string, StoredReading>();
    for (const row of this.#db.all(SQL.latest, this.#organisation, patientId)) {
      const metric = row['metric'] as string;
      if (newest.has(metric)) continue;
      const { body } = row;
      const reading = typeof body === 'string' ? asSample(body) : this.get(row['reading_id'] as string);
      if (reading !== null) newest.set(metric, reading);
    }
    return [...newest.values()];
  }
}

/** A sample has no row: it was recorded when it was received. */
function asSample(body: string): StoredReading {
  const sample = JSON.parse(body) as ApiReading;
  return { ...sample, kind: 'sample', recordedAt: sample.time.receivedAt };
}

function conditionsOf(organisation: string, filter: ReadingFilter): { where: string; values: SQLInputValue[] } {
  const { patientId, metrics, from, to } = filter;
  const statuses = filter.statuses ?? DEFAULT_STATUSES;
  const parts: [string, readonly SQLInputValue[]][] = [
    ['organisation = ? and patient = ?', [organisation, patientId]],
    [`status in (${statuses.map(() => '?').join(', ')})`, statuses],
  ];
  if (metrics !== undefined) parts.push([`metric in (${metrics.map(() => '?').join(', ')})`, metrics]);
  if (from !== undefined) parts.push(['effective_at >= ?', [from]]);
  if (to !== undefined) parts.push(['effective_at < ?', [to]]);
  return { where: parts.map(([sql]) => sql).join(' and '), values: parts.flatMap(([, values]) => [...values]) };
}
