/** The form of a characteristic's codec; one file per service holds the codecs, index.ts lists them all. */

/**
 * Codec policy (docs/architecture.md, "Protocols"): special floats stay values, reserved bits are kept in `reserved`,
 * unknown date parts stay unknown; no unit conversion, no clock, no plausibility here.
 */
export interface Codec<T> {
  /** Four lower-case hex digits, e.g. `2a35`. */
  readonly uuid: string;
  /** Name of the Bluetooth SIG. */
  readonly name: string;
  /** Where the layout was read, e.g. "GSS §3.31". */
  readonly spec: string;
  /** @throws {DecodeError} truncated, bad-length, out-of-range, bad-crc; nothing else for any octets. */
  decode(bytes: Uint8Array): T;
  /** The canonical octets of a value; `decode(encode(v))` equals v. */
  encode(value: T): Uint8Array;
  /** Fields of the octets for the explain view, in octet order; covers every octet of `bytes`. */
  fields(bytes: Uint8Array): readonly Field[];
}

/** A named run of octets of a value, for byte-by-byte explanation. */
export interface Field {
  /** camelCase, as in the decoded value. */
  readonly name: string;
  readonly offset: number;
  readonly length: number;
  /** Plain text of the decoded field, language-free ("120 mm[Hg]", "0b00011110"). */
  readonly text: string;
}
