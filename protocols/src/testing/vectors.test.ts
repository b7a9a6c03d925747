import { describe, expect, it } from 'vitest';
import { ByteCursor, DecodeError } from '../bytes/byte-cursor.ts';
import { ByteWriter } from '../bytes/byte-writer.ts';
import { decimalText } from '../bytes/decimal.ts';
import { readDateTime, writeDateTime } from '../bytes/gatt-date-time.ts';
import { fromHex, toHex } from '../bytes/hex.ts';
import { readFloat, readSfloat, writeFloat, writeSfloat, type Medfloat } from '../bytes/medfloat.ts';
import { codecOf, codecs } from '../gatt/index.ts';
import { numberOf, timeOf, VIEWS } from './expected.ts';
import { checkVector, loadVectors, vectorNames, type Vector } from './vectors.ts';

/** Vectors that are decoded and not encoded: key `characteristic hex`, value the reason. */
const DECODE_ONLY: Readonly<Record<string, string>> = {};

/** Formats below the characteristics. */
const FORMATS = ['2a08', 'float', 'sfloat'];

/** Characteristics without a foreign vector: text in UTF-8, whose layout is the text itself. */
const WITHOUT_VECTOR = ['2a24', '2a25', '2a26', '2a27', '2a28', '2a29'];

const all = vectorNames().flatMap((name) => loadVectors(name));
const isInvalid = (vector: Vector): boolean => vector.expected['valid'] === false;
const title = (vector: Vector): string => `${vector.characteristic} ${vector.hex} (${vector.origin})`;

describe('golden vectors', () => {
  it('cover every codec', () => {
    const covered = vectorNames().filter((name) => !FORMATS.includes(name));
    expect([...covered, ...WITHOUT_VECTOR].sort()).toEqual(codecs.map((codec) => codec.uuid).sort());
    expect(Object.keys(VIEWS).sort()).toEqual(covered);
  });

  it('are all there', () => {
    expect(vectorNames()).toHaveLength(18);
    expect(all).toHaveLength(78);
    expect(all.filter(isInvalid)).toHaveLength(8);
  });

  it('are refused when they come from our own encoder, or from nowhere', () => {
    const vector: Vector = {
      characteristic: '2A19',
      name: '',
      hex: '00',
      expected: {},
      source: 'a',
      origin: 'derived',
    };
    expect(checkVector(vector)).toBe(vector);
    expect(() => checkVector({ ...vector, source: 'own encoder' })).toThrow('own encoder');
    expect(() => checkVector({ ...vector, source: ' ' })).toThrow('without source');
    expect(() => checkVector({ ...vector, origin: 'guess' })).toThrow('origin');
  });

  for (const name of vectorNames().filter((file) => !FORMATS.includes(file))) {
    const vectors = loadVectors(name);
    it.each(vectors.filter(isInvalid).map((v) => [title(v), v] as const))('%s is refused', (_title, vector) => {
      expect(() => codecOf(name)?.decode(fromHex(vector.hex))).toThrow(DecodeError);
    });

    it.each(vectors.filter((v) => !isInvalid(v)).map((v) => [title(v), v] as const))(
      '%s decodes and encodes',
      (_title, vector) => {
        const codec = codecOf(name);
        const bytes = fromHex(vector.hex);
        const value = codec?.decode(bytes);
        expect(VIEWS[name]?.(value as never, bytes)).toMatchObject(vector.expected);
        if (DECODE_ONLY[`${name} ${vector.hex}`] === undefined && codec !== undefined) {
          expect(toHex(codec.encode(value))).toBe(vector.hex.toLowerCase());
        }
      },
    );
  }

  it.each(loadVectors('sfloat').map((v) => [title(v), v] as const))('%s', (_title, vector) => {
    checkFloat(vector, readSfloat, writeSfloat);
  });

  it.each(loadVectors('float').map((v) => [title(v), v] as const))('%s', (_title, vector) => {
    checkFloat(vector, readFloat, writeFloat);
  });

  it.each(loadVectors('2a08').map((v) => [title(v), v] as const))('%s', (_title, vector) => {
    const value = readDateTime(new ByteCursor(fromHex(vector.hex)), 'dateTime');
    expect({ dateTime: timeOf(value) }).toEqual(vector.expected);
    expect(toHex(writeDateTime(new ByteWriter(), value).done())).toBe(vector.hex.toLowerCase());
  });
});

function checkFloat(
  vector: Vector,
  read: (cursor: ByteCursor, name: string) => Medfloat,
  write: (writer: ByteWriter, value: Medfloat) => ByteWriter,
): void {
  const value = read(new ByteCursor(fromHex(vector.hex)), 'value');
  expect(numberOf(value)).toBe(vector.expected['value']);
  const precise = vector.expected['precisionPreservingText'];
  // The source adds the plain number in brackets: "2E1 (20)".
  if (typeof precise === 'string')
    expect(typeof value === 'string' ? value : decimalText(value)).toBe(precise.split(' ')[0]);
  expect(toHex(write(new ByteWriter(), value).done())).toBe(vector.hex.toLowerCase());
}
