/** Devices: what people entered, what the device says of itself, which link it has, whom it is bound to. */
import type { DeviceInput } from '@gaya/protocols/api';
import type { AllowedDevice } from '@gaya/protocols/messages';
import type { Row } from '../db/database.ts';
import { promised } from '../db/promised.ts';
import { sqlite } from '../db/schema-builder.ts';
import { newId } from '../log/store.ts';
import type { BindingStore } from '../projections/binding-store.ts';
import { LAST_FRAME, profileIn, type DeviceStates } from '../projections/device-states.ts';
import { RecordError, type Author, type Devices, type StoredDevice } from '../ports.ts';
import type { RecordParts } from './patients.ts';
import { allOf, firstOf, runOf } from './query.ts';

/** Profile of a device of which only its frames are known. */
const UNKNOWN_PROFILE = 'unknown';

export interface DeviceParts extends RecordParts {
  readonly states: DeviceStates;
  readonly bindings: BindingStore;
}

interface DeviceRow {
  readonly device_id: string;
  readonly version: number;
  readonly profile: string;
  readonly label: string;
  readonly provisional: number;
  readonly address: string | null;
  readonly system_id: string | null;
  readonly serial: string | null;
  readonly gateways: string;
  readonly set_clock: number;
  readonly recorded_at: number;
}

export class SqliteDevices implements Devices {
  readonly #parts: DeviceParts;
  /** Ids that are in the table: spares a look for each message. */
  readonly #known = new Set<string>();

  constructor(parts: DeviceParts) {
    this.#parts = parts;
    parts.db.onRollback(() => this.#known.clear());
  }

  list(): Promise<StoredDevice[]> {
    return Promise.resolve(this.all());
  }

  byId(deviceId: string): Promise<StoredDevice | null> {
    return Promise.resolve(this.get(deviceId));
  }

  version(deviceId: string, version: number): Promise<StoredDevice | null> {
    const query = this.#select('device_version').where('device_id', '=', deviceId).where('version', '=', version);
    const row = firstOf(this.#parts.db, query);
    return Promise.resolve(row === undefined ? null : this.#toDevice(asDevice(row)));
  }

  create(input: DeviceInput, by: Author, options: { deviceId?: string } = {}): Promise<StoredDevice> {
    return promised(() => {
      const deviceId = options.deviceId ?? newId(this.#parts.random);
      const before = this.#row(deviceId);
      // A device whose frames came first is confirmed by being created.
      if (before !== null && before.provisional === 0) throw new RecordError('already-exists');
      return this.#write(toRow(deviceId, (before?.version ?? 0) + 1, input, this.#parts.clock()), by);
    });
  }

  update(deviceId: string, input: DeviceInput, by: Author): Promise<StoredDevice> {
    return promised(() => {
      const before = this.#row(deviceId);
      if (before === null) throw new RecordError('not-found');
      return this.#write(toRow(deviceId, before.version + 1, input, this.#parts.clock()), by);
    });
  }

  /** Makes a provisional record for a device that nobody entered; to be called inside a transaction. */
  ensure(deviceId: string, gateway: string, at: number): void {
    if (this.#known.has(deviceId)) return;
    if (this.#row(deviceId) === null) {
      const input = { profile: UNKNOWN_PROFILE, label: deviceId, gateways: [gateway] };
      this.#insert({ ...toRow(deviceId, 1, input, at), provisional: 1 }, 'system');
    }
    this.#known.add(deviceId);
  }

  /** What a gateway may read. */
  allowedFor(gatewayId: string): AllowedDevice[] {
    return this.#rows()
      .filter((row) => row.provisional === 0)
      .filter(({ gateways }) => gateways === '[]' || (JSON.parse(gateways) as string[]).includes(gatewayId))
      .map((row) => ({
        device: row.device_id,
        ...(row.address === null ? {} : { address: row.address }),
        ...(row.system_id === null ? {} : { systemId: row.system_id }),
        ...(row.serial === null ? {} : { serial: row.serial }),
        setClock: row.set_clock === 1,
      }));
  }

  /** @internal for those inside the hub who cannot wait */
  all(): StoredDevice[] {
    return this.#rows().map((row) => this.#toDevice(row));
  }

  /** @internal for those inside the hub who cannot wait */
  get(deviceId: string): StoredDevice | null {
    const row = this.#row(deviceId);
    return row === null ? null : this.#toDevice(row);
  }

  #write(row: DeviceRow, by: Author): StoredDevice {
    const { db, organisation, changed } = this.#parts;
    if (row.address !== null) {
      const holder = firstOf(db, this.#select('device').where('address', '=', row.address));
      if (holder !== undefined && holder['device_id'] !== row.device_id) {
        throw new RecordError('already-exists', '/address');
      }
    }
    db.transaction(() => {
      const same = sqlite.deleteFrom('device').where('organisation', '=', organisation);
      runOf(db, same.where('device_id', '=', row.device_id));
      this.#insert(row, by);
    });
    changed();
    return this.#toDevice(row);
  }

  #insert(row: DeviceRow, by: Author): void {
    const values = { organisation: this.#parts.organisation, ...row, recorded_by: by };
    runOf(this.#parts.db, sqlite.insertInto('device').values(values));
    runOf(this.#parts.db, sqlite.insertInto('device_version').values(values));
  }

  #select(table: 'device' | 'device_version') {
    return sqlite.selectFrom(table).selectAll().where('organisation', '=', this.#parts.organisation);
  }

  #rows(): DeviceRow[] {
    return allOf(this.#parts.db, this.#select('device').orderBy('label').orderBy('device_id')).map(asDevice);
  }

  #row(deviceId: string): DeviceRow | null {
    const row = firstOf(this.#parts.db, this.#select('device').where('device_id', '=', deviceId));
    return row === undefined ? null : asDevice(row);
  }

  #toDevice(row: DeviceRow): StoredDevice {
    const { db, organisation, clock, states, bindings } = this.#parts;
    const state = states.ofDevice(row.device_id);
    const number = (field: string) => (state.has(field) ? Number(state.get(field)?.value) : null);
    const link = db.get(LINK, organisation, row.device_id);
    const now = clock();
    const bound = bindings.spansOf(row.device_id).filter((b) => b.from <= now && (b.to === null || b.to > now));
    return {
      deviceId: row.device_id,
      profile: row.profile === UNKNOWN_PROFILE ? (profileIn(state) ?? UNKNOWN_PROFILE) : row.profile,
      label: row.label,
      provisional: row.provisional === 1,
      serial: row.serial ?? state.get('serial')?.value ?? null,
      manufacturer: state.get('manufacturer')?.value ?? null,
      model: state.get('model')?.value ?? null,
      firmware: state.get('firmware')?.value ?? null,
      batteryPercent: number('battery-percent') ?? (link?.['battery_percent'] as number | null | undefined) ?? null,
      clockOffsetMs: number('clock-offset-ms'),
      lastFrameAt: number(LAST_FRAME),
      link: link === undefined ? null : toLink(link),
      // A shared device belongs to several: then to none of them.
      patientId: bound.length === 1 ? (bound[0]?.patient ?? null) : null,
      version: row.version,
      recordedAt: row.recorded_at,
      address: row.address,
      systemId: row.system_id,
      gateways: JSON.parse(row.gateways) as string[],
      setClock: row.set_clock === 1,
    };
  }
}

const LINK = `select gateway_id, state, rssi_dbm, battery_percent, last_seen_at from device_link
  where organisation = ? and device_id = ? order by coalesce(last_seen_at, 0) desc, reported_at desc limit 1`;

function toLink(row: Row): StoredDevice['link'] {
  return {
    gateway: row['gateway_id'] as string,
    state: row['state'] as string,
    rssiDbm: row['rssi_dbm'] as number | null,
    lastSeenAt: row['last_seen_at'] as number | null,
  };
}

function toRow(deviceId: string, version: number, input: DeviceInput, at: number): DeviceRow {
  return {
    device_id: deviceId,
    version,
    profile: input.profile,
    label: input.label,
    provisional: 0,
    address: input.address ?? null,
    system_id: input.systemId ?? null,
    serial: input.serial ?? null,
    gateways: JSON.stringify(input.gateways ?? []),
    set_clock: input.setClock === true ? 1 : 0,
    recorded_at: at,
  };
}

function asDevice(row: Row): DeviceRow {
  return {
    device_id: row['device_id'] as string,
    version: row['version'] as number,
    profile: row['profile'] as string,
    label: row['label'] as string,
    provisional: row['provisional'] as number,
    address: row['address'] as string | null,
    system_id: row['system_id'] as string | null,
    serial: row['serial'] as string | null,
    gateways: row['gateways'] as string,
    set_clock: row['set_clock'] as number,
    recorded_at: row['recorded_at'] as number,
  };
}
