/** One connection over noble: operations one after the other, each sure to end. */
import type { Characteristic, Noble, Peripheral } from '@stoprocent/noble';
import { BleError, type BleLink, type CharacteristicRef, type DiscoveredCharacteristic } from './ble-central.ts';
import { tapOf, type GattTap, type NobleGatt } from './noble-gatt-tap.ts';

/** noble's HCI bindings, as far as we rely on them. */
interface NobleInternals {
  readonly _bindings: { readonly _gatts: Readonly<Record<string, NobleGatt>> };
}

const CLIENT_CHARACTERISTIC_CONFIGURATION = '2902';
const INDICATE = Buffer.of(0x02, 0x00);
const DISCONNECT_TIMEOUT_MS = 2_000;
/** HCI error codes. */
const HARDWARE_FAILURE = 0x03;
const ENDED_BY_US = 0x16;

export class NobleLink implements BleLink {
  readonly address: string;
  readonly #peripheral: Peripheral;
  readonly #tap: GattTap;
  readonly #gattTimeoutMs: number;
  #characteristics = new Map<string, Characteristic>();
  #queue: Promise<unknown> = Promise.resolve();
  /** Rejects the operation in progress. `attErrors` false: a search, in which ATT errors mean "no more". */
  #current: { reject: (error: BleError) => void; readonly attErrors: boolean } | null = null;
  #reason: number | null = null;
  #onDown: ((reason: number) => void)[] = [];

  /** To be made in the very call in which noble reports the connection: the device may indicate in the next packet. */
  constructor(noble: Noble, peripheral: Peripheral, address: string, gattTimeoutMs: number) {
    const gatt = (noble as unknown as NobleInternals)._bindings._gatts[peripheral.id];
    if (gatt === undefined) throw new Error('noble reports a connection without a GATT client');
    this.address = address;
    this.#peripheral = peripheral;
    this.#gattTimeoutMs = gattTimeoutMs;
    this.#tap = tapOf(gatt);
    this.#tap.onError = (error, fatal) => {
      if (fatal || this.#current?.attErrors === true) this.#current?.reject(error);
      if (fatal) this.#hangUp();
    };
    peripheral.once('disconnect', (reason) => this.#down(typeof reason === 'number' ? reason : HARDWARE_FAILURE));
  }

  /** Objects of an earlier connection are dead in noble, so this runs anew on each. */
  async discover(): Promise<readonly DiscoveredCharacteristic[]> {
    const { services } = await this.#run('discovery', false, () =>
      this.#peripheral.discoverAllServicesAndCharacteristicsAsync(),
    );
    const found = services.flatMap((s) =>
      s.characteristics.map((c) => ({ service: s.uuid, characteristic: c.uuid, noble: c })),
    );
    this.#characteristics = new Map(found.map((c) => [keyOf(c), c.noble]));
    return found.map(({ service, characteristic, noble }) => ({
      service,
      characteristic,
      properties: noble.properties,
    }));
  }

  async read(ref: CharacteristicRef): Promise<Uint8Array> {
    const characteristic = this.#find(ref);
    return Uint8Array.from(await this.#run(`read ${ref.characteristic}`, true, () => characteristic.readAsync()));
  }

  async write(ref: CharacteristicRef, bytes: Uint8Array): Promise<void> {
    const characteristic = this.#find(ref);
    await this.#run(`write ${ref.characteristic}`, true, () => characteristic.writeAsync(Buffer.from(bytes), false));
  }

  async subscribe(
    ref: CharacteristicRef,
    how: 'indicate' | 'notify',
    onValue: (bytes: Uint8Array) => void,
  ): Promise<void> {
    const characteristic = this.#find(ref);
    const take = (value: Buffer): boolean => this.#take(value, onValue);
    characteristic.on('data', (value: Buffer, isNotification: boolean) => {
      if (!isNotification) return;
      if (take(value)) this.#tap.taken();
      else this.#tap.refused();
    });
    this.#tap.claim(ref, take);
    await this.#run(`subscribe ${ref.characteristic}`, true, () => this.#configure(characteristic, how));
  }

  /** noble always notifies where a characteristic offers both, and waits for ever where there is no configuration descriptor. */
  async #configure(characteristic: Characteristic, how: 'indicate' | 'notify'): Promise<void> {
    const offersBoth = ['notify', 'indicate'].every((p) =>
      (characteristic.properties as readonly string[]).includes(p),
    );
    if (how === 'notify' || !offersBoth) return characteristic.subscribeAsync();
    const descriptors = await characteristic.discoverDescriptorsAsync();
    const configuration = descriptors.find((d) => d.uuid === CLIENT_CHARACTERISTIC_CONFIGURATION);
    if (configuration === undefined)
      throw new BleError('no-such-characteristic', `${characteristic.uuid} cannot be subscribed to`);
    return configuration.writeValueAsync(INDICATE);
  }

  /** Whoever takes values reports its own failures; here the device must be told nothing, and soon try again. */
  #take(value: Buffer, onValue: (bytes: Uint8Array) => void): boolean {
    try {
      onValue(Uint8Array.from(value));
      return true;
    } catch {
      this.#hangUp();
      return false;
    }
  }

  settle(): void {
    this.#tap.settle();
  }

  rssi(): Promise<number> {
    return this.#run('rssi', false, () => this.#peripheral.updateRssiAsync());
  }

  async disconnect(): Promise<void> {
    if (this.#reason !== null) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => this.#down(ENDED_BY_US), DISCONNECT_TIMEOUT_MS);
      this.onDisconnect(() => {
        clearTimeout(timer);
        resolve();
      });
      this.#peripheral.disconnect();
    });
  }

  onDisconnect(listener: (reason: number) => void): void {
    if (this.#reason === null) this.#onDown.push(listener);
    else listener(this.#reason);
  }

  #hangUp(): void {
    void this.disconnect();
  }

  #down(reason: number): void {
    if (this.#reason !== null) return;
    this.#reason = reason;
    this.#current?.reject(disconnected(reason));
    this.#onDown.forEach((listener) => listener(reason));
  }

  #find(ref: CharacteristicRef): Characteristic {
    const characteristic = this.#characteristics.get(keyOf(ref));
    if (characteristic === undefined) {
      throw new BleError('no-such-characteristic', `no characteristic ${ref.characteristic} in service ${ref.service}`);
    }
    return characteristic;
  }

  /** noble keeps one listener per kind of answer, so two operations at once would lose one of them. */
  #run<T>(name: string, attErrors: boolean, operation: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(() => this.#alone(name, attErrors, operation));
    this.#queue = result.catch(() => undefined);
    return result;
  }

  #alone<T>(name: string, attErrors: boolean, operation: () => Promise<T>): Promise<T> {
    if (this.#reason !== null) return Promise.reject(disconnected(this.#reason));
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#current?.reject(new BleError('gatt-timeout', `no answer to ${name} within ${this.#gattTimeoutMs} ms`));
        this.#hangUp();
      }, this.#gattTimeoutMs);
      const end = (settle: () => void): void => {
        clearTimeout(timer);
        this.#current = null;
        settle();
      };
      this.#current = { attErrors, reject: (error) => end(() => reject(error)) };
      operation().then(
        (value) => end(() => resolve(value)),
        // An operation that noble itself gave up has lost its link; the reason follows with 'disconnect'.
        (error: unknown) =>
          end(() => reject(error instanceof BleError ? error : new BleError('disconnected', String(error)))),
      );
    });
  }
}

function keyOf({ service, characteristic }: CharacteristicRef): string {
  return `${service}/${characteristic}`;
}

function disconnected(reason: number): BleError {
  return new BleError('disconnected', `the link was lost (0x${reason.toString(16).padStart(2, '0')})`);
}
