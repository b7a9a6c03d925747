/** Reads octets in order and remembers what each run of them was, so that decoding and explaining share one description. */
import type { Field } from '../gatt/codec.ts';
import { toHex } from './hex.ts';

/**
 * - `truncated`: shorter than its flags say
 * - `bad-length`: a value of fixed length has another length
 * - `out-of-range`: a field outside what the specification enumerates
 * - `bad-crc`: the checksum does not fit
 */
export type DecodeErrorCode = 'truncated' | 'bad-length' | 'out-of-range' | 'bad-crc';

/** Octets that cannot be decoded; `offset` is the octet at which that was seen. Carries no value: it may be logged. */
export class DecodeError extends Error {
  readonly code: DecodeErrorCode;
  readonly offset: number;

  constructor(code: DecodeErrorCode, offset: number) {
    super(`${code} at octet ${offset}`);
    this.name = 'DecodeError';
    this.code = code;
    this.offset = offset;
  }
}

export type Show<T> = (value: T) => string;

export class ByteCursor {
  readonly #bytes: Uint8Array;
  /** null while nobody asks for an explanation: texts cost more than the decoding itself. */
  readonly #fields: Field[] | null;
  #offset = 0;

  constructor(bytes: Uint8Array, options: { readonly explain: boolean } = { explain: false }) {
    this.#bytes = bytes;
    this.#fields = options.explain ? [] : null;
  }

  get offset(): number {
    return this.#offset;
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  /** What was read so far, in octet order without gaps; empty unless it was asked to explain. */
  get fields(): readonly Field[] {
    return this.#fields ?? [];
  }

  /** @throws {DecodeError} bad-length unless the whole value has this many octets. */
  exactly(length: number): void {
    if (this.#bytes.length !== length) throw new DecodeError('bad-length', Math.min(this.#bytes.length, length));
  }

  /**
   * Reads a named run of octets.
   * @throws {DecodeError} truncated; and whatever `parse` throws.
   */
  take<T>(name: string, length: number, parse: (octets: Uint8Array, offset: number) => T, show: Show<T>): T {
    if (this.remaining < length) throw new DecodeError('truncated', this.#bytes.length);
    const offset = this.#offset;
    const value = parse(this.#bytes.subarray(offset, offset + length), offset);
    this.#offset += length;
    this.#fields?.push({ name, offset, length, text: show(value) });
    return value;
  }

  /** @throws {DecodeError} truncated */
  u8(name: string, show: Show<number> = String): number {
    return this.take(name, 1, littleEndian, show);
  }

  /** @throws {DecodeError} truncated */
  i8(name: string, show: Show<number> = String): number {
    return this.take(name, 1, (octets) => (littleEndian(octets) << 24) >> 24, show);
  }

  /** @throws {DecodeError} truncated */
  u16(name: string, show: Show<number> = String): number {
    return this.take(name, 2, littleEndian, show);
  }

  /** @throws {DecodeError} truncated */
  u24(name: string, show: Show<number> = String): number {
    return this.take(name, 3, littleEndian, show);
  }

  /** All octets that are left, as hex; empty when none are. Never throws. */
  rest(name: string, show: Show<string> = String): string {
    return this.remaining === 0 ? '' : this.take(name, this.remaining, toHex, show);
  }
}

/** Unsigned value of one to four octets, least significant first. */
export function littleEndian(octets: Uint8Array): number {
  return octets.reduceRight((value, octet) => value * 256 + octet, 0);
}

/** Bits as text, most significant first, e.g. `0b00011110`. */
export const binary =
  (width: number): Show<number> =>
  (value) =>
    `0b${value.toString(2).padStart(width, '0')}`;
