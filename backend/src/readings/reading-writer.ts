/** Writes reading rows with everything that follows from them: earlier versions, points, newest values, events. */
import type { Component } from '@gaya/protocols/readings/reading';
import type { Database } from '../db/database.ts';
import { refOf, type Point, type SeriesStore } from '../series/series-store.ts';
import type { LatestValues } from './latest-values.ts';
import {
  READING_COLUMNS,
  READING_PLACEHOLDERS,
  saysTheSame,
  toReadingRow,
  toValues,
  type InterpretedPart,
  type ReadingRow,
  type SettledPart,
} from './reading-row.ts';

const SQL = {
  insert: `insert into reading (${READING_COLUMNS}) values (${READING_PLACEHOLDERS})`,
  keepVersion: `insert into reading_version (${READING_COLUMNS}) select ${READING_COLUMNS} from reading
    where organisation = ? and reading_id = ?`,
  remove: 'delete from reading where organisation = ? and reading_id = ?',
  byId: `select ${READING_COLUMNS} from reading where organisation = ? and reading_id = ?`,
  hasSession: 'select 1 from reading where organisation = ? and reading_id >= ? and reading_id < ? limit 1',
  ofSession: `select ${READING_COLUMNS} from reading
    where organisation = ? and reading_id >= ? and reading_id < ?`,
} as const;

export type DesiredReading = InterpretedPart & SettledPart;

export class ReadingWriter {
  readonly #db: Database;
  readonly #organisation: string;
  readonly #clock: () => number;
  readonly #series: SeriesStore;
  readonly #latest: LatestValues;

  constructor(db: Database, organisation: string, clock: () => number, series: SeriesStore, latest: LatestValues) {
    this.#db = db;
    this.#organisation = organisation;
    this.#clock = clock;
    this.#series = series;
    this.#latest = latest;
  }

  byId(readingId: string): ReadingRow | null {
    const row = this.#db.get(SQL.byId, this.#organisation, readingId);
    return row === undefined ? null : toReadingRow(row);
  }

  hasSession(session: string): boolean {
    return this.#db.get(SQL.hasSession, this.#organisation, `${session}.`, `${session}/`) !== undefined;
  }

  /** Reading ids begin with their session and a dot. */
  ofSession(session: string): Map<string, ReadingRow> {
    const rows = this.#db.all(SQL.ofSession, this.#organisation, `${session}.`, `${session}/`).map(toReadingRow);
    return new Map(rows.map((row) => [row.readingId, row]));
  }

  /**
   * @param measured the components as interpreted, where they need not be parsed again
   * @returns whether there is a new version
   */
  write(desired: DesiredReading, existing: ReadingRow | null, measured?: readonly Component[]): boolean {
    return existing === null ? this.#insert(desired, measured) : this.#update(desired, existing);
  }

  #insert(desired: DesiredReading, measured?: readonly Component[]): boolean {
    const row = { ...desired, version: 1, recordedAt: this.#clock() };
    this.#db.statement(SQL.insert).run(...toValues(this.#organisation, row));
    this.#follow(null, row, measured);
    return true;
  }

  /** The row stays where its frame was first stored, also when the frame is found in another entry as well. */
  #update(desired: DesiredReading, existing: ReadingRow): boolean {
    const { partition, position, frameIndex, receivedAt } = existing;
    const placed = { ...desired, partition, position, frameIndex, receivedAt };
    if (saysTheSame(placed, existing)) {
      // Series and newest values may have been emptied for a replay.
      this.#follow(null, existing);
      return false;
    }
    const row = { ...placed, version: existing.version + 1, recordedAt: this.#clock() };
    this.#db.run(SQL.keepVersion, this.#organisation, existing.readingId);
    this.#db.run(SQL.remove, this.#organisation, existing.readingId);
    this.#db.statement(SQL.insert).run(...toValues(this.#organisation, row));
    this.#follow(existing, row);
    return true;
  }

  #follow(old: ReadingRow | null, row: ReadingRow, measured?: readonly Component[]): void {
    this.#series.replace(old === null ? [] : pointsOf(old), pointsOf(row, measured));
    if (old !== null) this.#latest.outdate(old);
    this.#latest.offer(row);
  }
}

/** Points of a reading: one per component that has a number, none unless the reading counts. */
function pointsOf(row: ReadingRow, measured?: readonly Component[]): Point[] {
  const { patient, effectiveAt } = row;
  if (!row.usable || patient === null || effectiveAt === null) return [];
  const components =
    row.corrected === null && measured !== undefined
      ? measured
      : (JSON.parse(row.corrected ?? row.components) as Component[]);
  const points: Point[] = [];
  for (const { component, value } of components) {
    if (value === null) continue;
    points.push({
      patient,
      metric: row.metric,
      component,
      device: row.device ?? '',
      t: effectiveAt,
      ref: refOf(row.position, row.frameIndex),
      value: Number(value),
    });
  }
  return points;
}
