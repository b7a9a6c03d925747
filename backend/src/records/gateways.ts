/** Gateways: their keys, their heartbeats, and the devices they may read. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Gateway } from '@gaya/protocols/api';
import type { AllowListCommand, DeviceLink, GatewayStatus } from '@gaya/protocols/messages';
import type { Row } from '../db/database.ts';
import { promised } from '../db/promised.ts';
import type { NewEvent } from '../feed/feed.ts';
import type { StatusSink } from '../ingest/ingest.ts';
import { newId, type Store } from '../log/store.ts';
import { RecordError, type Author, type Gateways } from '../ports.ts';
import type { SqliteDevices } from './devices.ts';
import type { RecordParts } from './patients.ts';

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

export interface GatewayParts extends RecordParts {
  readonly store: Store;
  readonly devices: SqliteDevices;
  /** Inside the transaction. */
  readonly tell: (events: readonly NewEvent[]) => void;
  /** After the commit. */
  readonly told: () => void;
}

export class SqliteGateways implements Gateways, StatusSink {
  readonly #parts: GatewayParts;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
  }

  list(): Promise<Gateway[]> {
    return Promise.resolve(this.all());
  }

  byId(gatewayId: string): Promise<Gateway | null> {
    const row = this.#row(gatewayId);
    return Promise.resolve(row === undefined ? null : toGateway(row));
  }

  create(
    input: { label: string; gatewayId?: string; secret?: string },
    by: Author,
  ): Promise<{ gateway: Gateway; secret: string }> {
    return promised(() => {
      const { db, organisation, clock, random, changed } = this.#parts;
      const gatewayId = input.gatewayId ?? newId(random);
      const secret = input.secret ?? Buffer.from(random(32)).toString('base64url');
      // A gateway that was only seen has no secret yet.
      if (typeof this.#row(gatewayId)?.['secret_hash'] === 'string') throw new RecordError('already-exists');
      const values = [organisation, gatewayId, input.label, hash(secret), clock(), by] as const;
      db.transaction(() => db.run(SQL.put, ...values));
      changed();
      const row = this.#row(gatewayId);
      if (row === undefined) throw new RecordError('not-found');
      return { gateway: toGateway(row), secret };
    });
  }

  verify(gatewayId: string, secret: string): boolean {
    const known = this.#row(gatewayId)?.['secret_hash'];
    const expected = Buffer.from(typeof known === 'string' ? known : hash(''), 'hex');
    const isEqual = timingSafeEqual(Buffer.from(hash(secret), 'hex'), expected);
    return isEqual && typeof known === 'string';
  }

  /** Every change of any device makes a higher revision. */
  allowList(gatewayId: string): AllowListCommand {
    const { db, organisation, devices } = this.#parts;
    const revision = db.get(SQL.revision, organisation)?.['n'] as number;
    return {
      schema: 'gaya.commands',
      version: 1,
      kind: 'allow-list',
      revision,
      devices: devices.allowedFor(gatewayId),
    };
  }

  take(status: GatewayStatus, receivedAt: number): number | null {
    const { db, organisation, store } = this.#parts;
    const { gateway, detail } = status;
    const before = this.#row(gateway);
    const online = status.state === 'online';
    const resend = online && before?.['epoch_told'] !== store.epoch ? store.resendSince : null;
    const json = detail === undefined ? null : JSON.stringify({ ...detail, devices: undefined });
    db.transaction(() => {
      db.run(SQL.status, organisation, gateway, gateway, receivedAt, online ? 1 : 0, receivedAt, json);
      if (resend !== null) db.run(SQL.told, store.epoch, organisation, gateway);
      const links = (detail?.devices ?? []).flatMap((link) => this.#takeLink(gateway, link, receivedAt));
      const changed = before === undefined || (before['online'] === 1) !== online;
      const event = { type: 'gateway', at: receivedAt, gatewayId: gateway, online } as const;
      this.#parts.tell([...(changed ? [{ type: 'event', event } as const] : []), ...links]);
    }, 'rebuildable');
    this.#parts.told();
    return resend;
  }

  /** @internal for those inside the hub who cannot wait */
  all(): Gateway[] {
    return this.#parts.db.all(SQL.all, this.#parts.organisation).map(toGateway);
  }

  #takeLink(gateway: string, link: DeviceLink, at: number): NewEvent[] {
    const { db, organisation } = this.#parts;
    const { device, state, rssiDbm, batteryPercent, clockOffsetMs, lastError } = link;
    const before = db.get(SQL.link, organisation, device, gateway);
    const lastSeenAt = link.lastSeenAt === null ? null : Math.round(link.lastSeenAt);
    const values = [state, rssiDbm, batteryPercent, clockOffsetMs, lastSeenAt, lastError, at] as const;
    db.run(SQL.putLink, organisation, device, gateway, ...values);
    return before?.['state'] === state ? [] : [{ type: 'event', event: { type: 'device', at, deviceId: device } }];
  }

  #row(gatewayId: string): Row | undefined {
    return this.#parts.db.get(SQL.byId, this.#parts.organisation, gatewayId);
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
