/** The only place where units are converted and values rounded or written for screens. Works on decimal text, never on binary numbers. */
import {
  add,
  decimalText,
  decimalsOf,
  exactDecimal,
  multiply,
  parseDecimal,
  ratioOf,
  roundTo,
  type Ratio,
} from '../bytes/decimal.ts';
import type { DecimalText } from '../readings/reading.ts';

/** to = from * factor + offset */
interface Linear {
  readonly factor: Ratio;
  readonly offset: Ratio;
}

const ZERO: Ratio = { numerator: 0n, denominator: 1n };
const ratio = (numerator: bigint, denominator: bigint): Ratio => ({ numerator, denominator });

/** UCUM defines mm[Hg] as 133.322 Pa; the direction from mm[Hg] to kPa is therefore always exact. */
const CONVERSIONS: Readonly<Record<string, Linear>> = {
  'kPa>mm[Hg]': { factor: ratio(1_000_000n, 133_322n), offset: ZERO },
  'mm[Hg]>kPa': { factor: ratio(133_322n, 1_000_000n), offset: ZERO },
  '[degF]>Cel': { factor: ratio(5n, 9n), offset: ratio(-160n, 9n) },
  'Cel>[degF]': { factor: ratio(9n, 5n), offset: ratio(32n, 1n) },
};

/** An exact result may have this many decimals more than the value had; longer ones are rounded. */
const MOST_EXTRA_DECIMALS = 8;

/**
 * Value in another UCUM unit: exact where a decimal is exact (never with fewer decimals than it had), else rounded to one
 * decimal more than it had.
 * @throws {RangeError} when the units don't convert into each other.
 */
export function convert(value: DecimalText, from: string, to: string): DecimalText {
  if (from === to) return value;
  const conversion = CONVERSIONS[`${from}>${to}`];
  if (conversion === undefined) throw new RangeError('units do not convert');
  const decimal = parseDecimal(value);
  const decimals = decimalsOf(decimal);
  const result = add(multiply(ratioOf(decimal), conversion.factor), conversion.offset);
  return decimalText(exactDecimal(result, decimals, decimals + MOST_EXTRA_DECIMALS) ?? roundTo(result, decimals + 1));
}

export function canConvert(from: string, to: string): boolean {
  return from === to || `${from}>${to}` in CONVERSIONS;
}

/** Value for a screen, with exactly this many decimals; halves are rounded away from zero. */
export function formatValue(value: DecimalText, decimals: number): string {
  return decimalText(roundTo(ratioOf(parseDecimal(value)), decimals));
}
