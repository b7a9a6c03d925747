/** Gateways: their keys, their heartbeats, and the devices they may read. */
import type { Gateway } from '@gaya/protocols/api';
import type { AllowListCommand, GatewayStatus } from '@gaya/protocols/messages';
import { promised } from '../db/promised.ts';
import { runNow } from '../db/sqlite-sql.ts';
import type { Work } from '../db/work.ts';
import type { NewEvent } from '../feed/feed.ts';
import type { StatusSink } from '../ingest/ingest.ts';
import { newId, type Store } from '../log/store.ts';
import type { Author, Gateways } from '../ports.ts';
import { DeviceWork, type DeviceFacts } from './device-work.ts';
import { GatewayWork } from './gateway-work.ts';
import type { RecordParts } from './patients.ts';

export interface GatewayParts extends RecordParts, DeviceFacts {
  readonly store: Store;
  /** Inside the transaction. */
  readonly tell: (events: readonly NewEvent[]) => void;
  /** After the commit. */
  readonly told: () => void;
}

export class SqliteGateways implements Gateways, StatusSink {
  readonly #parts: GatewayParts;
  readonly #work: GatewayWork;
  readonly #devices: DeviceWork;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
    this.#work = new GatewayWork(parts.organisation);
    this.#devices = new DeviceWork(parts);
  }

  list(): Promise<Gateway[]> {
    return promised(() => this.all());
  }

  byId(gatewayId: string): Promise<Gateway | null> {
    return promised(() => this.#now(this.#work.get(gatewayId)));
  }

  create(
    input: { label: string; gatewayId?: string; secret?: string },
    by: Author,
  ): Promise<{ gateway: Gateway; secret: string }> {
    return promised(() => {
      const { db, clock, random, changed } = this.#parts;
      const gatewayId = input.gatewayId ?? newId(random);
      const secret = input.secret ?? Buffer.from(random(32)).toString('base64url');
      const work = this.#work.create(gatewayId, input.label, secret, by, clock());
      const gateway = db.transaction(() => this.#now(work));
      changed();
      return { gateway, secret };
    });
  }

  verify(gatewayId: string, secret: string): boolean {
    return this.#now(this.#work.verify(gatewayId, secret));
  }

  allowList(gatewayId: string): AllowListCommand {
    return this.#now(this.#work.allowList(gatewayId, this.#devices));
  }

  take(status: GatewayStatus, receivedAt: number): number | null {
    const { db, store, tell, told } = this.#parts;
    const resend = db.transaction(() => {
      const heartbeat = this.#now(this.#work.take(status, receivedAt, store));
      tell(heartbeat.events);
      return heartbeat.resend;
    }, 'rebuildable');
    told();
    return resend;
  }

  /** @internal for those inside the hub who cannot wait */
  all(): Gateway[] {
    return this.#now(this.#work.all());
  }

  #now<T>(work: Work<T>): T {
    return runNow(this.#parts.db, work);
  }
}
