/** Writes octets in order, least significant first. */
import { fromHex } from './hex.ts';

export class ByteWriter {
  readonly #octets: number[] = [];

  u8(value: number): this {
    return this.#unsigned(value, 1);
  }

  i8(value: number): this {
    if (!Number.isInteger(value) || value < -128 || value > 127) throw new RangeError('not an 8 bit integer');
    return this.#unsigned(value & 0xff, 1);
  }

  u16(value: number): this {
    return this.#unsigned(value, 2);
  }

  u24(value: number): this {
    return this.#unsigned(value, 3);
  }

  u32(value: number): this {
    return this.#unsigned(value, 4);
  }

  bytes(octets: Uint8Array): this {
    this.#octets.push(...octets);
    return this;
  }

  hex(hex: string): this {
    return this.bytes(fromHex(hex));
  }

  done(): Uint8Array {
    return Uint8Array.from(this.#octets);
  }

  #unsigned(value: number, length: number): this {
    if (!Number.isInteger(value) || value < 0 || value >= 256 ** length) throw new RangeError(`not ${length} octets`);
    for (let i = 0, rest = value; i < length; i += 1, rest = Math.floor(rest / 256)) this.#octets.push(rest % 256);
    return this;
  }
}
