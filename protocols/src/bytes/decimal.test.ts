import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareDecimals, decimalText, exactDecimal, parseDecimal, ratioOf, roundTo } from './decimal.ts';

const decimals = fc.record({
  mantissa: fc.bigInt({ min: -8_388_608n, max: 8_388_607n }),
  exponent: fc.integer({ min: -128, max: 127 }),
});

describe('decimal text', () => {
  it.each([
    [20, -1, '2.0'],
    [200, -2, '2.00'],
    [2, 1, '2E1'],
    [-5, -1, '-0.5'],
    [0, -1, '0.0'],
    [5, -3, '0.005'],
    [-1234, 0, '-1234'],
    [12, -20, '12E-20'],
  ])('of %d * 10^%d is %s', (mantissa, exponent, text) => {
    expect(decimalText({ mantissa, exponent })).toBe(text);
  });

  it('is read as what it was written from', () => {
    fc.assert(
      fc.property(decimals, (value) => {
        expect(parseDecimal(decimalText(value))).toEqual(value);
      }),
    );
  });

  it('stays short enough for every message, whatever a FLOAT holds', () => {
    fc.assert(
      fc.property(decimals, (value) => {
        expect(decimalText(value)).toMatch(/^-?[0-9]+(\.[0-9]+)?(E[+-]?[0-9]+)?$/);
        expect(decimalText(value).length).toBeLessThanOrEqual(32);
      }),
    );
  });

  it.each(['', '1.', '.5', '1e', 'NaN', '0x10', '1 '])('refuses %j', (text) => {
    expect(() => parseDecimal(text)).toThrow(RangeError);
  });
});

describe('rounding', () => {
  it.each([
    ['0.25', 1, '0.3'],
    ['-0.25', 1, '-0.3'],
    ['0.24', 1, '0.2'],
    ['36.449', 1, '36.4'],
    ['2E1', 0, '20'],
    ['7', 2, '7.00'],
  ])('%s to %d decimals is %s', (text, places, rounded) => {
    expect(decimalText(roundTo(ratioOf(parseDecimal(text)), places))).toBe(rounded);
  });

  it('finds no exact decimal for a third', () => {
    expect(exactDecimal({ numerator: 1n, denominator: 3n }, 0, 20)).toBeNull();
    expect(exactDecimal({ numerator: 1n, denominator: 8n }, 0, 20)).toEqual({ mantissa: 125n, exponent: -3 });
  });
});

describe('comparison', () => {
  it('is of the value, not of the text', () => {
    expect(compareDecimals('2.0', '2')).toBe(0);
    expect(compareDecimals('2E1', '19.99')).toBeGreaterThan(0);
    expect(compareDecimals('-1', '0.5')).toBeLessThan(0);
  });
});
