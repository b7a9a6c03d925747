import { describe, expect, it } from 'vitest';
import { assign, spanOf } from './binding-index.ts';

const whose = (...args: Parameters<typeof assign>): string => {
  const { patient, trayReason } = assign(...args);
  return patient ?? trayReason;
};

describe('a reading of a bound device', () => {
  const bound = [spanOf('p-1', null, 100, 200)];

  it.each([
    [50, 10, 'unbound'],
    [95, 10, 'time-at-binding-edge'],
    [100, 0, 'p-1'],
    [110, 10, 'p-1'],
    [150, 49, 'p-1'],
    [150, 50, 'time-at-binding-edge'],
    [199, 0, 'p-1'],
    [200, 0, 'unbound'],
    [205, 10, 'time-at-binding-edge'],
    [250, 300, 'time-at-binding-edge'],
  ])('measured at %i ± %i: %s', (at, uncertaintyMs, wanted) => {
    expect(whose(bound, at, uncertaintyMs, null)).toBe(wanted);
  });

  it("is nobody's between two bindings of one patient, and hers where they touch", () => {
    const apart = [spanOf('p-1', null, 100, 200), spanOf('p-1', null, 210, null)];
    expect(whose(apart, 205, 20, null)).toBe('time-at-binding-edge');
    const touching = [spanOf('p-1', null, 200, null), spanOf('p-1', null, 100, 200)];
    expect(whose(touching, 200, 20, null)).toBe('p-1');
  });

  it("is nobody's where bindings contradict each other", () => {
    expect(whose([spanOf('p-1', null, 0, null), spanOf('p-2', null, 0, null)], 100, 0, null)).toBe(
      'time-at-binding-edge',
    );
  });

  it('belongs to the slot that it names; a binding for any slot takes what says none', () => {
    const shared = [spanOf('p-1', 1, 0, null), spanOf('p-2', 2, 0, null)];
    expect([1, 2, 3, null].map((slot) => whose(shared, 100, 0, slot))).toEqual([
      'p-1',
      'p-2',
      'unbound',
      'slot-unknown',
    ]);
    expect([1, null].map((slot) => whose([spanOf('p-1', null, 0, null)], 100, 0, slot))).toEqual(['p-1', 'p-1']);
    expect(whose([spanOf('p-1', 1, 0, null)], 100, 0, null)).toBe('slot-unknown');
  });

  it("without a time is nobody's, and without any binding it does not matter", () => {
    expect(whose(bound, null, 0, null)).toBe('time-unknown');
    expect(whose([], null, 0, null)).toBe('unbound');
  });
});
