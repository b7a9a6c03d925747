/** Sets of whole numbers as sorted, disjoint, inclusive ranges that don't touch: [0,4] and [5,9] are [0,9]. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

/** @returns a new list with [first, last] added */
export function addRange(ranges: readonly Range[], first: number, last: number): Range[] {
  const end = ranges.at(-1);
  if (end === undefined || end.last + 1 < first) return [...ranges, { first, last }];
  const before = ranges.filter((r) => r.last + 1 < first);
  const after = ranges.filter((r) => r.first > last + 1);
  const touching = ranges.filter((r) => r.last + 1 >= first && r.first <= last + 1);
  const merged = {
    first: Math.min(first, ...touching.map((r) => r.first)),
    last: Math.max(last, ...touching.map((r) => r.last)),
  };
  return [...before, merged, ...after];
}

/** Whether every number of [first, last] is in the set. */
export function covers(ranges: readonly Range[], first: number, last: number): boolean {
  return ranges.some((r) => r.first <= first && r.last >= last);
}

/** The runs of consecutive numbers in a list that need not be sorted. */
export function runsOf(numbers: readonly number[]): Range[] {
  return numbers.reduce<Range[]>((ranges, n) => addRange(ranges, n, n), []);
}
