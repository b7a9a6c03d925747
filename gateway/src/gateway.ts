/** The gateway, put together: radio -> sessions -> queue -> uplink, and what it says of itself. */
import type { AckMessage, CommandMessage, GatewayStatus } from '@gaya/protocols/messages';
import { timeOrderedId } from '@gaya/protocols/messages/session-id';
import { bootClockOf, uncertaintyAt, UNSYNCED_CLOCK, utcAt, withRoundTrip } from '@gaya/protocols/time/gateway-clock';
import type { BleCentral } from './ble/ble-central.ts';
import type { Config } from './config.ts';
import type { NewFrame } from './queue/frame.ts';
import { FrameWriter } from './queue/frame-writer.ts';
import type { Queue } from './queue/queue.ts';
import { DEFAULT_RETENTION, prune } from './queue/retention.ts';
import { Radio } from './radio.ts';
import { AllowList } from './session/allow-list.ts';
import { DEFAULT_BACK_OFF, type BackOffLimits } from './session/back-off.ts';
import { deviceClock } from './session/device-clock.ts';
import { DeviceManager } from './session/device-manager.ts';
import type { FrameStamp } from './session/frame-stamp.ts';
import type { StateFile } from './state-file.ts';
import { GATHER_MS, Heartbeat, HEARTBEAT_MS } from './status/heartbeat.ts';
import type { StatusView } from './status/status-page.ts';
import { Dispatcher } from './uplink/dispatcher.ts';
import type { Uplink } from './uplink/uplink.ts';

/** What the gateway takes from outside. */
export interface GatewayParts {
  readonly config: Pick<Config, 'id' | 'hci' | 'zone' | 'maxConnections' | 'testBench' | 'devices' | 'maxQueueMiB'>;
  readonly queue: Queue;
  readonly state: StateFile;
  readonly openCentral: () => Promise<BleCentral>;
  /** ms of this boot. */
  readonly mono: () => number;
  /** The box's own clock, UTC ms. */
  readonly wall: () => number;
  readonly randomBytes: (count: number) => Uint8Array;
  /** Octets free where the queue lies; null when unknown. */
  readonly freeBytes: () => number | null;
  readonly software: string;
  /** A frame is on the disk. */
  readonly onCommitted?: (frame: NewFrame, address: string) => void;
  readonly onTrouble?: (what: string) => void;
  readonly timing?: Partial<Timing>;
}

export interface Timing {
  readonly connectTimeoutMs: number;
  readonly backOff: BackOffLimits;
  /** A published frame that nobody answered for is published again after. */
  readonly answerMs: number;
  readonly longestAnswerMs: number;
  /** How long frames wait on a new connection for the hub's first answer. */
  readonly waitForTimeMs: number;
  readonly heartbeatMs: number;
  readonly gatherMs: number;
  readonly idleMs: number;
  readonly lookEveryMs: number;
  readonly radioRetryMs: { readonly first: number; readonly last: number };
}

const DEFAULT_TIMING: Timing = {
  connectTimeoutMs: 10_000,
  backOff: DEFAULT_BACK_OFF,
  answerMs: 30_000,
  longestAnswerMs: 10 * 60_000,
  waitForTimeMs: 5_000,
  heartbeatMs: HEARTBEAT_MS,
  gatherMs: GATHER_MS,
  idleMs: 20_000,
  lookEveryMs: 5_000,
  radioRetryMs: { first: 250, last: 10_000 },
};

const PRUNE_EVERY_MS = 60_000;
const RESERVE_BYTES = 64 * 1024 * 1024;
const KEPT_ERRORS = 20;
/** The box's own clock counts as right when it differs from the hub's by no more. */
const WALL_TOLERANCE_MS = 1_000;

export class Gateway {
  readonly boot: string;
  readonly #parts: GatewayParts;
  readonly #timing: Timing;
  readonly #writer: FrameWriter;
  readonly #devices: DeviceManager;
  readonly #radio: Radio;
  readonly #heartbeat: Heartbeat;
  #uplink: Uplink | null = null;
  #dispatcher: Dispatcher | null = null;
  #clock = UNSYNCED_CLOCK;
  #brokerError: string | null = null;
  /** On this connection: by then the hub hears what is published. */
  #hubAnswered = false;
  #waitForTime: NodeJS.Timeout | undefined;
  #prune: NodeJS.Timeout | undefined;
  #errors: { at: string; what: string }[] = [];

  constructor(parts: GatewayParts) {
    this.#parts = parts;
    this.#timing = { ...DEFAULT_TIMING, ...parts.timing };
    this.boot = Buffer.from(parts.randomBytes(9)).toString('base64url');
    this.#writer = new FrameWriter({
      queue: parts.queue,
      freeBytes: parts.freeBytes,
      reserveBytes: RESERVE_BYTES,
      onCommitted: (frames) => this.#committed(frames),
      onError: (error, lost) =>
        this.#trouble(lost === 0 ? error.message : `${error.message} (${lost} frames not taken)`),
    });
    this.#devices = this.#makeDevices();
    this.#heartbeat = new Heartbeat({
      everyMs: this.#timing.heartbeatMs,
      gatherMs: this.#timing.gatherMs,
      publish: () => this.#publishStatus(),
    });
    this.#radio = new Radio({
      open: parts.openCentral,
      attach: (central) => this.#devices.attach(central),
      detach: () => this.#devices.detach(),
      onState: (state) => {
        if (state !== 'poweredOn') this.#trouble(`radio: ${state}`);
        this.#heartbeat.changed();
      },
      retryMs: this.#timing.radioRetryMs,
    });
  }

  #makeDevices(): DeviceManager {
    const { config, state, mono, randomBytes, wall } = this.#parts;
    const { backOff, connectTimeoutMs, idleMs, lookEveryMs } = this.#timing;
    return new DeviceManager({
      allowList: new AllowList(state, config.devices, config.testBench),
      maxConnections: config.maxConnections,
      connectTimeoutMs,
      backOff,
      random: () => Buffer.from(randomBytes(4)).readUInt32LE() / 2 ** 32,
      mono,
      newSessionId: () => timeOrderedId(Math.max(0, Math.round(utcAt(this.#clock, mono()) ?? wall())), randomBytes(10)),
      onChange: () => this.#heartbeat.changed(),
      onTrouble: (device, what) => this.#trouble(`${device}: ${what}`),
      session: {
        writer: this.#writer,
        stamp: () => this.#stamp(),
        clock: deviceClock(config.zone, (at) => utcAt(this.#clock, at)),
        idleMs,
        lookEveryMs,
      },
    });
  }

  /** The radio first: values are safe without a hub. */
  start(): void {
    this.#radio.start();
    this.#prune = setInterval(() => this.#pruneQueue(), PRUNE_EVERY_MS);
  }

  connect(uplink: Uplink): void {
    const { queue, config, mono } = this.#parts;
    const { answerMs, longestAnswerMs } = this.#timing;
    const onTrouble = (what: string): void => this.#trouble(what);
    this.#uplink = uplink;
    this.#dispatcher = new Dispatcher({
      queue,
      uplink,
      gateway: config.id,
      zone: config.zone,
      mono,
      answerMs,
      longestAnswerMs,
      onTrouble,
    });
    uplink.onOnline(() => this.#online());
    uplink.onOffline((why) => this.#offline(why));
    uplink.onAck((ack) => this.#ack(ack));
    uplink.onCommand((command) => this.#command(command));
    uplink.onUnreadable((what) => this.#trouble(`unreadable message on ${what}`));
  }

  /**
   * The hub's answer to the status brings the time, and shows that it has subscribed: a broker that was restarted confirms
   * frames also when there is nobody yet to take them.
   */
  #online(): void {
    this.#brokerError = null;
    this.#hubAnswered = false;
    this.#heartbeat.now();
    this.#waitForTime = setTimeout(() => this.#dispatcher?.setOpen(true), this.#timing.waitForTimeMs);
  }

  /** Opens the way, or opens it anew: what was published before may have reached nobody. */
  #hubHears(): void {
    if (this.#hubAnswered || this.#uplink?.online !== true) return;
    this.#hubAnswered = true;
    clearTimeout(this.#waitForTime);
    this.#dispatcher?.setOpen(false);
    this.#dispatcher?.setOpen(true);
  }

  #offline(why: string | null): void {
    clearTimeout(this.#waitForTime);
    this.#dispatcher?.setOpen(false);
    if (why !== null && why !== this.#brokerError) this.#trouble(`broker: ${why}`);
    this.#brokerError = why;
  }

  #ack(ack: AckMessage): void {
    const { queue, mono } = this.#parts;
    if (ack.echo?.boot === this.boot) {
      const receivedMono = mono();
      this.#clock = withRoundTrip(this.#clock, { sentMono: ack.echo.mono, receivedMono, serverTime: ack.serverTime });
      const clock = bootClockOf(this.#clock, this.boot, receivedMono);
      if (clock !== null) queue.saveBootClock(clock);
      this.#hubHears();
    }
    this.#dispatcher?.ack(ack);
  }

  #command(command: CommandMessage): void {
    if (command.kind === 'allow-list') this.#devices.allow(command);
    else this.#dispatcher?.resend(command);
  }

  #stamp(): FrameStamp {
    const mono = this.#parts.mono();
    const wall = Math.max(0, Math.round(this.#parts.wall()));
    const utc = utcAt(this.#clock, mono);
    return { wall, mono, boot: this.boot, synced: utc !== null && Math.abs(utc - wall) <= WALL_TOLERANCE_MS };
  }

  #committed(frames: readonly NewFrame[]): void {
    const { onCommitted } = this.#parts;
    if (onCommitted !== undefined)
      frames.forEach((frame) => onCommitted(frame, this.#devices.addressOf(frame.session) ?? ''));
    this.#dispatcher?.kick();
  }

  #publishStatus(): void {
    this.#uplink?.publishStatus(this.status()).catch(() => undefined);
  }

  status(): GatewayStatus {
    const { config, queue, mono, wall, software } = this.#parts;
    const now = mono();
    const bestUtc = (at: number): number => utcAt(this.#clock, at) ?? wall() - (now - at);
    const oldest = queue.oldestUnstored();
    const oldestAt = oldest === null ? null : oldest.boot === this.boot ? bestUtc(oldest.mono) : oldest.wall;
    return {
      schema: 'gaya.gateway-status',
      version: 1,
      gateway: config.id,
      state: 'online',
      detail: {
        software,
        boot: this.boot,
        mono: now,
        wall: Math.max(0, Math.round(wall())),
        synced: this.#clock.utcMinusMonoMs !== null,
        adapter: { hci: config.hci.slice(0, 128), state: this.#radio.state },
        queue: {
          ...queue.counts(),
          oldestUnstoredMs: oldestAt === null ? null : Math.max(0, Math.round(bestUtc(now) - oldestAt)),
        },
        devices: this.#devices.links(bestUtc).slice(0, 1_000),
      },
    };
  }

  view(): StatusView {
    const mono = this.#parts.mono();
    const utc = utcAt(this.#clock, mono);
    return {
      status: this.status(),
      broker: { online: this.#uplink?.online === true, lastError: this.#brokerError },
      clock:
        utc === null
          ? { utc: null, uncertaintyMs: null }
          : { utc: new Date(utc).toISOString(), uncertaintyMs: uncertaintyAt(this.#clock, mono) },
      refusedSamples: this.#writer.refused,
      errors: this.#errors,
    };
  }

  #pruneQueue(): void {
    const { queue, config, mono } = this.#parts;
    prune(queue, { ...DEFAULT_RETENTION, maxBytes: config.maxQueueMiB * 1024 * 1024 }, utcAt(this.#clock, mono()));
  }

  #trouble(what: string): void {
    const at = new Date(utcAt(this.#clock, this.#parts.mono()) ?? this.#parts.wall()).toISOString();
    this.#errors = [{ at, what }, ...this.#errors].slice(0, KEPT_ERRORS);
    this.#parts.onTrouble?.(what);
  }

  /** Ends the sessions, says goodbye to the hub. What is in the queue stays there. */
  async stop(): Promise<void> {
    clearInterval(this.#prune);
    clearTimeout(this.#waitForTime);
    await this.#radio.close();
    this.#writer.flush();
    this.#heartbeat.stop();
    this.#dispatcher?.close();
    await this.#uplink?.close({
      schema: 'gaya.gateway-status',
      version: 1,
      gateway: this.#parts.config.id,
      state: 'offline',
    });
    this.#parts.queue.close();
  }
}
