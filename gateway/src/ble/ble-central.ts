/**
 * What the device sessions need of Bluetooth. Addresses are lower case with colons, UUIDs four (or 32) lower-case hex
 * digits without dashes.
 */

export interface Advertisement {
  readonly address: string;
  readonly name: string | null;
  readonly services: readonly string[];
  readonly rssiDbm: number;
  readonly connectable: boolean;
}

export interface CharacteristicRef {
  readonly service: string;
  readonly characteristic: string;
}

export interface DiscoveredCharacteristic extends CharacteristicRef {
  readonly properties: readonly string[];
}

export interface BleCentral {
  /** `poweredOn` when usable; else the adapter's own word ("poweredOff", "unsupported", "unauthorized"). */
  readonly state: string;
  /** Resolves when the adapter is usable and scanning has begun. @throws {BleError} adapter-unusable */
  start(): Promise<void>;
  onAdvertisement(listener: (advertisement: Advertisement) => void): void;
  /** The adapter is no longer usable; this central will not come back. Called once. */
  onLost(listener: (state: string) => void): void;
  /**
   * One attempt at a time; others wait their turn and their time starts with it.
   * @param timeoutMs how long to wait for the device to answer
   * @throws {BleError} connect-timeout, connect-failed, connection-limit
   */
  connect(address: string, timeoutMs: number): Promise<BleLink>;
  /** Ends all links, says goodbye to the peers, stops scanning. */
  close(): Promise<void>;
}

/**
 * One connection. Operations run one after the other; each ends by answer, ATT error, timeout or loss of the link, never
 * hangs. After a timeout the link is ended, because its GATT queue may be dead.
 */
export interface BleLink {
  readonly address: string;
  /** @throws {BleError} gatt-timeout, disconnected */
  discover(): Promise<readonly DiscoveredCharacteristic[]>;
  /** @throws {BleError} att-error (with the code), gatt-timeout, pairing-failed, disconnected, no-such-characteristic */
  read(ref: CharacteristicRef): Promise<Uint8Array>;
  /** With response. @throws {BleError} as {@link read} */
  write(ref: CharacteristicRef, bytes: Uint8Array): Promise<void>;
  /**
   * `onValue` is called synchronously as the value comes in. An indication is confirmed to the device only after it has
   * returned; when it throws, the indication is not confirmed and the link is ended.
   * @throws {BleError} as {@link read}
   */
  subscribe(ref: CharacteristicRef, how: 'indicate' | 'notify', onValue: (bytes: Uint8Array) => void): Promise<void>;
  /** No more subscriptions will come: indications that nobody asked for are confirmed from now on instead of kept waiting. */
  settle(): void;
  /** dBm. @throws {BleError} gatt-timeout, disconnected */
  rssi(): Promise<number>;
  /** Resolves when the link is down. */
  disconnect(): Promise<void>;
  /** The HCI reason octet, e.g. 0x08 supervision timeout, 0x13 ended by the device, 0x16 ended by us. Called once, also when it is down already. */
  onDisconnect(listener: (reason: number) => void): void;
}

export type BleErrorCode =
  | 'adapter-unusable'
  | 'connect-timeout'
  | 'connect-failed'
  | 'connection-limit'
  | 'gatt-timeout'
  | 'att-error'
  | 'pairing-failed'
  | 'disconnected'
  | 'no-such-characteristic';

export class BleError extends Error {
  readonly code: BleErrorCode;
  /** The ATT error code where `code` is `att-error`, else null. */
  readonly attCode: number | null;

  constructor(code: BleErrorCode, message: string, attCode: number | null = null) {
    super(message);
    this.name = 'BleError';
    this.code = code;
    this.attCode = attCode;
  }
}
