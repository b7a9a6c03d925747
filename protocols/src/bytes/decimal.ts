/**
 * Decimal numbers as exact integers with an exponent. A `number` would lose the precision that a device sent ("2.0" is
 * not "2"), so values travel as {@link DecimalText} and arithmetic happens here.
 */
import type { DecimalText } from '../readings/reading.ts';

/** mantissa * 10 ** exponent; the exponent is the precision. */
export interface Decimal {
  readonly mantissa: bigint;
  readonly exponent: number;
}

/** Below this many decimals the text uses an exponent: it stays short for any FLOAT. */
const MOST_DECIMALS = 12;

/** "36.40" for 3640E-2, "2E1" for 2E1: as precise as the number, never more. */
export function decimalText(value: { readonly mantissa: number | bigint; readonly exponent: number }): DecimalText {
  const { exponent } = value;
  const mantissa = BigInt(value.mantissa);
  if (exponent === 0) return String(mantissa);
  if (exponent > 0 || exponent < -MOST_DECIMALS) return `${String(mantissa)}E${exponent}`;
  const digits = String(mantissa < 0n ? -mantissa : mantissa).padStart(1 - exponent, '0');
  return `${mantissa < 0n ? '-' : ''}${digits.slice(0, exponent)}.${digits.slice(exponent)}`;
}

/** @throws {RangeError} when the text is not a decimal number. */
export function parseDecimal(text: DecimalText): Decimal {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[Ee]([+-]?\d{1,4}))?$/.exec(text);
  if (match === null) throw new RangeError('not a decimal number');
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  return { mantissa: BigInt(`${sign}${whole}${fraction}`), exponent: Number(exponent) - fraction.length };
}

/** Nearest binary number, for charts and comparison; never for storing. */
export const toNumber = (text: DecimalText): number => Number(text);

/** Decimals behind the point; 0 where the precision is ten or coarser. */
export const decimalsOf = (value: Decimal): number => Math.max(0, -value.exponent);

/** A fraction of integers; exact where a decimal is not. */
export interface Ratio {
  readonly numerator: bigint;
  /** Positive. */
  readonly denominator: bigint;
}

export function ratioOf(value: Decimal): Ratio {
  return value.exponent >= 0
    ? { numerator: value.mantissa * 10n ** BigInt(value.exponent), denominator: 1n }
    : { numerator: value.mantissa, denominator: 10n ** BigInt(-value.exponent) };
}

export function multiply(a: Ratio, b: Ratio): Ratio {
  return { numerator: a.numerator * b.numerator, denominator: a.denominator * b.denominator };
}

export function add(a: Ratio, b: Ratio): Ratio {
  return {
    numerator: a.numerator * b.denominator + b.numerator * a.denominator,
    denominator: a.denominator * b.denominator,
  };
}

/** Number with this many decimals that is nearest; halves go away from zero. */
export function roundTo(value: Ratio, decimals: number): Decimal {
  const scaled = value.numerator * 10n ** BigInt(decimals);
  const size = scaled < 0n ? -scaled : scaled;
  const rounded = (2n * size + value.denominator) / (2n * value.denominator);
  return { mantissa: scaled < 0n ? -rounded : rounded, exponent: -decimals };
}

/** The exact decimal with the fewest decimals, but at least `decimals`; null when none up to `most` is exact. */
export function exactDecimal(value: Ratio, decimals: number, most: number): Decimal | null {
  for (let n = decimals; n <= most; n += 1) {
    const scaled = value.numerator * 10n ** BigInt(n);
    if (scaled % value.denominator === 0n) return { mantissa: scaled / value.denominator, exponent: -n };
  }
  return null;
}

/** Less than, equal, greater than: negative, 0, positive. */
export function compareDecimals(a: DecimalText, b: DecimalText): number {
  const left = ratioOf(parseDecimal(a));
  const right = ratioOf(parseDecimal(b));
  const difference = left.numerator * right.denominator - right.numerator * left.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
