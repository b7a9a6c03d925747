/**
 * The first shape of the store. Organisation is in every table and every unique key; times are UTC ms; booleans are 0 and 1.
 * The log (log, quarantine, log_partition, store) is the truth; tables of people's records (patient, device, gateway) are
 * kept with their versions; everything else is a projection and can be made again from the log.
 */
import type { Migration } from '../migration.ts';
import type { ColumnSpec, Schema } from '../schema-builder.ts';

export const PARTITIONS = 16;

const READING_COLUMNS: Record<string, ColumnSpec> = {
  organisation: 'text',
  reading_id: 'text',
  version: 'integer',
  status: 'text',
  metric: 'text',
  components: 'text', // as interpreted, JSON
  quality: 'text', // as interpreted, JSON
  added_quality: 'text?', // what other frames say about this one (repeat, conflict), JSON
  corrected: 'text?', // components as a person corrected them, JSON
  usable: 'integer', // counts as the newest value of its metric
  effective_at: 'integer?',
  uncertainty_ms: 'real?',
  verdict: 'text',
  reason: 'text?',
  device_time: 'text?',
  clock_offset_ms: 'real?',
  gateway_at: 'integer?',
  received_at: 'integer',
  source_kind: 'text',
  device: 'text?',
  session: 'text?',
  sequence: 'integer?',
  slot: 'text',
  user_slot: 'integer?',
  fingerprint: 'text?',
  patient: 'text?',
  tray_reason: 'text?',
  note: 'text?',
  partition: 'integer',
  position: 'integer', // of the log entry that carries the value
  frame_index: 'integer', // in that entry
  recorded_at: 'integer', // commit of this version
};

const PATIENT_COLUMNS: Record<string, ColumnSpec> = {
  organisation: 'text',
  patient_id: 'text',
  version: 'integer',
  name: 'text',
  name_latin: 'text?',
  sex: 'text',
  birth_date: 'text',
  identifier: 'text',
  zone: 'text',
  phone: 'text?',
  fictional: 'integer',
  recorded_at: 'integer',
  recorded_by: 'text',
};

const DEVICE_COLUMNS: Record<string, ColumnSpec> = {
  organisation: 'text',
  device_id: 'text',
  version: 'integer',
  profile: 'text',
  label: 'text',
  provisional: 'integer',
  address: 'text?',
  system_id: 'text?',
  serial: 'text?',
  gateways: 'text', // JSON; [] = every gateway of the organisation
  set_clock: 'integer',
  recorded_at: 'integer',
  recorded_by: 'text',
};

const log = ({ createTable, createIndex }: Schema) => [
  createTable('store', {
    columns: {
      id: 'integer',
      epoch: 'text',
      created_at: 'integer',
      partitions: 'integer',
      restored_at: 'integer?',
      resend_since: 'integer?',
    },
    key: ['id'],
  }),
  createTable('log_partition', {
    columns: { organisation: 'text', partition: 'integer', next_position: 'integer' },
    key: ['organisation', 'partition'],
    clustered: true,
  }),
  createTable('log', {
    columns: {
      organisation: 'text',
      partition: 'integer',
      position: 'integer',
      source_kind: 'text', // gateway, seed, manual, fhir, decision
      source: 'text', // gateway id, or author
      device: 'text?',
      session: 'text?',
      first_sequence: 'integer?',
      last_sequence: 'integer?',
      content_type: 'text',
      schema_version: 'integer',
      body: 'blob?', // as received; null once erased
      received_at: 'integer',
      erased_at: 'integer?',
      erased_reason: 'text?',
    },
    key: ['organisation', 'partition', 'position'],
    clustered: true,
  }),
  createIndex('log_session', 'log', ['organisation', 'session', 'first_sequence'], { where: 'session is not null' }),
  createIndex('log_decision', 'log', ['organisation', 'source_kind'], { where: `source_kind = 'decision'` }),
  createTable('quarantine', {
    columns: {
      organisation: 'text',
      id: 'integer',
      received_at: 'integer',
      topic: 'text',
      source: 'text?',
      reason: 'text',
      body: 'blob',
    },
    key: ['organisation', 'id'],
    clustered: true,
  }),
];

const records = ({ createTable, createIndex }: Schema) => [
  createTable('patient', { columns: PATIENT_COLUMNS, key: ['organisation', 'patient_id'] }),
  createTable('patient_version', { columns: PATIENT_COLUMNS, key: ['organisation', 'patient_id', 'version'] }),
  createIndex('patient_identifier', 'patient', ['organisation', 'identifier'], { unique: true }),
  createTable('device', { columns: DEVICE_COLUMNS, key: ['organisation', 'device_id'] }),
  createTable('device_version', { columns: DEVICE_COLUMNS, key: ['organisation', 'device_id', 'version'] }),
  createIndex('device_address', 'device', ['organisation', 'address'], { unique: true, where: 'address is not null' }),
  createTable('gateway', {
    columns: {
      organisation: 'text',
      gateway_id: 'text',
      label: 'text',
      secret_hash: 'text?', // null: seen, but not registered
      created_at: 'integer',
      created_by: 'text',
      online: 'integer',
      last_status_at: 'integer?',
      status: 'text?', // detail of the last heartbeat, JSON
      epoch_told: 'text?', // the store's epoch that the gateway was asked to re-send for
    },
    key: ['organisation', 'gateway_id'],
  }),
  createTable('device_link', {
    columns: {
      organisation: 'text',
      device_id: 'text',
      gateway_id: 'text',
      state: 'text',
      rssi_dbm: 'real?',
      battery_percent: 'real?',
      clock_offset_ms: 'real?',
      last_seen_at: 'integer?',
      last_error: 'text?',
      reported_at: 'integer',
    },
    key: ['organisation', 'device_id', 'gateway_id'],
    clustered: true,
  }),
];

const projections = ({ createTable, createIndex }: Schema) => [
  createTable('cursor', {
    columns: { projection: 'text', organisation: 'text', partition: 'integer', position: 'integer', epoch: 'integer' },
    key: ['projection', 'organisation', 'partition'],
    clustered: true,
  }),
  createTable('failed_frame', {
    columns: {
      projection: 'text',
      organisation: 'text',
      partition: 'integer',
      position: 'integer',
      code: 'text',
      failed_at: 'integer',
    },
    key: ['projection', 'organisation', 'partition', 'position'],
    clustered: true,
  }),
  createTable('session', {
    columns: { organisation: 'text', session: 'text', device: 'text', partition: 'integer', gateway: 'text' },
    key: ['organisation', 'session'],
    clustered: true,
  }),
  createIndex('session_device', 'session', ['organisation', 'device']),
  /** What is to be done again after a decision or a late clock; emptied in slices. */
  createTable('stale_session', {
    columns: { organisation: 'text', session: 'text' },
    key: ['organisation', 'session'],
    clustered: true,
  }),
  createTable('boot_clock', {
    columns: {
      organisation: 'text',
      gateway: 'text',
      boot: 'text',
      utc_minus_mono_ms: 'real',
      uncertainty_ms: 'real',
    },
    key: ['organisation', 'gateway', 'boot'],
    clustered: true,
  }),
  /** Sessions with frames that the gateway received before it knew the time: a boot's clock re-times them. */
  createTable('unsynced_session', {
    columns: { organisation: 'text', gateway: 'text', boot: 'text', session: 'text' },
    key: ['organisation', 'gateway', 'boot', 'session'],
    clustered: true,
  }),
  createTable('undecodable_frame', {
    columns: { organisation: 'text', session: 'text', sequence: 'integer', code: 'text', octet: 'integer' },
    key: ['organisation', 'session', 'sequence'],
    clustered: true,
  }),
  /** Every frame that carries a reading, by what it holds: the same frame again is found here. */
  createTable('frame_fingerprint', {
    columns: {
      organisation: 'text',
      device: 'text',
      fingerprint: 'text',
      at: 'integer', // when the gateway received it, where only that tells repeats apart; else 0
      session: 'text',
      sequence: 'integer',
    },
    key: ['organisation', 'device', 'fingerprint', 'at', 'session', 'sequence'],
    clustered: true,
  }),
  createTable('device_state', {
    columns: {
      organisation: 'text',
      device_id: 'text',
      field: 'text',
      value: 'text',
      session: 'text',
      sequence: 'integer',
      at: 'integer?',
    },
    key: ['organisation', 'device_id', 'field'],
    clustered: true,
  }),
  createTable('binding', {
    columns: {
      organisation: 'text',
      binding_id: 'text',
      device_id: 'text',
      patient_id: 'text',
      user_slot: 'integer?',
      from_at: 'integer',
      to_at: 'integer?',
      recorded_at: 'integer',
      recorded_by: 'text',
      partition: 'integer',
      position: 'integer', // of the decision
      superseded_at: 'integer?', // null: believed now
    },
    key: ['organisation', 'binding_id', 'position'],
    clustered: true,
  }),
  createIndex('binding_device', 'binding', ['organisation', 'device_id']),
  createIndex('binding_patient', 'binding', ['organisation', 'patient_id']),
];

const readings = ({ createTable, createIndex }: Schema) => [
  createTable('reading', { columns: READING_COLUMNS, key: ['organisation', 'reading_id'] }),
  createTable('reading_version', { columns: READING_COLUMNS, key: ['organisation', 'reading_id', 'version'] }),
  createIndex('reading_patient', 'reading', ['organisation', 'patient', 'metric', 'effective_at'], {
    where: 'patient is not null',
  }),
  createIndex('reading_tray', 'reading', ['organisation', 'received_at'], {
    where: `patient is null and status <> 'superseded'`,
  }),
  createTable('reading_decision', {
    columns: {
      organisation: 'text',
      reading_id: 'text',
      partition: 'integer',
      position: 'integer',
      kind: 'text',
      author: 'text',
      at: 'integer',
      reason: 'text?',
      detail: 'text', // JSON
    },
    key: ['organisation', 'reading_id', 'partition', 'position'],
    clustered: true,
  }),
  createTable('latest', {
    columns: {
      organisation: 'text',
      patient: 'text',
      metric: 'text',
      kind: 'text', // spot: reading_id names a reading row; sample: body holds the newest value itself
      reading_id: 'text',
      effective_at: 'integer',
      body: 'text?',
    },
    key: ['organisation', 'patient', 'metric', 'kind'],
    clustered: true,
  }),
  createTable('feed', {
    columns: {
      organisation: 'text',
      position: 'integer',
      at: 'integer',
      type: 'text',
      subject: 'text?', // reading id, device id
      body: 'text?', // JSON of events that are not read from a row
    },
    key: ['organisation', 'position'],
    clustered: true,
  }),
  createTable('feed_head', {
    columns: { organisation: 'text', position: 'integer', oldest: 'integer' },
    key: ['organisation'],
    clustered: true,
  }),
];

/** Buckets of six hours keep neighbours in time together on the disk, whoever's they are. */
const series = ({ createTable, createIndex, rowNumber, text }: Schema) => [
  `create table series_key (sid ${rowNumber}, organisation ${text} not null, patient ${text} not null,
     metric ${text} not null, component ${text} not null, device ${text} not null,
     unique (organisation, patient, metric, component, device))`,
  createTable('point', {
    columns: { bucket: 'integer', sid: 'integer', t: 'integer', ref: 'integer', v: 'real' },
    key: ['bucket', 'sid', 't', 'ref'],
    clustered: true,
  }),
  /** Quarters of an hour of a bucket, made when a chart first needs them and dropped when a point of the bucket changes. */
  createTable('point_rollup', {
    columns: { sid: 'integer', bucket: 'integer', body: 'blob' },
    key: ['sid', 'bucket'],
    clustered: true,
  }),
  /** Where the samples of a session lie: they have no reading rows by which they could be found again. */
  createTable('sample_extent', {
    columns: {
      organisation: 'text',
      session: 'text',
      sid: 'integer',
      first_t: 'integer',
      last_t: 'integer',
      uncertainty_ms: 'real',
    },
    key: ['organisation', 'session', 'sid'],
    clustered: true,
  }),
  createIndex('sample_extent_line', 'sample_extent', ['organisation', 'sid', 'last_t']),
];

export const firstMigration: Migration = {
  name: '001-first',
  statements: (schema) => [
    ...log(schema),
    ...records(schema),
    ...projections(schema),
    ...readings(schema),
    ...series(schema),
  ],
};
