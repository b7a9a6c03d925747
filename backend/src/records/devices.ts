/** Devices: what people entered, what the device says of itself, which link it has, whom it is bound to. */
import type { DeviceInput } from '@gaya/protocols/api';
import type { AllowedDevice } from '@gaya/protocols/messages';
import type { Database } from '../db/database.ts';
import { runNow, SqliteSql } from '../db/sqlite-sql.ts';
import { newId } from '../log/store.ts';
import type { Author, Devices, StoredDevice } from '../ports.ts';
import { DeviceWork, type DeviceFacts } from './device-work.ts';
import type { RecordParts, SqlRecordParts } from './patients.ts';

export class SqlDevices implements Devices {
  readonly #parts: SqlRecordParts;
  readonly #work: DeviceWork;

  constructor(parts: SqlRecordParts & DeviceFacts) {
    this.#parts = parts;
    this.#work = new DeviceWork(parts);
  }

  list(): Promise<StoredDevice[]> {
    return this.#parts.sql.read(() => this.#work.all());
  }

  byId(deviceId: string): Promise<StoredDevice | null> {
    return this.#parts.sql.read(() => this.#work.get(deviceId));
  }

  version(deviceId: string, version: number): Promise<StoredDevice | null> {
    return this.#parts.sql.read(() => this.#work.version(deviceId, version));
  }

  async create(input: DeviceInput, by: Author, options: { deviceId?: string } = {}): Promise<StoredDevice> {
    const { sql, random, changed } = this.#parts;
    const deviceId = options.deviceId ?? newId(random);
    const created = await sql.transaction(() => this.#work.create(deviceId, input, by));
    changed();
    return created;
  }

  async update(deviceId: string, input: DeviceInput, by: Author): Promise<StoredDevice> {
    const { sql, changed } = this.#parts;
    const updated = await sql.transaction(() => this.#work.update(deviceId, input, by));
    changed();
    return updated;
  }
}

/** The hub's own devices: also for those inside it who cannot wait. */
export class SqliteDevices extends SqlDevices {
  readonly #db: Database;
  readonly #now: DeviceWork;
  /** Ids that are in the table: spares a look for each message. */
  readonly #known = new Set<string>();

  constructor(parts: RecordParts & DeviceFacts) {
    super({ ...parts, sql: new SqliteSql(parts.db) });
    this.#db = parts.db;
    this.#now = new DeviceWork(parts);
    parts.db.onRollback(() => this.#known.clear());
  }

  all(): StoredDevice[] {
    return runNow(this.#db, this.#now.all());
  }

  get(deviceId: string): StoredDevice | null {
    return runNow(this.#db, this.#now.get(deviceId));
  }

  /** Makes a provisional record for a device that nobody entered; to be called inside a transaction. */
  ensure(deviceId: string, gateway: string, at: number): void {
    if (this.#known.has(deviceId)) return;
    runNow(this.#db, this.#now.ensure(deviceId, gateway, at));
    this.#known.add(deviceId);
  }

  /** What a gateway may read. */
  allowedFor(gatewayId: string): AllowedDevice[] {
    return runNow(this.#db, this.#now.allowedFor(gatewayId));
  }
}
