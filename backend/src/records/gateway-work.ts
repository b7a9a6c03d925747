/** What gateways' records do to their tables, as {@link Work} for any database. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Gateway } from '@gaya/protocols/api';
import type { AllowListCommand, DeviceLink, GatewayStatus } from '@gaya/protocols/messages';
import type { Row } from '../db/database.ts';
import { all, first, run, type Work } from '../db/work.ts';
import type { NewEvent } from '../feed/feed.ts';
import type { Store } from '../log/store.ts';
import { RecordError, type Author } from '../ports.ts';
import type { DeviceWork } from './device-work.ts';

const SQL = {
  all: 'select * from gateway where organisation = ? order by label, gateway_id',
  byId: 'select * from gateway where organisation = ? and gateway_id = ?',
  put: `insert into gateway (organisation, gateway_id, label, secret_hash, created_at, created_by, online)
    values (?, ?, ?, ?, ?, ?, 0)
    on conflict (organisation, gateway_id) do update set label = excluded.label, secret_hash = excluded.secret_hash,
      created_at = excluded.created_at, created_by = excluded.created_by`,
  status: `insert into gateway (organisation, gateway_id, label, created_at, created_by, online, last_status_at, status)
    values (?, ?, ?, ?, 'system', ?, ?, ?)
    on conflict (organisation, gateway_id) do update set online = excluded.online,
      last_status_at = excluded.last_status_at, status = coalesce(excluded.status, gateway.status)`,
  told: 'update gateway set epoch_told = ? where organisation = ? and gateway_id = ?',
  link: 'select state from device_link where organisation = ? and device_id = ? and gateway_id = ?',
  putLink: `insert into device_link (organisation, device_id, gateway_id, state, rssi_dbm, battery_percent,
      clock_offset_ms, last_seen_at, last_error, reported_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    on conflict (organisation, device_id, gateway_id) do update set state = excluded.state,
      rssi_dbm = excluded.rssi_dbm, battery_percent = excluded.battery_percent,
      clock_offset_ms = excluded.clock_offset_ms, last_seen_at = excluded.last_seen_at,
      last_error = excluded.last_error, reported_at = excluded.reported_at`,
  revision: 'select count(*) as n from device_version where organisation = ?',
} as const;

export interface Heartbeat {
  /** UTC ms since when the gateway shall send again; null when it need not. */
  readonly resend: number | null;
  /** What changed. */
  readonly events: NewEvent[];
}

export class GatewayWork {
  readonly #organisation: string;

  constructor(organisation: string) {
    this.#organisation = organisation;
  }

  /** By label, in the order of code points; then by id. */
  *all(): Work<Gateway[]> {
    return (yield* all(SQL.all, this.#organisation)).map(toGateway);
  }

  *get(gatewayId: string): Work<Gateway | null> {
    const row = yield* this.#row(gatewayId);
    return row === undefined ? null : toGateway(row);
  }

  /** @param at UTC ms */
  *create(gatewayId: string, label: string, secret: string, by: Author, at: number): Work<Gateway> {
    // A gateway that was only seen has no secret yet.
    if (typeof (yield* this.#row(gatewayId))?.['secret_hash'] === 'string') throw new RecordError('already-exists');
    yield* run(SQL.put, this.#organisation, gatewayId, label, hash(secret), at, by);
    const created = yield* this.get(gatewayId);
    if (created === null) throw new RecordError('not-found');
    return created;
  }

  /** Constant time in the secret. */
  *verify(gatewayId: string, secret: string): Work<boolean> {
    const known = (yield* this.#row(gatewayId))?.['secret_hash'];
    const expected = Buffer.from(typeof known === 'string' ? known : hash(''), 'hex');
    const isEqual = timingSafeEqual(Buffer.from(hash(secret), 'hex'), expected);
    return isEqual && typeof known === 'string';
  }

  /** Every change of any device makes a higher revision. */
  *allowList(gatewayId: string, devices: DeviceWork): Work<AllowListCommand> {
    const revision = (yield* first(SQL.revision, this.#organisation))?.['n'] as number;
    const allowed = yield* devices.allowedFor(gatewayId);
    return { schema: 'gaya.commands', version: 1, kind: 'allow-list', revision, devices: allowed };
  }

  /** @param receivedAt UTC ms */
  *take(status: GatewayStatus, receivedAt: number, store: Pick<Store, 'epoch' | 'resendSince'>): Work<Heartbeat> {
    const { gateway, detail } = status;
    const before = yield* this.#row(gateway);
    const online = status.state === 'online';
    const resend = online && before?.['epoch_told'] !== store.epoch ? store.resendSince : null;
    const json = detail === undefined ? null : JSON.stringify({ ...detail, devices: undefined });
    yield* run(SQL.status, this.#organisation, gateway, gateway, receivedAt, online ? 1 : 0, receivedAt, json);
    if (resend !== null) yield* run(SQL.told, store.epoch, this.#organisation, gateway);
    const events: NewEvent[] = [];
    if (before === undefined || (before['online'] === 1) !== online) {
      events.push({ type: 'event', event: { type: 'gateway', at: receivedAt, gatewayId: gateway, online } });
    }
    for (const link of detail?.devices ?? []) events.push(...(yield* this.#takeLink(gateway, link, receivedAt)));
    return { resend, events };
  }

  *#takeLink(gateway: string, link: DeviceLink, at: number): Work<NewEvent[]> {
    const { device, state, rssiDbm, batteryPercent, clockOffsetMs, lastError } = link;
    const before = yield* first(SQL.link, this.#organisation, device, gateway);
    const lastSeenAt = link.lastSeenAt === null ? null : Math.round(link.lastSeenAt);
    const values = [state, rssiDbm, batteryPercent, clockOffsetMs, lastSeenAt, lastError, at] as const;
    yield* run(SQL.putLink, this.#organisation, device, gateway, ...values);
    return before?.['state'] === state ? [] : [{ type: 'event', event: { type: 'device', at, deviceId: device } }];
  }

  *#row(gatewayId: string): Work<Row | undefined> {
    return yield* first(SQL.byId, this.#organisation, gatewayId);
  }
}

/** Secrets are long and random: a plain hash is enough. */
function hash(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

type Detail = Omit<NonNullable<GatewayStatus['detail']>, 'devices'>;

function toGateway(row: Row): Gateway {
  const status = row['status'];
  const detail = typeof status === 'string' ? (JSON.parse(status) as Detail) : null;
  return {
    gatewayId: row['gateway_id'] as string,
    label: row['label'] as string,
    online: row['online'] === 1,
    lastStatusAt: row['last_status_at'] as number | null,
    software: detail?.software ?? null,
    synced: detail?.synced ?? null,
    queued: detail?.queue.queued ?? null,
    dead: detail?.queue.dead ?? null,
    adapterState: detail?.adapter.state ?? null,
  };
}
