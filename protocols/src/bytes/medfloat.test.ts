import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { floats, sfloats } from '../testing/codec-laws.ts';
import { ByteCursor } from './byte-cursor.ts';
import { ByteWriter } from './byte-writer.ts';
import { fromHex } from './hex.ts';
import { medfloatOf, medfloatText, readFloat, readSfloat, writeFloat, writeSfloat } from './medfloat.ts';

const sfloat = (hex: string) => readSfloat(new ByteCursor(fromHex(hex)), 'value');
const float = (hex: string) => readFloat(new ByteCursor(fromHex(hex)), 'value');

describe('SFLOAT and FLOAT', () => {
  it('keep the precision: 0xFF00016C is 36.4, 0xF014 is 2.0', () => {
    expect(medfloatText(float('6c0100ff'))).toBe('36.4');
    expect(medfloatText(sfloat('14f0'))).toBe('2.0');
  });

  it('know every special value on the whole word', () => {
    expect(['fe07', 'ff07', '0008', '0108', '0208'].map(sfloat)).toEqual([
      '+INFINITY',
      'NaN',
      'NRes',
      'reserved',
      '-INFINITY',
    ]);
    expect(['feff7f00', 'ffff7f00', '00008000', '01008000', '02008000'].map(float)).toEqual([
      '+INFINITY',
      'NaN',
      'NRes',
      'reserved',
      '-INFINITY',
    ]);
  });

  it('take the same mantissa with another exponent as an ordinary number', () => {
    expect(sfloat('fff7')).toEqual({ mantissa: 2047, exponent: -1 });
    expect(sfloat('00f8')).toEqual({ mantissa: -2048, exponent: -1 });
  });

  it('survive writing and reading', () => {
    fc.assert(
      fc.property(sfloats, floats, (small, large) => {
        const cursor = new ByteCursor(writeFloat(writeSfloat(new ByteWriter(), small), large).done());
        expect(readSfloat(cursor, 'small')).toEqual(small);
        expect(readFloat(cursor, 'large')).toEqual(large);
      }),
    );
  });

  it('give every word back as it was', () => {
    for (let word = 0; word <= 0xffff; word += 1) {
      const bytes = new ByteWriter().u16(word).done();
      expect(writeSfloat(new ByteWriter(), readSfloat(new ByteCursor(bytes), 'value')).done()).toEqual(bytes);
    }
  });

  it('refuse numbers that do not fit, and those whose word means something else', () => {
    expect(() => writeSfloat(new ByteWriter(), { mantissa: 2048, exponent: 0 })).toThrow(RangeError);
    expect(() => writeSfloat(new ByteWriter(), { mantissa: 1, exponent: 8 })).toThrow(RangeError);
    expect(() => writeSfloat(new ByteWriter(), { mantissa: 2047, exponent: 0 })).toThrow(RangeError);
  });

  it('are made from a number with as many decimals as the device shows', () => {
    expect(medfloatOf(36.649, 1)).toEqual({ mantissa: 366, exponent: -1 });
    expect(medfloatOf(-0.01, 1)).toEqual({ mantissa: 0, exponent: -1 });
    expect(medfloatOf(119.6, 0)).toEqual({ mantissa: 120, exponent: 0 });
  });
});
