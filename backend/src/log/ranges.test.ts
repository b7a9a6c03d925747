import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addRange, covers, runsOf, type Range } from './ranges.ts';

describe('ranges', () => {
  it('joins what touches', () => {
    expect(
      addRange(
        [
          { first: 0, last: 4 },
          { first: 8, last: 9 },
        ],
        5,
        7,
      ),
    ).toEqual([{ first: 0, last: 9 }]);
  });

  it('keeps apart what does not touch', () => {
    expect(addRange([{ first: 5, last: 6 }], 0, 3)).toEqual([
      { first: 0, last: 3 },
      { first: 5, last: 6 },
    ]);
  });

  it('holds the same numbers as a set, sorted and disjoint', () => {
    const range = fc.tuple(fc.nat(40), fc.nat(5));
    fc.assert(
      fc.property(fc.array(range), fc.nat(45), fc.nat(4), (added, first, length) => {
        const numbers = new Set<number>();
        let ranges: Range[] = [];
        for (const [start, more] of added) {
          ranges = addRange(ranges, start, start + more);
          for (let n = start; n <= start + more; n++) numbers.add(n);
        }
        expect(ranges).toEqual(runsOf([...numbers]));
        expect(ranges.every((r, i) => i === 0 || r.first > (ranges[i - 1]?.last ?? 0) + 1)).toBe(true);
        const wanted = Array.from({ length: length + 1 }, (_, i) => first + i);
        expect(covers(ranges, first, first + length)).toBe(wanted.every((n) => numbers.has(n)));
      }),
    );
  });
});
