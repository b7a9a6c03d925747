/** Process: plays the gateways of a fleet against a broker. Bodies are made before the clock starts; see load-plan.ts. */
import { createHash } from 'node:crypto';
import { bodyOf, LoadConnection, type Prepared } from './load-connection.ts';
import type { LoadNews, LoadOrder, LoadPlan, LoadResult, Spread } from './load-plan.ts';
import { devicesOf } from './fleet.ts';
import { connectMessage, spotMessage, streamMessage } from './frames.ts';
import { FeedReader } from './feed-reader.ts';
import { percentile } from './percentile.ts';

const SWEEP_MS = 500;
const TICK_MS = 2;
const FEED_GRACE_MS = 5_000;
/** Acks that were under way when the hub was killed arrive within this time; those of the hub that comes after take longer. */
const LAST_ACKS_MS = 150;

export class Load {
  readonly #plan: LoadPlan;
  readonly #connections: LoadConnection[];
  readonly #tell: (news: LoadNews) => void;
  /** Made ahead, by device; empty when paced by time. */
  readonly #prepared: Prepared[][] = [];
  readonly #next: number[];
  readonly #total: number;
  #opened = 0;
  #acked = 0;
  #startedAt = 0;
  #cpuAtStart = process.cpuUsage();
  #outageAt: number | null = null;
  #backAt: number | null = null;
  #toldHalf = false;
  #finished: () => void = () => undefined;
  #feed: FeedReader | null = null;

  constructor(plan: LoadPlan, tell: (news: LoadNews) => void) {
    this.#plan = plan;
    this.#tell = tell;
    this.#connections = Array.from(
      { length: plan.fleet.gateways },
      (_, gateway) =>
        new LoadConnection(plan.fleet, gateway, { acked: (from, messages) => this.#onAcked(from, messages) }),
    );
    this.#next = new Array<number>(plan.fleet.gateways).fill(0);
    this.#total = devicesOf(plan.fleet) * plan.messagesPerDevice;
  }

  /** Connects, and opens a session for every device. */
  async prepare(): Promise<void> {
    const { fleet, mqttPort, pace, feed } = this.#plan;
    for (const connection of this.#connections) await connection.open(mqttPort);
    if ('window' in pace) this.#connections.forEach((connection) => this.#prepared.push(this.#prepareAll(connection)));
    if (feed !== null) {
      this.#feed = new FeedReader(feed);
      await this.#feed.open();
    }
    for (const connection of this.#connections)
      connection.together(() =>
        connection.devices.forEach((device) =>
          connection.send(connection.prepare(device, 0, connectMessage(fleet, device))),
        ),
      );
    await this.#until(() => this.#acked === devicesOf(fleet));
    this.#opened = devicesOf(fleet);
  }

  async run(): Promise<LoadResult> {
    const { pace, resendAfterMs } = this.#plan;
    const total = this.#total;
    this.#startedAt = performance.now();
    this.#cpuAtStart = process.cpuUsage();
    const sweep = setInterval(() => this.#connections.forEach((c) => c.sendAgain(resendAfterMs)), SWEEP_MS);
    const done = this.#until(() => this.#acked === total + this.#opened);
    const stopTicking = 'perSecond' in pace ? this.#byTime(pace.perSecond, total) : this.#byWindow();
    await done;
    const endedAt = performance.now();
    const cpu = process.cpuUsage(this.#cpuAtStart);
    clearInterval(sweep);
    stopTicking();
    await this.#feed?.until((frame) => this.#sentAt(frame) !== undefined, total, FEED_GRACE_MS);
    const result = this.#result(endedAt, (cpu.user + cpu.system) / 1e6);
    this.#feed?.close();
    this.#connections.forEach((connection) => connection.close());
    return result;
  }

  /** The hub is being killed. */
  outage(): void {
    this.#outageAt = performance.now();
  }

  /** A connection's messages in the order in which they go: each device in turn. */
  #prepareAll(connection: LoadConnection): Prepared[] {
    const { devices } = connection;
    return Array.from({ length: devices.length * this.#plan.messagesPerDevice }, (_, at) =>
      this.#prepare(connection, devices[at % devices.length] ?? 0, Math.floor(at / devices.length), null),
    );
  }

  /** @param wall UTC ms of the reception; null: as if gathered earlier */
  #prepare(connection: LoadConnection, device: number, n: number, wall: number | null): Prepared {
    const { fleet, kind, framesPerMessage, frameIntervalMs } = this.#plan;
    if (kind === 'stream')
      return connection.prepare(
        device,
        1 + n * framesPerMessage,
        streamMessage(fleet, device, n, framesPerMessage, frameIntervalMs),
      );
    // Devices don't measure in the same millisecond.
    const at = wall ?? fleet.startAt + n * frameIntervalMs + ((device * 37) % 1_000);
    return connection.prepare(device, 1 + n, spotMessage(fleet, device, n, at));
  }

  #byWindow(): () => void {
    this.#connections.forEach((_, gateway) => this.#fill(gateway));
    return () => undefined;
  }

  /** Publishes until the window is full. */
  #fill(gateway: number): void {
    const { pace } = this.#plan;
    const connection = this.#connections[gateway];
    if (connection === undefined || !('window' in pace)) return;
    connection.together(() => {
      while (connection.unacked < pace.window) {
        const next = this.#next[gateway] ?? 0;
        const prepared = this.#prepared[gateway]?.[next];
        if (prepared === undefined) return;
        this.#next[gateway] = next + 1;
        connection.send(prepared);
      }
    });
  }

  /** Device after device over all gateways, evenly in time. */
  #byTime(perSecond: number, total: number): () => void {
    const devices = devicesOf(this.#plan.fleet);
    let next = 0;
    const timer = setInterval(() => {
      const due = Math.min(total, Math.floor(((performance.now() - this.#startedAt) / 1_000) * perSecond));
      for (; next < due; next += 1) {
        const device = (next * 7919) % devices; // spreads over the gateways
        const n = Math.floor(next / devices);
        const connection = this.#connections[Math.floor(device / this.#plan.fleet.devicesPerGateway)];
        connection?.send(this.#prepare(connection, device, n, Date.now()));
      }
    }, TICK_MS);
    return () => clearInterval(timer);
  }

  #onAcked(gateway: number, messages: number): void {
    this.#acked += messages;
    const now = performance.now();
    if (this.#outageAt !== null && now - this.#outageAt > LAST_ACKS_MS) this.#backAt ??= now;
    if (this.#opened > 0) this.#fill(gateway);
    if (!this.#toldHalf && this.#opened > 0 && this.#acked - this.#opened >= this.#total / 2) {
      this.#toldHalf = true;
      this.#tell({ news: 'half' });
    }
    this.#finished();
  }

  #until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#finished = () => {
        if (condition()) resolve();
      };
      this.#finished();
    });
  }

  #sentAt({ session, sequence }: { session: string; sequence: number }): number | undefined {
    for (const connection of this.#connections) {
      const at = connection.sentAtOf(session, sequence);
      if (at !== undefined) return at;
    }
    return undefined;
  }

  #result(endedAt: number, cpuSeconds: number): LoadResult {
    const hash = createHash('sha256');
    let octets = 0;
    for (const connection of this.#connections)
      for (const device of connection.devices)
        for (const body of connection.bodiesOf(device)) {
          hash.update(body);
          octets += body.length;
        }
    const timed = this.#connections.flatMap((c) => c.sent.slice(c.devices.length));
    const [outageAt, backAt] = [this.#outageAt, this.#backAt];
    const outside =
      outageAt === null || backAt === null ? null : timed.filter((m) => m.ackedAt < outageAt || m.sentAt > backAt);
    return {
      messages: timed.length + this.#opened,
      octets,
      digest: hash.digest('hex'),
      timedMessages: timed.length,
      timedOctets: timed.reduce((sum, m) => sum + bodyOf(m).length, 0),
      resent: this.#connections.reduce((sum, c) => sum + c.resent, 0),
      rejected: this.#connections.reduce((sum, c) => sum + c.rejected, 0),
      seconds: (endedAt - this.#startedAt) / 1_000,
      cpuSeconds,
      ackMs: spread(timed.map((m) => m.ackedAt - m.sentAt)),
      ackMsOutsideOutage: outside === null ? null : spread(outside.map((m) => m.ackedAt - m.sentAt)),
      outageMs: outageAt === null || backAt === null ? null : backAt - outageAt,
      feedMs: this.#feedSpread(timed.length),
    };
  }

  #feedSpread(sent: number): LoadResult['feedMs'] {
    if (this.#feed === null) return null;
    const delays = this.#feed.seen.flatMap((frame) => {
      const sentAt = this.#sentAt(frame);
      return sentAt === undefined ? [] : [frame.at - sentAt];
    });
    return { ...spread(delays), missing: sent - delays.length };
  }
}

function spread(ms: readonly number[]): Spread {
  return { count: ms.length, p50: percentile(ms, 50), p99: percentile(ms, 99), max: percentile(ms, 100) };
}

function main(): void {
  let load: Load | null = null;
  const tell = (news: LoadNews): void => void process.send?.(news);
  process.on('disconnect', () => process.exit(1));
  process.on('message', (message: LoadOrder) => {
    if (message.order === 'plan') {
      load = new Load(message.plan, tell);
      void load.prepare().then(() => tell({ news: 'ready' }));
    } else if (message.order === 'go') {
      void load
        ?.run()
        .then((result) => process.send?.({ news: 'done', result } satisfies LoadNews, () => process.exit(0)));
    } else load?.outage();
  });
}

if (import.meta.main) main();
