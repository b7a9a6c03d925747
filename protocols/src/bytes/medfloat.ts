/**
 * SFLOAT (16 bit) and FLOAT (32 bit) of ISO/IEEE 11073-20601: two's-complement mantissa and exponent, value = m * 10^e.
 * The exponent is the precision, so it is kept. Special values are recognised on the whole word, with exponent 0 only.
 */
import type { AbsentReason, DecimalText } from '../readings/reading.ts';
import type { ByteCursor } from './byte-cursor.ts';
import { littleEndian } from './byte-cursor.ts';
import type { ByteWriter } from './byte-writer.ts';
import { decimalText } from './decimal.ts';

export type SpecialFloat = 'NaN' | 'NRes' | '+INFINITY' | '-INFINITY' | 'reserved';

/** A number as mantissa and exponent, or the name of a special value. */
export type Medfloat = { readonly mantissa: number; readonly exponent: number } | SpecialFloat;

interface Format {
  readonly octets: 2 | 4;
  readonly mantissaBits: 12 | 24;
}

const SFLOAT: Format = { octets: 2, mantissaBits: 12 };
const FLOAT: Format = { octets: 4, mantissaBits: 24 };

/** Special values by their distance from the largest mantissa + 1 (0x800 or 0x800000). */
const SPECIALS: Readonly<Record<SpecialFloat, number>> = {
  '+INFINITY': -2,
  NaN: -1,
  NRes: 0,
  reserved: 1,
  '-INFINITY': 2,
};

export const ABSENT_REASON: Readonly<Record<SpecialFloat, AbsentReason>> = {
  NaN: 'not-a-number',
  NRes: 'error',
  reserved: 'error',
  '+INFINITY': 'positive-infinity',
  '-INFINITY': 'negative-infinity',
};

/** @throws {DecodeError} truncated */
export const readSfloat = (cursor: ByteCursor, name: string, unit = ''): Medfloat => read(SFLOAT, cursor, name, unit);

/** @throws {DecodeError} truncated */
export const readFloat = (cursor: ByteCursor, name: string, unit = ''): Medfloat => read(FLOAT, cursor, name, unit);

/** @throws {RangeError} when the number does not fit the format. */
export const writeSfloat = (writer: ByteWriter, value: Medfloat): ByteWriter => writer.u16(toWord(SFLOAT, value));

/** @throws {RangeError} when the number does not fit the format. */
export const writeFloat = (writer: ByteWriter, value: Medfloat): ByteWriter => writer.u32(toWord(FLOAT, value));

/** Text as precise as the value; null for a special value, see {@link ABSENT_REASON}. */
export function medfloatText(value: Medfloat): DecimalText | null {
  return typeof value === 'string' ? null : decimalText(value);
}

/** The number with `decimals` decimals that is nearest; for devices that compose a value. */
export function medfloatOf(value: number, decimals: number): Medfloat {
  const mantissa = Math.round(value * 10 ** decimals);
  // `+ 0` turns -0 into 0.
  return { mantissa: mantissa + 0, exponent: decimals === 0 ? 0 : -decimals };
}

function read(format: Format, cursor: ByteCursor, name: string, unit: string): Medfloat {
  const show = (value: Medfloat): string => {
    if (typeof value === 'string') return value;
    return unit === '' ? decimalText(value) : `${decimalText(value)} ${unit}`;
  };
  return cursor.take(name, format.octets, (octets) => fromWord(format, littleEndian(octets)), show);
}

function fromWord(format: Format, word: number): Medfloat {
  const span = 2 ** format.mantissaBits;
  for (const name of Object.keys(SPECIALS) as SpecialFloat[]) {
    if (word === span / 2 + SPECIALS[name]) return name;
  }
  const exponentSpan = 2 ** (8 * format.octets - format.mantissaBits);
  return { mantissa: signed(word % span, span), exponent: signed(Math.floor(word / span), exponentSpan) };
}

function toWord(format: Format, value: Medfloat): number {
  const span = 2 ** format.mantissaBits;
  if (typeof value === 'string') return span / 2 + SPECIALS[value];
  const exponentSpan = 2 ** (8 * format.octets - format.mantissaBits);
  const word = unsigned(value.exponent, exponentSpan) * span + unsigned(value.mantissa, span);
  if (typeof fromWord(format, word) === 'string') throw new RangeError('mantissa is taken by a special value');
  return word;
}

function signed(value: number, span: number): number {
  return value < span / 2 ? value : value - span;
}

function unsigned(value: number, span: number): number {
  if (!Number.isInteger(value) || value < -span / 2 || value >= span / 2) throw new RangeError('number does not fit');
  return value < 0 ? value + span : value;
}
