import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { timeOrderedId } from './session-id.ts';
import { OPAQUE_ID } from './topics.ts';

const times = fc.integer({ min: 0, max: 2 ** 48 - 1 });
const randoms = fc.uint8Array({ minLength: 10, maxLength: 10 });

describe('a time-ordered id', () => {
  it('sorts by its time', () => {
    fc.assert(
      fc.property(times, times, randoms, randoms, (a, b, ra, rb) => {
        fc.pre(a !== b);
        expect(timeOrderedId(a, ra) < timeOrderedId(b, rb)).toBe(a < b);
      }),
    );
  });

  it('is a UUID of version 7 without dashes, fit for a topic', () => {
    fc.assert(
      fc.property(times, randoms, (at, random) => {
        const id = timeOrderedId(at, random);
        expect(id).toMatch(/^[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
        expect(id).toMatch(OPAQUE_ID);
        expect(Number.parseInt(id.slice(0, 12), 16)).toBe(at);
      }),
    );
  });

  it('keeps all other random bits', () => {
    expect(timeOrderedId(1, new Uint8Array(10).fill(0xff))).toBe('0000000000017fffbfffffffffffffff');
    expect(timeOrderedId(1, new Uint8Array(10))).toBe('00000000000170008000000000000000');
  });

  it('needs ten random octets', () => {
    expect(() => timeOrderedId(1, new Uint8Array(9))).toThrow(RangeError);
  });
});
