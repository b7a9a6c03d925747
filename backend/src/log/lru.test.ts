import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Lru } from './lru.ts';

describe('a map that forgets', () => {
  it('keeps what was used lately and forgets the rest', () => {
    const lru = new Lru<number, string>(4);
    for (let n = 0; n < 10; n++) {
      lru.set(n, `v${n}`);
      lru.get(0);
    }
    expect(lru.get(0)).toBe('v0');
    expect(lru.get(9)).toBe('v9');
    expect(lru.get(2)).toBeUndefined();
  });

  it('never gives a value that was replaced, deleted or cleared', () => {
    const step = fc.tuple(fc.constantFrom('set', 'get', 'delete', 'clear'), fc.nat(8), fc.nat(100));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const lru = new Lru<number, number>(4);
        const truth = new Map<number, number>();
        for (const [what, key, value] of steps) {
          if (what === 'set') {
            lru.set(key, value);
            truth.set(key, value);
          } else if (what === 'delete') {
            lru.delete(key);
            truth.delete(key);
          } else if (what === 'clear') {
            lru.clear();
            truth.clear();
          } else {
            expect([undefined, truth.get(key)]).toContain(lru.get(key));
          }
        }
      }),
    );
  });
});
