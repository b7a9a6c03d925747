/**
 * One connection of one device, from its first frame to its last. Everything that is read is a frame:
 * connect -> the device's clock (one read) -> subscribe (a device that indicates may give one window only, and at once) ->
 * settings, Device Information, battery -> set the clock where allowed -> live -> disconnect.
 */
import type { How } from '@gaya/protocols/messages';
import { commonCharacteristics, profilesMatching, type CharacteristicUse } from '@gaya/protocols/profiles';
import { BleError, type BleLink, type CharacteristicRef, type DiscoveredCharacteristic } from '../ble/ble-central.ts';
import type { NewFrame } from '../queue/frame.ts';
import type { FrameWriter } from '../queue/frame-writer.ts';
import { CURRENT_TIME, type DeviceClock } from './device-clock.ts';
import type { FrameStamp } from './frame-stamp.ts';

export interface SessionContext {
  readonly writer: FrameWriter;
  readonly stamp: () => FrameStamp;
  readonly clock: DeviceClock;
  /** Whether others wait for a connection. */
  readonly othersWait: () => boolean;
  /** A link that has given no value for so long is given up when others wait, ms. */
  readonly idleMs: number;
  /** RSSI is read, and idleness looked at, so often, ms. */
  readonly lookEveryMs: number;
}

export interface SessionDevice {
  readonly session: string;
  readonly device: string;
  readonly provisional: boolean;
  readonly setClock: boolean;
}

/** What the device said while the session ran; told as it happens. */
export interface SessionObserver {
  read(characteristic: string, bytes: Uint8Array): void;
  value(): void;
  clockOffset(ms: number): void;
  rssi(dbm: number): void;
  /** Something went wrong that did not end the session. */
  trouble(what: string): void;
}

export interface SessionEnd {
  /** HCI reason octet. */
  readonly reason: number;
  /** Indicated and notified values. */
  readonly values: number;
  /** Why the session ended early; null: all that was to be done was done. */
  readonly error: string | null;
}

export class DeviceSession {
  readonly #link: BleLink;
  readonly #device: SessionDevice;
  readonly #context: SessionContext;
  readonly #observer: SessionObserver;
  readonly #down: Promise<number>;
  #values = 0;
  #lastValueMono: number;

  constructor(link: BleLink, device: SessionDevice, context: SessionContext, observer: SessionObserver) {
    this.#link = link;
    this.#device = device;
    this.#context = context;
    this.#observer = observer;
    this.#lastValueMono = context.stamp().mono;
    this.#down = new Promise((resolve) => link.onDisconnect(resolve));
  }

  /** Never rejects. */
  async run(): Promise<SessionEnd> {
    const error = await this.#work().then(
      () => null,
      (cause: unknown) => (cause instanceof Error ? cause.message : String(cause)),
    );
    await this.#link.disconnect();
    const reason = await this.#down;
    this.#close(reason);
    return { reason, values: this.#values, error };
  }

  async #work(): Promise<void> {
    const { session, device, provisional } = this.#device;
    this.#context.writer.open({ session, device, provisional }, this.#frame('connect', null, new Uint8Array()));
    const found = await this.#link.discover();
    const profiles = profilesMatching([...new Set(found.map((c) => c.service))]);
    const uses = profiles.flatMap((profile) => profile.characteristics);
    for (const use of uses) this.#reportMissing(use, found);
    const clock = found.find((c) => c.characteristic === CURRENT_TIME);
    // One read, before anything is sent: by it the hub tells when a value was measured.
    if (clock !== undefined) await this.#attempt(clock, () => this.#read(clock));
    for (const use of present(uses, found)) {
      const { use: how } = use;
      if (how !== 'read') await this.#attempt(use, () => this.#subscribe(use, how));
    }
    this.#link.settle();
    const reads = [...uses.filter((use) => use.use === 'read'), ...commonCharacteristics].filter(
      (use) => use.characteristic !== CURRENT_TIME,
    );
    for (const use of present(reads, found)) await this.#attempt(use, () => this.#read(use));
    if (this.#device.setClock && clock !== undefined) await this.#attempt(clock, () => this.#setClock(clock));
    await this.#live();
  }

  #reportMissing(use: CharacteristicUse, found: readonly DiscoveredCharacteristic[]): void {
    if (use.required && !found.some((c) => same(c, use)))
      this.#observer.trouble(`missing-characteristic ${use.characteristic}`);
  }

  /** What a device refuses is reported and left out; what has ended the link ends the session. */
  async #attempt(ref: CharacteristicRef, operation: () => Promise<void>): Promise<void> {
    try {
      await operation();
    } catch (error) {
      if (!(error instanceof BleError) || (error.code !== 'att-error' && error.code !== 'no-such-characteristic'))
        throw error;
      this.#observer.trouble(`${ref.characteristic}: ${error.message}`);
    }
  }

  #subscribe(ref: CharacteristicRef, how: 'indicate' | 'notify'): Promise<void> {
    return this.#link.subscribe(ref, how, (bytes) => {
      const frame = this.#frame(how, ref, bytes);
      // An indication is confirmed to the device when this returns: by then it has to be on the disk.
      if (how === 'indicate') this.#context.writer.now(frame);
      else this.#context.writer.soon(frame);
      this.#values++;
      this.#lastValueMono = frame.mono;
      this.#observer.value();
    });
  }

  async #read(ref: CharacteristicRef): Promise<void> {
    const bytes = await this.#link.read(ref);
    const frame = this.#frame('read', ref, bytes);
    this.#context.writer.now(frame);
    this.#observer.read(ref.characteristic, bytes);
    if (ref.characteristic !== CURRENT_TIME) return;
    const offset = this.#context.clock.offsetMs(bytes, frame.mono);
    if (offset !== null) this.#observer.clockOffset(offset);
  }

  /** Read again afterwards, so that the hub sees what the device made of it. */
  async #setClock(ref: CharacteristicRef): Promise<void> {
    const bytes = this.#context.clock.now(this.#context.stamp().mono);
    if (bytes === null) return;
    await this.#link.write(ref, bytes);
    this.#context.writer.now(this.#frame('write', ref, bytes));
    await this.#read(ref);
  }

  async #live(): Promise<void> {
    for (;;) {
      let timer: NodeJS.Timeout | undefined;
      const look = new Promise<null>((resolve) => (timer = setTimeout(resolve, this.#context.lookEveryMs, null)));
      const reason = await Promise.race([this.#down, look]);
      clearTimeout(timer);
      if (reason !== null) return;
      if (this.#context.othersWait() && this.#context.stamp().mono - this.#lastValueMono >= this.#context.idleMs)
        return;
      this.#observer.rssi(await this.#link.rssi());
    }
  }

  #close(reason: number): void {
    try {
      this.#context.writer.now(this.#frame('disconnect', null, Uint8Array.of(reason)));
    } catch {
      // The writer has reported it; a session without its last frame is as complete as it can be.
    }
    this.#context.writer.close(this.#device.session);
  }

  #frame(how: How, ref: CharacteristicRef | null, bytes: Uint8Array): NewFrame {
    const { session } = this.#device;
    const where = ref === null ? {} : { service: ref.service, characteristic: ref.characteristic };
    return { session, how, ...where, bytes, ...this.#context.stamp() };
  }
}

function same(a: CharacteristicRef, b: CharacteristicRef): boolean {
  return a.service === b.service && a.characteristic === b.characteristic;
}

/** Each once, in the order of work. */
function present(uses: readonly CharacteristicUse[], found: readonly DiscoveredCharacteristic[]): CharacteristicUse[] {
  return uses.filter(
    (use, at) => found.some((c) => same(c, use)) && uses.findIndex((other) => same(other, use)) === at,
  );
}
