import { describe, expect, it } from 'vitest';
import { ConnectionSlots, type Release } from './connection-slots.ts';

/** Whose turn it was, in order. */
function queueUp(slots: ConnectionSlots, names: string[]) {
  const turns: string[] = [];
  const releases: Record<string, Release> = {};
  for (const name of names) {
    void slots.acquire().then((release) => {
      turns.push(name);
      releases[name] = release;
    });
  }
  return { turns, releases };
}
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('connection slots', () => {
  it('go to who waits longest', async () => {
    const slots = new ConnectionSlots(2);
    const { turns, releases } = queueUp(slots, ['a', 'b', 'c', 'd']);
    await settle();
    expect(turns).toEqual(['a', 'b']);
    expect(slots.waiting).toBe(2);
    releases['b']?.();
    await settle();
    expect(turns).toEqual(['a', 'b', 'c']);
    expect(slots.waiting).toBe(1);
  });

  it('are given back once only', async () => {
    const slots = new ConnectionSlots(1);
    const { turns, releases } = queueUp(slots, ['a', 'b', 'c']);
    await settle();
    releases['a']?.();
    releases['a']?.();
    await settle();
    expect(turns).toEqual(['a', 'b']);
  });

  it('become fewer when the adapter holds fewer', async () => {
    const slots = new ConnectionSlots(5);
    const { turns, releases } = queueUp(slots, ['a', 'b', 'c']);
    await settle();
    slots.limitReached();
    expect(slots.capacity).toBe(2);
    releases['c']?.();
    const later = queueUp(slots, ['d']);
    await settle();
    expect(turns).toEqual(['a', 'b', 'c']);
    expect(later.turns).toEqual([]);
    releases['a']?.();
    await settle();
    expect(later.turns).toEqual(['d']);
  });

  it('are never none', async () => {
    const slots = new ConnectionSlots(1);
    queueUp(slots, ['a']);
    await settle();
    slots.limitReached();
    expect(slots.capacity).toBe(1);
  });
});
