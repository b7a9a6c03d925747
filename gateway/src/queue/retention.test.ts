import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { connectFrame, frame, SESSION, session } from '../testing/frames.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { Queue } from './queue.ts';
import { DEFAULT_RETENTION, prune, usedBytes } from './retention.ts';

const DAY = 24 * 3_600_000;
const NOW = 1_700_000_000_000;

function queueWith(frames: number): Queue {
  const queue = new Queue(join(temporaryFolder(), 'queue.sqlite'));
  queue.openSession(session(), connectFrame());
  queue.commit(Array.from({ length: frames - 1 }, () => frame('ab'.repeat(400))));
  return queue;
}

describe('pruning', () => {
  it('keeps stored frames for 14 days of the hub', () => {
    const queue = queueWith(3);
    queue.markStored([{ session: SESSION, first: 0, last: 0 }], NOW - 14 * DAY - 1);
    queue.markStored([{ session: SESSION, first: 1, last: 1 }], NOW - 14 * DAY);
    expect(prune(queue, DEFAULT_RETENTION, NOW)).toBe(1);
    expect(queue.counts()).toEqual({ queued: 1, published: 0, stored: 1, dead: 0 });
  });

  it('takes nothing for old while the time is not known', () => {
    const queue = queueWith(1);
    queue.markStored([{ session: SESSION, first: 0, last: 0 }], 1);
    expect(prune(queue, DEFAULT_RETENTION, null)).toBe(0);
    expect(queue.counts().stored).toBe(1);
  });

  it('gives up stored frames, oldest first, when the file is too large, and never one that is not stored', () => {
    const queue = queueWith(12_000);
    queue.markStored([{ session: SESSION, first: 0, last: 5_999 }], 2);
    queue.markStored([{ session: SESSION, first: 6_000, last: 10_999 }], 1);
    const half = usedBytes(queue) / 2;
    expect(prune(queue, { ...DEFAULT_RETENTION, maxBytes: half }, NOW)).toBeGreaterThan(0);
    expect(usedBytes(queue)).toBeLessThanOrEqual(half);
    const kept = queue.db.prepare('select min(stored_at) as oldest from frame where state = 2').get();
    expect(kept).toEqual({ oldest: 2 });
    prune(queue, { ...DEFAULT_RETENTION, maxBytes: 1 }, NOW);
    expect(queue.counts()).toEqual({ queued: 1_000, published: 0, stored: 0, dead: 0 });
  });

  it('keeps a session in progress, whose next frame is to come, and forgets an ended one', () => {
    const queue = queueWith(1);
    const all = { ...DEFAULT_RETENTION, keepStoredMs: 0 };
    queue.markStored([{ session: SESSION, first: 0, last: 0 }], 1);
    prune(queue, all, NOW);
    expect(queue.commit([frame('01')])).toEqual([1]);
    queue.markStored([{ session: SESSION, first: 1, last: 1 }], 1);
    queue.closeSession(SESSION);
    prune(queue, all, NOW);
    expect(() => queue.commit([frame('02')])).toThrow(expect.objectContaining({ code: 'no-such-session' }));
  });
});
