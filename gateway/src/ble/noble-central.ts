/**
 * {@link BleCentral} over `@stoprocent/noble`. noble's traps are held here and in the noble- files beside it:
 * - a connection attempt to an absent device never ends and blocks all others: own timer, own turn
 * - connecting stops the scan, and nobody starts it again
 * - noble's SIGINT handler ends the process in the middle of our clean-up
 * - `stop()` does not let the peers know: links are ended first
 */
import { createRequire } from 'node:module';
import type { Noble, Peripheral } from '@stoprocent/noble';
import { installHciDriver, TRANSPORT_DRIVER } from '../hci/hci-driver.ts';
import type { HciTransport } from '../hci/hci-transport.ts';
import { BleError, type Advertisement, type BleCentral, type BleLink } from './ble-central.ts';
import { installGattTap } from './noble-gatt-tap.ts';
import { NobleLink } from './noble-link.ts';

export type NobleHci =
  | { readonly kind: 'native'; readonly device: number | null }
  | { readonly kind: 'uart'; readonly path: string; readonly baudRate: number }
  | { readonly kind: 'transport'; readonly transport: HciTransport };

export interface NobleCentralOptions {
  readonly hci: NobleHci;
  /** ATT gives a device 30 s for an answer. @see Core 5.4 Vol 3 Part F §3.3.3 */
  readonly gattTimeoutMs?: number;
  readonly powerOnTimeoutMs?: number;
}

const GATT_TIMEOUT_MS = 30_000;
const POWER_ON_TIMEOUT_MS = 10_000;
const FINAL_STATES: readonly string[] = ['poweredOn', 'unsupported', 'unauthorized'];
/** A scan that has reported nothing for so long is begun anew: some controllers drop it without a word. */
const SCAN_SILENCE_MS = 15_000;
const MAX_SEEN = 1_000;

export class NobleCentral implements BleCentral {
  readonly #options: NobleCentralOptions;
  readonly #noble: Noble;
  readonly #seen = new Map<string, Peripheral>();
  readonly #links = new Set<NobleLink>();
  #onAdvertisement: (advertisement: Advertisement) => void = () => undefined;
  #onLost: (state: string) => void = () => undefined;
  #connects: Promise<unknown> = Promise.resolve();
  /** Gives up the connection attempt in progress. */
  #abortConnect: ((error: BleError) => void) | null = null;
  #ready = false;
  #closing = false;
  #heardSomething = false;
  #watchdog: NodeJS.Timeout | undefined;

  constructor(options: NobleCentralOptions) {
    this.#options = options;
    this.#noble = loadNoble()('hci', bindingsOptions(options.hci));
  }

  get state(): string {
    return this.#noble.state;
  }

  async start(): Promise<void> {
    const before = process.listeners('SIGINT');
    // Reading the state for the first time is what starts noble.
    let state: string = this.#noble.state;
    for (const listener of process.listeners('SIGINT')) if (!before.includes(listener)) process.off('SIGINT', listener);
    this.#noble.on('stateChange', (next) => this.#stateChanged(next));
    this.#noble.on('discover', (peripheral) => this.#discovered(peripheral));
    this.#noble.on('scanStop', () => setImmediate(() => this.#scan()));
    if (state !== 'poweredOn') state = await this.#firstState();
    if (state !== 'poweredOn') throw new BleError('adapter-unusable', `the Bluetooth adapter is ${state}`);
    this.#ready = true;
    this.#scan();
    this.#watchdog = setInterval(() => this.#watch(), SCAN_SILENCE_MS);
  }

  /** A serial adapter is off at first: on comes when it has answered its reset. A transport that is off has closed. */
  #firstState(): Promise<string> {
    return new Promise((resolve) => {
      const { hci, powerOnTimeoutMs = POWER_ON_TIMEOUT_MS } = this.#options;
      const final = hci.kind === 'transport' ? [...FINAL_STATES, 'poweredOff'] : FINAL_STATES;
      const timer = setTimeout(() => resolve(this.#noble.state), powerOnTimeoutMs);
      const settled = (state: string): void => {
        if (!final.includes(state)) return;
        clearTimeout(timer);
        resolve(state);
      };
      this.#noble.on('stateChange', settled);
      settled(this.#noble.state);
    });
  }

  #stateChanged(state: string): void {
    if (!this.#ready || this.#closing || state === 'poweredOn') return;
    this.#ready = false;
    this.#abortConnect?.(gone());
    this.#onLost(state);
  }

  onAdvertisement(listener: (advertisement: Advertisement) => void): void {
    this.#onAdvertisement = listener;
  }

  onLost(listener: (state: string) => void): void {
    this.#onLost = listener;
  }

  #scan(): void {
    if (!this.#ready || this.#closing || this.#abortConnect !== null) return;
    // The callback's error would only say that the adapter is off, which 'stateChange' says too.
    this.#noble.startScanning([], true, () => undefined);
  }

  #watch(): void {
    const silent = !this.#heardSomething;
    this.#heardSomething = false;
    if (silent && this.#ready && this.#abortConnect === null) this.#noble.stopScanning(() => undefined);
  }

  #discovered(peripheral: Peripheral): void {
    const address = colons(peripheral.id);
    this.#heardSomething = true;
    this.#remember(address, peripheral);
    const advertised = peripheral.advertisement as { localName?: string | null; serviceUuids?: string[] | null };
    this.#onAdvertisement({
      address,
      name: advertised.localName ?? null,
      services: advertised.serviceUuids ?? [],
      rssiDbm: peripheral.rssi,
      // A number in noble's extended mode.
      connectable: Boolean(peripheral.connectable as boolean | number),
    });
  }

  /** Telephones go by with ever new addresses. */
  #remember(address: string, peripheral: Peripheral): void {
    this.#seen.delete(address);
    this.#seen.set(address, peripheral);
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > MAX_SEEN && oldest !== undefined) this.#seen.delete(oldest);
  }

  connect(address: string, timeoutMs: number): Promise<BleLink> {
    const link = this.#connects.then(() => this.#connectAlone(address, timeoutMs));
    this.#connects = link.catch(() => undefined);
    return link;
  }

  async #connectAlone(address: string, timeoutMs: number): Promise<BleLink> {
    const peripheral = this.#seen.get(address);
    if (peripheral === undefined || !this.#ready || this.#closing) throw gone();
    try {
      return await new Promise<BleLink>((resolve, reject) => {
        const timer = setTimeout(
          () => this.#abortConnect?.(new BleError('connect-timeout', `no connection within ${timeoutMs} ms`)),
          timeoutMs,
        );
        this.#abortConnect = (error) => {
          clearTimeout(timer);
          reject(error);
          // Not the peripheral's own cancelConnect(), which leaves it "connecting" for ever.
          this.#noble.cancelConnect(peripheral.id);
        };
        this.#noble.connect(peripheral.id, {}, (error) => {
          clearTimeout(timer);
          if (error instanceof Error) reject(connectError(error));
          else resolve(this.#linked(peripheral, address));
        });
      });
    } finally {
      this.#abortConnect = null;
      setImmediate(() => this.#scan());
    }
  }

  #linked(peripheral: Peripheral, address: string): NobleLink {
    const link = new NobleLink(this.#noble, peripheral, address, this.#options.gattTimeoutMs ?? GATT_TIMEOUT_MS);
    this.#links.add(link);
    link.onDisconnect(() => this.#links.delete(link));
    return link;
  }

  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    clearInterval(this.#watchdog);
    this.#abortConnect?.(gone());
    await Promise.all([...this.#links].map((link) => link.disconnect()));
    this.#noble.stop();
    if (this.#options.hci.kind === 'transport') this.#options.hci.transport.close();
  }
}

type WithBindings = (type: 'hci', options: object) => Noble;

/** Loaded on first use: start-up without a radio is quick, and our driver has to be in place before. */
function loadNoble(): WithBindings {
  installHciDriver();
  installGattTap();
  // Past the package's index, which makes an instance for the operating system's adapter as it loads.
  return createRequire(import.meta.url)('@stoprocent/noble/lib/resolve-bindings') as WithBindings;
}

function bindingsOptions(hci: NobleHci): object {
  switch (hci.kind) {
    case 'native':
      return { hciDriver: 'native', ...(hci.device === null ? {} : { deviceId: hci.device }) };
    case 'uart':
      // The uart driver never comes up on the user channel.
      return { hciDriver: 'uart', bindParams: { uart: { port: hci.path, baudRate: hci.baudRate } } };
    case 'transport':
      // On the raw channel noble leaves connection parameter requests to an operating system that is not there.
      return { hciDriver: TRANSPORT_DRIVER, bindParams: { transport: hci.transport }, userChannel: true };
  }
}

function gone(): BleError {
  return new BleError('connect-failed', 'the device or the adapter is not there');
}

function connectError(error: Error): BleError {
  const full = error.message.startsWith('Connection Limit');
  return new BleError(full ? 'connection-limit' : 'connect-failed', error.message);
}

/** noble's ids are addresses without colons. */
function colons(id: string): string {
  return (id.match(/../g) ?? []).join(':').toLowerCase();
}
