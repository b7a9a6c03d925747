/** What a store says, as lines that can be compared: without anything that depends on the order of arrival. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DATABASE_FILE } from '../db/database.ts';

const QUERIES = {
  readings: `select organisation, reading_id, status, metric, components, quality, added_quality, corrected, usable,
    effective_at, uncertainty_ms, verdict, reason, device_time, clock_offset_ms, gateway_at, source_kind, device, session,
    sequence, slot, user_slot, fingerprint, patient, tray_reason, note from reading where status <> 'superseded'`,
  points: `select k.organisation, k.patient, k.metric, k.component, k.device, p.t, p.v
    from point p join series_key k on k.sid = p.sid`,
  extents: `select e.organisation, e.session, k.patient, k.metric, e.first_t, e.last_t, e.uncertainty_ms
    from sample_extent e left join series_key k on k.sid = e.sid`,
  latest: `select organisation, patient, metric, kind, reading_id, effective_at from latest`,
  devices: `select organisation, device_id, field, value, session, sequence, at from device_state`,
  bindings: `select organisation, device_id, patient_id, user_slot, from_at, to_at, superseded_at from binding`,
  fingerprints: `select * from frame_fingerprint`,
  undecodable: `select * from undecodable_frame`,
  stale: `select * from stale_session`,
  failed: `select * from failed_frame`,
} as const;

export type Dump = Record<keyof typeof QUERIES, string[]>;

export function dumpOf(dataDir: string): Dump {
  const db = new DatabaseSync(join(dataDir, DATABASE_FILE), { readOnly: true });
  try {
    const lines = Object.entries(QUERIES).map(([name, sql]) => [
      name,
      db
        .prepare(sql)
        .all()
        .map((row) => JSON.stringify(row))
        .toSorted(),
    ]);
    return Object.fromEntries(lines) as Dump;
  } finally {
    db.close();
  }
}

/** Rows of one query, for what no port tells. */
export function rowsOf(dataDir: string, sql: string): Record<string, unknown>[] {
  const db = new DatabaseSync(join(dataDir, DATABASE_FILE), { readOnly: true });
  try {
    return db.prepare(sql).all();
  } finally {
    db.close();
  }
}
