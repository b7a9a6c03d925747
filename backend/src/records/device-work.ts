/** What devices' records do to their tables, as {@link Work} for any database. */
import type { DeviceInput } from '@gaya/protocols/api';
import type { AllowedDevice } from '@gaya/protocols/messages';
import type { Row } from '../db/database.ts';
import { builder } from '../db/schema-builder.ts';
import { allOf, first, firstOf, runOf, type Work } from '../db/work.ts';
import type { BindingStore } from '../projections/binding-store.ts';
import { LAST_FRAME, profileIn, type DeviceStates } from '../projections/device-states.ts';
import { RecordError, type Author, type StoredDevice } from '../ports.ts';

/** Profile of a device of which only its frames are known. */
const UNKNOWN_PROFILE = 'unknown';

/** What frames and decisions say of a device, as the projections know it. */
export interface DeviceFacts {
  readonly states: Pick<DeviceStates, 'ofDevice'>;
  readonly bindings: Pick<BindingStore, 'spansOf'>;
}

export interface DeviceWorkParts extends DeviceFacts {
  readonly organisation: string;
  readonly clock: () => number;
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

export class DeviceWork {
  readonly #parts: DeviceWorkParts;

  constructor(parts: DeviceWorkParts) {
    this.#parts = parts;
  }

  /** By label, in the order of code points; then by id. */
  *all(): Work<StoredDevice[]> {
    const devices: StoredDevice[] = [];
    for (const row of yield* this.#rows()) devices.push(yield* this.#toDevice(row));
    return devices;
  }

  *get(deviceId: string): Work<StoredDevice | null> {
    const row = yield* this.#row(deviceId);
    return row === null ? null : yield* this.#toDevice(row);
  }

  *version(deviceId: string, version: number): Work<StoredDevice | null> {
    const ofDevice = this.#select('device_version').where('device_id', '=', deviceId);
    const row = yield* firstOf(ofDevice.where('version', '=', version));
    return row === undefined ? null : yield* this.#toDevice(asDevice(row));
  }

  *create(deviceId: string, input: DeviceInput, by: Author): Work<StoredDevice> {
    const before = yield* this.#row(deviceId);
    // A device whose frames came first is confirmed by being created.
    if (before !== null && before.provisional === 0) throw new RecordError('already-exists');
    return yield* this.#write(toRow(deviceId, (before?.version ?? 0) + 1, input, this.#parts.clock()), by);
  }

  *update(deviceId: string, input: DeviceInput, by: Author): Work<StoredDevice> {
    const before = yield* this.#row(deviceId);
    if (before === null) throw new RecordError('not-found');
    return yield* this.#write(toRow(deviceId, before.version + 1, input, this.#parts.clock()), by);
  }

  /** Makes a provisional record for a device that nobody entered. @param at UTC ms */
  *ensure(deviceId: string, gateway: string, at: number): Work<void> {
    if ((yield* this.#row(deviceId)) !== null) return;
    const input = { profile: UNKNOWN_PROFILE, label: deviceId, gateways: [gateway] };
    yield* this.#insert({ ...toRow(deviceId, 1, input, at), provisional: 1 }, 'system');
  }

  /** What a gateway may read. */
  *allowedFor(gatewayId: string): Work<AllowedDevice[]> {
    return (yield* this.#rows())
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

  *#write(row: DeviceRow, by: Author): Work<StoredDevice> {
    if (row.address !== null) {
      const holder = yield* firstOf(this.#select('device').where('address', '=', row.address));
      if (holder !== undefined && holder['device_id'] !== row.device_id) {
        throw new RecordError('already-exists', '/address');
      }
    }
    const present = builder.deleteFrom('device').where('organisation', '=', this.#parts.organisation);
    yield* runOf(present.where('device_id', '=', row.device_id));
    yield* this.#insert(row, by);
    return yield* this.#toDevice(row);
  }

  *#insert(row: DeviceRow, by: Author): Work<void> {
    const values = { organisation: this.#parts.organisation, ...row, recorded_by: by };
    yield* runOf(builder.insertInto('device').values(values));
    yield* runOf(builder.insertInto('device_version').values(values));
  }

  #select(table: 'device' | 'device_version') {
    return builder.selectFrom(table).selectAll().where('organisation', '=', this.#parts.organisation);
  }

  *#rows(): Work<DeviceRow[]> {
    return (yield* allOf(this.#select('device').orderBy('label').orderBy('device_id'))).map(asDevice);
  }

  *#row(deviceId: string): Work<DeviceRow | null> {
    const row = yield* firstOf(this.#select('device').where('device_id', '=', deviceId));
    return row === undefined ? null : asDevice(row);
  }

  *#toDevice(row: DeviceRow): Work<StoredDevice> {
    const { organisation, clock, states, bindings } = this.#parts;
    const state = states.ofDevice(row.device_id);
    const number = (field: string) => (state.has(field) ? Number(state.get(field)?.value) : null);
    const link = yield* first(LINK, organisation, row.device_id);
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
