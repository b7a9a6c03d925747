/** A central and devices in memory, behind the port that the sessions use. */
import {
  BleError,
  type Advertisement,
  type BleCentral,
  type BleLink,
  type CharacteristicRef,
  type DiscoveredCharacteristic,
} from '../ble/ble-central.ts';

export interface FakeCharacteristic extends CharacteristicRef {
  readonly properties: readonly string[];
  /** What a read gives: octets as hex, or the error that it ends with. */
  readonly value?: string | BleError | (() => string);
  /** The error that a subscription or a write ends with. */
  readonly refuses?: BleError;
}

export class FakeLink implements BleLink {
  readonly address: string;
  readonly log: string[] = [];
  readonly #characteristics: readonly FakeCharacteristic[];
  readonly #takers = new Map<string, (bytes: Uint8Array) => void>();
  #onDown: ((reason: number) => void)[] = [];
  #reason: number | null = null;

  constructor(address: string, characteristics: readonly FakeCharacteristic[]) {
    this.address = address;
    this.#characteristics = characteristics;
  }

  get down(): boolean {
    return this.#reason !== null;
  }

  discover(): Promise<readonly DiscoveredCharacteristic[]> {
    return this.#step('discover', () => this.#characteristics);
  }

  read(ref: CharacteristicRef): Promise<Uint8Array> {
    return this.#step(`read ${ref.characteristic}`, () => {
      const value = this.#find(ref).value ?? '';
      if (value instanceof BleError) throw value;
      return Uint8Array.from(Buffer.from(typeof value === 'string' ? value : value(), 'hex'));
    });
  }

  write(ref: CharacteristicRef, bytes: Uint8Array): Promise<void> {
    return this.#step(`write ${ref.characteristic} ${Buffer.from(bytes).toString('hex')}`, () => {
      const { refuses } = this.#find(ref);
      if (refuses !== undefined) throw refuses;
    });
  }

  subscribe(ref: CharacteristicRef, how: 'indicate' | 'notify', onValue: (bytes: Uint8Array) => void): Promise<void> {
    return this.#step(`subscribe ${ref.characteristic} ${how}`, () => {
      const { refuses } = this.#find(ref);
      if (refuses !== undefined) throw refuses;
      this.#takers.set(ref.characteristic, onValue);
    });
  }

  settle(): void {
    this.log.push('settle');
  }

  rssi(): Promise<number> {
    return this.#step('rssi', () => -50);
  }

  disconnect(): Promise<void> {
    this.lose(0x16);
    return Promise.resolve();
  }

  onDisconnect(listener: (reason: number) => void): void {
    if (this.#reason === null) this.#onDown.push(listener);
    else listener(this.#reason);
  }

  /** The device sends a value. @throws what its taker throws */
  send(characteristic: string, hex: string): void {
    const take = this.#takers.get(characteristic);
    if (take === undefined) throw new Error(`nobody has subscribed to ${characteristic}`);
    take(Uint8Array.from(Buffer.from(hex, 'hex')));
  }

  lose(reason: number): void {
    if (this.#reason !== null) return;
    this.#reason = reason;
    for (const listener of this.#onDown) listener(reason);
  }

  #find(ref: CharacteristicRef): FakeCharacteristic {
    const found = this.#characteristics.find(
      (c) => c.service === ref.service && c.characteristic === ref.characteristic,
    );
    if (found === undefined) throw new BleError('no-such-characteristic', `no ${ref.characteristic}`);
    return found;
  }

  async #step<T>(what: string, work: () => T): Promise<T> {
    await Promise.resolve();
    if (this.down) throw new BleError('disconnected', 'the link was lost');
    this.log.push(what);
    return work();
  }
}

export class FakeCentral implements BleCentral {
  state = 'poweredOn';
  readonly attempts: string[] = [];
  readonly links: FakeLink[] = [];
  /** What a device offers, or the error that connecting to it ends with. */
  readonly devices = new Map<string, readonly FakeCharacteristic[] | BleError>();
  #onAdvertisement: (advertisement: Advertisement) => void = () => undefined;
  #onLost: (state: string) => void = () => undefined;

  start(): Promise<void> {
    return Promise.resolve();
  }

  onAdvertisement(listener: (advertisement: Advertisement) => void): void {
    this.#onAdvertisement = listener;
  }

  onLost(listener: (state: string) => void): void {
    this.#onLost = listener;
  }

  advertise(address: string, services: readonly string[] = [], more: Partial<Advertisement> = {}): void {
    this.#onAdvertisement({ address, name: null, services, rssiDbm: -60, connectable: true, ...more });
  }

  lose(state: string): void {
    for (const link of this.links) link.lose(0x03);
    this.#onLost(state);
  }

  connect(address: string): Promise<BleLink> {
    this.attempts.push(address);
    const device = this.devices.get(address);
    if (device === undefined) return Promise.reject(new BleError('connect-timeout', 'no connection'));
    if (device instanceof BleError) return Promise.reject(device);
    const link = new FakeLink(address, device);
    this.links.push(link);
    return Promise.resolve(link);
  }

  async close(): Promise<void> {
    await Promise.all(this.links.map((link) => link.disconnect()));
  }
}

/** Everything that follows from what was done. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
}
