/**
 * Sees what noble's GATT client keeps to itself, by standing in two of its private methods (a contract test fails when a
 * new noble changes them):
 * - ATT Error Responses. noble never settles a refused write or subscription and gives a refused read as zero octets.
 * - Failed pairing. noble leaves the operation, and every later one of that link, hanging.
 * - Indications. noble confirms before it hands the value on. Here the confirmation leaves when the value's taker has
 *   returned, whatever the transport under noble does, and not at all when it threw. A device that indicates before we have
 *   subscribed (it remembers us) is kept waiting until there is a taker.
 */
import { createRequire } from 'node:module';
import { BleError, type CharacteristicRef } from './ble-central.ts';

const require = createRequire(import.meta.url);

const ATT_CID = 0x0004;
const ATT_ERROR_RESPONSE = 0x01;
const ATT_HANDLE_INDICATION = 0x1d;
const ATT_HANDLE_CONFIRMATION = 0x1e;
const ATT_INVALID_PDU = 0x04;
/** Insufficient authentication, authorization, encryption: noble answers them by pairing and tries again. */
const STARTS_PAIRING: readonly (number | undefined)[] = [0x05, 0x08, 0x0f];

/** The part of noble's lib/hci-socket/gatt.js that we rely on. */
export interface NobleGatt {
  readonly _security: string;
  readonly _currentCommand: unknown;
  readonly _characteristics: Readonly<Record<string, Readonly<Record<string, { readonly valueHandle: number }>>>>;
  _queueCommand: (this: NobleGatt, buffer: Buffer, callback: unknown, writeCallback: unknown) => void;
  onAclStreamData: (this: NobleGatt, cid: number, data: Buffer) => void;
  onAclStreamEncryptFail: (this: NobleGatt) => void;
  writeAtt: (data: Buffer) => void;
}

interface Waiting {
  readonly handle: number;
  readonly value: Buffer;
}

export class GattTap {
  /** An error that the device answered to the operation in progress, or that has ended the link's GATT queue (`fatal`). */
  onError: (error: BleError, fatal: boolean) => void = () => undefined;
  readonly #gatt: NobleGatt;
  #inIndication = false;
  #answer: 'none' | 'taken' | 'refused' = 'none';
  #waiting: Waiting | null = null;
  #settled = false;

  constructor(gatt: NobleGatt) {
    this.#gatt = gatt;
  }

  /** Whether noble is handing on an indication right now. */
  get inIndication(): boolean {
    return this.#inIndication;
  }

  /** The value of the indication in progress is safe: confirm it when everybody has returned. */
  taken(): void {
    if (this.#answer === 'none') this.#answer = 'taken';
  }

  /** It is not, and the device must keep it. */
  refused(): void {
    this.#answer = 'refused';
  }

  indication(data: Buffer, handOn: () => void): void {
    this.#answer = 'none';
    this.#inIndication = true;
    try {
      handOn();
    } finally {
      this.#inIndication = false;
    }
    if (this.answer() === 'taken' || (this.answer() === 'none' && this.#settled)) this.#confirm();
    else if (this.answer() === 'none')
      this.#waiting = { handle: data.readUInt16LE(1), value: Buffer.from(data.subarray(3)) };
  }

  /** Hands an indication that came too early to its taker, and confirms it when that has taken it. */
  claim({ service, characteristic }: CharacteristicRef, take: (value: Buffer) => boolean): void {
    const handle = this.#gatt._characteristics[service]?.[characteristic]?.valueHandle;
    const waiting = this.#waiting;
    if (waiting === null || waiting.handle !== handle) return;
    this.#waiting = null;
    if (take(waiting.value)) this.#confirm();
  }

  settle(): void {
    this.#settled = true;
    if (this.#waiting !== null) this.#confirm();
    this.#waiting = null;
  }

  /** A confirmation need not wait for the request in progress, so it does not go through noble's queue. */
  #confirm(): void {
    this.#gatt.writeAtt(Buffer.of(ATT_HANDLE_CONFIRMATION));
  }

  /** Read through a call, because {@link indication} hands on to code that changes it. */
  private answer(): 'none' | 'taken' | 'refused' {
    return this.#answer;
  }
}

const taps = new WeakMap<NobleGatt, GattTap>();

export function tapOf(gatt: NobleGatt): GattTap {
  let tap = taps.get(gatt);
  if (tap === undefined) taps.set(gatt, (tap = new GattTap(gatt)));
  return tap;
}

let installed = false;

/** Must have run before the first connection; harmless when repeated. */
export function installGattTap(): void {
  if (installed) return;
  installed = true;
  const { prototype } = require('@stoprocent/noble/lib/hci-socket/gatt') as { prototype: NobleGatt };
  const { _queueCommand: queueCommand, onAclStreamData, onAclStreamEncryptFail } = prototype;

  prototype._queueCommand = function (buffer, callback, writeCallback) {
    if (buffer[0] === ATT_HANDLE_CONFIRMATION && tapOf(this).inIndication) return;
    queueCommand.call(this, buffer, callback, writeCallback);
  };

  prototype.onAclStreamData = function (cid, data) {
    const handOn = (): void => onAclStreamData.call(this, cid, data);
    if (cid === ATT_CID && data[0] === ATT_HANDLE_INDICATION) {
      tapOf(this).indication(data, handOn);
      return;
    }
    const error = cid === ATT_CID ? attErrorIn(this, data) : null;
    handOn();
    if (error !== null) tapOf(this).onError(error, error.attCode === ATT_INVALID_PDU);
  };

  prototype.onAclStreamEncryptFail = function () {
    onAclStreamEncryptFail.call(this);
    tapOf(this).onError(new BleError('pairing-failed', 'the device refused Just Works pairing'), true);
  };
}

function attErrorIn(gatt: NobleGatt, data: Buffer): BleError | null {
  if (data[0] !== ATT_ERROR_RESPONSE || data.length < 5 || gatt._currentCommand === null) return null;
  const code = data.readUInt8(4);
  if (STARTS_PAIRING.includes(code) && gatt._security !== 'medium') return null;
  return new BleError('att-error', `the device answered ATT error 0x${code.toString(16).padStart(2, '0')}`, code);
}
