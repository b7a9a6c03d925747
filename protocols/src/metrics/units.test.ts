import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareDecimals, decimalText } from '../bytes/decimal.ts';
import { canConvert, convert, formatValue } from './units.ts';

const readings = fc.record({
  mantissa: fc.integer({ min: -3000, max: 3000 }),
  exponent: fc.integer({ min: -3, max: 0 }),
});

describe('unit conversion', () => {
  it.each([
    ['98.6', '[degF]', 'Cel', '37.0'],
    ['98.7', '[degF]', 'Cel', '37.06'],
    ['37.0', 'Cel', '[degF]', '98.6'],
    ['36.55', 'Cel', '[degF]', '97.79'],
    ['-40', 'Cel', '[degF]', '-40'],
    ['120', 'mm[Hg]', 'kPa', '15.99864'],
    ['16.0', 'kPa', 'mm[Hg]', '120.01'],
    ['133.322', 'kPa', 'mm[Hg]', '1000.000'],
    ['36.40', 'Cel', 'Cel', '36.40'],
  ])('%s %s is %s %s', (value, from, to, expected) => {
    expect(convert(value, from, to)).toBe(expected);
  });

  it('there and back is the same value where the way there is exact', () => {
    fc.assert(
      fc.property(readings, (reading) => {
        const value = decimalText(reading);
        expect(compareDecimals(convert(convert(value, 'mm[Hg]', 'kPa'), 'kPa', 'mm[Hg]'), value)).toBe(0);
        expect(compareDecimals(convert(convert(value, 'Cel', '[degF]'), '[degF]', 'Cel'), value)).toBe(0);
      }),
    );
  });

  it('agrees with binary numbers to half of the last decimal', () => {
    fc.assert(
      fc.property(readings, (reading) => {
        const value = decimalText(reading);
        const celsius = convert(value, '[degF]', 'Cel');
        const decimals = celsius.split('.')[1]?.length ?? 0;
        expect(Math.abs(Number(celsius) - ((Number(value) - 32) * 5) / 9)).toBeLessThanOrEqual(
          0.5001 * 10 ** -decimals,
        );
      }),
    );
  });

  it('refuses units that do not convert', () => {
    expect(() => convert('1', 'mm[Hg]', 'Cel')).toThrow(RangeError);
    expect(canConvert('mm[Hg]', 'Cel')).toBe(false);
    expect(canConvert('kPa', 'mm[Hg]')).toBe(true);
  });
});

describe('values for screens', () => {
  it.each([
    ['141.76', 0, '142'],
    ['36.65', 1, '36.7'],
    ['2E1', 0, '20'],
    ['37', 1, '37.0'],
  ])('%s with %d decimals is %s', (value, decimals, text) => {
    expect(formatValue(value, decimals)).toBe(text);
  });
});
