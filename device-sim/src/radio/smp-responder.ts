/** Pairing as the device sees it: LE legacy, Just Works, no bond. @see Bluetooth Core 5.4 Vol 3 Part H §3 */
import { octets } from './octets.ts';
import { c1, s1 } from './smp-crypto.ts';
import type { PairingContext } from './smp-crypto.ts';

const SmpCode = {
  pairingRequest: 0x01,
  pairingResponse: 0x02,
  pairingConfirm: 0x03,
  pairingRandom: 0x04,
  pairingFailed: 0x05,
} as const;

export const PairingFailure = {
  confirmValueFailed: 0x04,
  pairingNotSupported: 0x05,
  commandNotSupported: 0x07,
  unspecified: 0x08,
  invalidParameters: 0x0a,
} as const;

/** No input and output, no out-of-band data, neither bonding nor MITM, 16 octet key, no keys given to either side. */
const PAIRING_RESPONSE = octets(SmpCode.pairingResponse, 0x03, 0x00, 0x00, 0x10, 0x00, 0x00);
/** Just Works: the temporary key is zero. */
const TEMPORARY_KEY = Buffer.alloc(16);

const LENGTHS: ReadonlyMap<number, number> = new Map([
  [SmpCode.pairingRequest, 7],
  [SmpCode.pairingConfirm, 17],
  [SmpCode.pairingRandom, 17],
]);

export interface SmpOptions {
  readonly policy: 'just-works' | 'reject';
  readonly addresses: Omit<PairingContext, 'request' | 'response'>;
  /** Sixteen random octets. */
  readonly random: () => Uint8Array;
  readonly send: (pdu: Uint8Array) => void;
}

export class SmpResponder {
  private readonly options: SmpOptions;
  private request: Uint8Array | null = null;
  private confirm: Uint8Array | null = null;
  private ownRandom: Uint8Array = new Uint8Array(16);
  private shortTermKey: Uint8Array | null = null;

  constructor(options: SmpOptions) {
    this.options = options;
  }

  receive(pdu: Uint8Array): void {
    const code = pdu[0];
    if (code === undefined || code === SmpCode.pairingFailed) {
      this.forget();
      return;
    }
    const length = LENGTHS.get(code);
    if (length === undefined) {
      this.fail(PairingFailure.commandNotSupported);
      return;
    }
    if (pdu.length !== length) {
      this.fail(PairingFailure.invalidParameters);
      return;
    }
    if (code === SmpCode.pairingRequest) this.begin(Buffer.from(pdu));
    else if (code === SmpCode.pairingConfirm) this.onConfirm(Buffer.from(pdu.subarray(1)));
    else this.onRandom(Buffer.from(pdu.subarray(1)));
  }

  /** The key for this link's encryption: only the one just agreed on, since no bond is kept. */
  keyFor(random: Uint8Array, ediv: number): Uint8Array | null {
    return ediv === 0 && random.every((octet) => octet === 0) ? this.shortTermKey : null;
  }

  private begin(request: Uint8Array): void {
    this.forget();
    if (this.options.policy === 'reject') {
      this.fail(PairingFailure.pairingNotSupported);
      return;
    }
    this.request = request;
    this.options.send(PAIRING_RESPONSE);
  }

  private onConfirm(confirm: Uint8Array): void {
    if (!this.request) {
      this.fail(PairingFailure.unspecified);
      return;
    }
    this.confirm = confirm;
    this.ownRandom = this.options.random();
    this.options.send(octets(SmpCode.pairingConfirm, this.confirmValue(this.request, this.ownRandom)));
  }

  private onRandom(random: Uint8Array): void {
    if (!this.request || !this.confirm) {
      this.fail(PairingFailure.unspecified);
      return;
    }
    if (!this.confirmValue(this.request, random).equals(this.confirm)) {
      this.fail(PairingFailure.confirmValueFailed);
      return;
    }
    this.shortTermKey = s1(TEMPORARY_KEY, this.ownRandom, random);
    this.options.send(octets(SmpCode.pairingRandom, this.ownRandom));
  }

  private confirmValue(request: Uint8Array, random: Uint8Array): Buffer {
    return c1(TEMPORARY_KEY, random, { ...this.options.addresses, request, response: PAIRING_RESPONSE });
  }

  private fail(reason: number): void {
    this.forget();
    this.options.send(octets(SmpCode.pairingFailed, reason));
  }

  private forget(): void {
    this.request = null;
    this.confirm = null;
    this.shortTermKey = null;
  }
}
