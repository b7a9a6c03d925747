/** The laws that every codec keeps; each service's test calls them with how to make its values. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeError, type DecodeErrorCode } from '../bytes/byte-cursor.ts';
import type { Medfloat, SpecialFloat } from '../bytes/medfloat.ts';
import { isoOf, type GattDateTime, type MeasurementTime } from '../bytes/gatt-date-time.ts';
import type { Codec } from '../gatt/codec.ts';

export interface LawOptions<T> {
  readonly values: fc.Arbitrary<T>;
  /** What a value cut short gives: `truncated` for layouts that flags drive, `bad-length` for fixed ones; null where any length is a value. */
  readonly cut: DecodeErrorCode | null;
  /** Octets of flags at the start whose bits must not be ignored; 0 where there are none. */
  readonly flagOctets: number;
  /** Values whose octets are cut short; without surplus, since a shorter surplus is a value. Default: `values`. */
  readonly withoutSurplus?: fc.Arbitrary<T>;
}

export function describeCodecLaws<T>(codec: Codec<T>, options: LawOptions<T>): void {
  const { values, cut, flagOctets } = options;
  describe(`the laws of ${codec.uuid}`, () => {
    it('decodes what it encodes', () => {
      fc.assert(
        fc.property(values, (value) => {
          expect(codec.decode(codec.encode(value))).toEqual(value);
        }),
      );
    });

    it('encodes the same octets again', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
          const value = decoded(codec, bytes);
          if (value !== undefined) expect(codec.encode(value)).toEqual(bytes);
        }),
      );
    });

    it('keeps its values as plain JSON', () => {
      fc.assert(
        fc.property(values, (value) => {
          expect(JSON.parse(JSON.stringify(value))).toEqual(value);
        }),
      );
    });

    it('gives a value or a DecodeError for any octets, and explains each of them', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
          decoded(codec, bytes);
          expectFieldsCover(codec, bytes);
        }),
      );
    });

    it('explains every octet of a value', () => {
      fc.assert(
        fc.property(values, (value) => {
          const bytes = codec.encode(value);
          const fields = expectFieldsCover(codec, bytes);
          expect(fields.map((field) => field.name)).not.toContain('undecoded');
        }),
      );
    });

    if (cut !== null) {
      it(`is ${cut} wherever it is cut`, () => {
        fc.assert(
          fc.property(options.withoutSurplus ?? values, (value) => {
            const bytes = codec.encode(value);
            for (let length = 0; length < bytes.length; length += 1)
              expect(codeOf(codec, bytes.subarray(0, length))).toBe(cut);
          }),
        );
      });
    }

    if (cut === 'bad-length') {
      it('is bad-length with an octet too many', () => {
        fc.assert(
          fc.property(values, (value) => {
            expect(codeOf(codec, Uint8Array.from([...codec.encode(value), 0]))).toBe('bad-length');
          }),
        );
      });
    }

    if (flagOctets > 0) {
      it('notices any flag bit that changes', () => {
        fc.assert(
          fc.property(values, fc.nat({ max: 8 * flagOctets - 1 }), (value, bit) => {
            const bytes = codec.encode(value);
            const changed = bytes.slice();
            const octet = Math.floor(bit / 8);
            changed[octet] = (changed[octet] ?? 0) ^ (1 << (bit % 8));
            const other = decoded(codec, changed);
            if (other !== undefined) expect(other).not.toEqual(value);
          }),
        );
      });
    }
  });
}

/** undefined when the octets can't be decoded; any other error fails the test. */
function decoded<T>(codec: Codec<T>, bytes: Uint8Array): T | undefined {
  try {
    return codec.decode(bytes);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

function codeOf(codec: Codec<unknown>, bytes: Uint8Array): string {
  try {
    codec.decode(bytes);
    return 'decoded';
  } catch (error) {
    if (error instanceof DecodeError) return error.code;
    throw error;
  }
}

function expectFieldsCover(codec: Codec<unknown>, bytes: Uint8Array) {
  const fields = codec.fields(bytes);
  let offset = 0;
  for (const field of fields) {
    expect(field.offset).toBe(offset);
    offset += field.length;
  }
  expect(offset).toBe(bytes.length);
  return fields;
}

const SPECIALS: readonly SpecialFloat[] = ['NaN', 'NRes', '+INFINITY', '-INFINITY', 'reserved'];

const finite = (mantissaBits: number, exponentBits: number): fc.Arbitrary<Medfloat> => {
  const half = 2 ** (mantissaBits - 1);
  const top = 2 ** (exponentBits - 1);
  return fc
    .record({ mantissa: fc.integer({ min: -half, max: half - 1 }), exponent: fc.integer({ min: -top, max: top - 1 }) })
    .filter(({ mantissa, exponent }) => exponent !== 0 || (mantissa < half - 2 && mantissa > 2 - half));
};

export const sfloats: fc.Arbitrary<Medfloat> = fc.oneof(finite(12, 4), fc.constantFrom(...SPECIALS));
export const floats: fc.Arbitrary<Medfloat> = fc.oneof(finite(24, 8), fc.constantFrom(...SPECIALS));

const unknownOr = (min: number, max: number) => fc.option(fc.integer({ min, max }));

export const dateTimes: fc.Arbitrary<GattDateTime> = fc.record({
  year: unknownOr(1582, 9999),
  month: unknownOr(1, 12),
  day: unknownOr(1, 31),
  hour: fc.nat(23),
  minute: fc.nat(59),
  second: fc.nat(59),
});

export const measurementTimes: fc.Arbitrary<MeasurementTime> = fc.oneof(
  { weight: 3, arbitrary: dateTimes },
  // Month 13 to 255: no calendar has it.
  {
    weight: 1,
    arbitrary: fc
      .integer({ min: 13, max: 255 })
      .map((month) => ({ unreadable: `ea07${month.toString(16).padStart(2, '0')}01000000` })),
  },
);

/** A day that exists, as ISO text without zone. */
export const isoTimes: fc.Arbitrary<string> = dateTimes.map(isoOf).filter((iso) => iso !== null);

export const surpluses: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 4 }).map((o) => Buffer.from(o).toString('hex')) },
);

/** Any set of named bits with any reserved bits within the mask, in the order in which a codec gives them. */
export function bitSets<Name extends string>(names: readonly Name[], reservedMask: number) {
  return fc.record({
    set: fc.subarray([...names]),
    reserved: fc.nat(0xff_ffff).map((bits) => bits & reservedMask),
  });
}

/** Values without octets left over. */
export const withoutSurplus = <T extends { readonly surplus: string }>(values: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  values.map((value) => ({ ...value, surplus: '' }));
