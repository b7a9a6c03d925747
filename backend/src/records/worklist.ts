/** The clinician's first page: every patient with newest values, a day's course and devices. */
import type { Patient, Worklist, WorklistRow } from '@gaya/protocols/api';
import { metricOf } from '@gaya/protocols/metrics';
import type { Database } from '../db/database.ts';
import type { Feed, SeedProgress, StoredDevice, StoredPatient, StoredReading } from '../ports.ts';
import type { SqliteReadings } from '../readings/readings-repository.ts';
import { bucketOf } from '../series/series-store.ts';
import type { SqliteDevices } from './devices.ts';
import type { SqlitePatients } from './patients.ts';

const DAY_MS = 86_400_000;
const SPARK_POINTS = 48;
const SPARK_STEP_MS = DAY_MS / SPARK_POINTS;

const SPARK = `with recursive buckets(n) as (select ? union all select n + 1 from buckets where n < ?)
  select (t - cast(? as integer)) / ${SPARK_STEP_MS} as step, avg(v) as mean from series_key
  cross join buckets cross join point on point.bucket = buckets.n and point.sid = series_key.sid
  where organisation = ? and patient = ? and metric = ? and component = ? and t >= ? and t < ? group by step`;

export interface WorklistParts {
  readonly db: Database;
  readonly organisation: string;
  readonly clock: () => number;
  readonly patients: SqlitePatients;
  readonly devices: SqliteDevices;
  readonly readings: SqliteReadings;
  readonly feed: Feed;
  readonly backfill: () => SeedProgress | null;
}

/** All of it is read at one moment: the feed position says which events it includes. */
export function worklist(parts: WorklistParts): Worklist {
  const asOf = parts.clock();
  const devices = Map.groupBy(parts.devices.all(), (device) => device.patientId);
  return {
    asOf,
    feedPosition: parts.feed.position(),
    rows: parts.patients.all().map((patient) => rowOf(parts, patient, devices.get(patient.patientId) ?? [], asOf)),
    unassigned: parts.readings.countTray(),
    backfill: parts.backfill(),
  };
}

function rowOf(parts: WorklistParts, patient: StoredPatient, devices: StoredDevice[], asOf: number): WorklistRow {
  const latest = parts.readings.latestOf(patient.patientId).map((reading) => ({
    metric: reading.metric,
    reading,
    spark: sparkOf(parts, patient, reading, asOf),
  }));
  return { patient, latest, devices };
}

/** Means of the metric's first component in steps of half an hour, the last one ending now. */
function sparkOf(parts: WorklistParts, patient: Patient, reading: StoredReading, asOf: number): (number | null)[] {
  const component = metricOf(reading.metric)?.components[0]?.id ?? 'value';
  const from = asOf - DAY_MS;
  const spark = new Array<number | null>(SPARK_POINTS).fill(null);
  const line = [parts.organisation, patient.patientId, reading.metric, component] as const;
  for (const row of parts.db.all(SPARK, bucketOf(from), bucketOf(asOf), from, ...line, from, asOf)) {
    spark[row['step'] as number] = row['mean'] as number;
  }
  return spark;
}
