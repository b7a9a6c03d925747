import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { connectFrame, frame, SESSION, session } from '../testing/frames.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { nextBatch } from './next-batch.ts';
import { Queue } from './queue.ts';

const SECOND = 'session-2';

function openQueue(file = ':memory:'): Queue {
  const queue = new Queue(file);
  queue.openSession(session(), connectFrame());
  return queue;
}
const sequences = (queue: Queue, busy: string[] = []): number[] | undefined =>
  nextBatch(queue, 'gateway-1', 'Asia/Seoul', busy)?.message.frames.map((f) => f.sequence);

describe('a commit', () => {
  it('gives frames of a session sequences without gaps, from its connect frame on', () => {
    const queue = openQueue();
    expect(queue.commit([frame('01'), frame('02')])).toEqual([1, 2]);
    queue.openSession(session(SECOND), connectFrame(SECOND));
    expect(queue.commit([frame('03'), frame('04', { session: SECOND })])).toEqual([3, 1]);
  });

  it('is all or nothing', () => {
    const queue = openQueue();
    expect(() => queue.commit([frame('01'), frame('02', { session: 'never-opened' })])).toThrow(
      expect.objectContaining({ code: 'no-such-session' }),
    );
    expect(queue.counts().queued).toBe(1);
    expect(queue.commit([frame('01')])).toEqual([1]);
  });

  it('says when the disk is full, and goes on when there is room again', () => {
    const queue = openQueue(join(temporaryFolder(), 'queue.sqlite'));
    const pages = Number(queue.db.prepare('pragma page_count').get()?.['page_count']);
    queue.db.exec(`pragma max_page_count = ${pages + 1}`);
    expect(() => queue.commit([frame('ab'.repeat(60_000))])).toThrow(expect.objectContaining({ code: 'queue-full' }));
    queue.db.exec('pragma max_page_count = 100000');
    expect(queue.commit([frame('01')])).toEqual([1]);
  });

  it('waits for the disk', () => {
    const queue = openQueue(join(temporaryFolder(), 'queue.sqlite'));
    expect(queue.db.prepare('pragma synchronous').get()).toEqual({ synchronous: 2 });
    expect(queue.db.prepare('pragma journal_mode').get()).toEqual({ journal_mode: 'wal' });
  });
});

describe('opening', () => {
  it('refuses a file that is no queue', () => {
    const file = join(temporaryFolder(), 'queue.sqlite');
    writeFileSync(file, 'this is not a database, and long enough to be looked at as one '.repeat(20));
    expect(() => new Queue(file)).toThrow(expect.objectContaining({ code: 'queue-unwritable' }));
  });

  it('refuses a folder that is not there', () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o500);
    expect(() => new Queue(join(folder, 'missing', 'queue.sqlite'))).toThrow(
      expect.objectContaining({ code: 'queue-unwritable' }),
    );
  });

  it('refuses the queue of a newer version', () => {
    const file = join(temporaryFolder(), 'queue.sqlite');
    const queue = new Queue(file);
    queue.db.exec('pragma user_version = 99');
    queue.close();
    expect(() => new Queue(file)).toThrow(expect.objectContaining({ code: 'queue-too-new' }));
  });

  it('finds everything again, and publishes at once what nobody had acknowledged', () => {
    const file = join(temporaryFolder(), 'queue.sqlite');
    const first = openQueue(file);
    first.commit([frame('01'), frame('02'), frame('03')]);
    first.markPublished({ session: SESSION, first: 0, last: 2 }, 5_000);
    first.markStored([{ session: SESSION, first: 0, last: 0 }], 1);
    first.setMeta('epoch', 'e');
    first.close();
    const second = new Queue(file);
    expect(second.counts()).toEqual({ queued: 3, published: 0, stored: 1, dead: 0 });
    expect(sequences(second)).toEqual([1, 2, 3]);
    expect(second.meta('epoch')).toBe('e');
    expect(second.commit([frame('04')])).toEqual([4]);
  });
});

describe('the states of a frame', () => {
  it('go from queued to published to stored', () => {
    const queue = openQueue();
    queue.commit([frame('01')]);
    queue.markPublished({ session: SESSION, first: 0, last: 1 }, 1_000);
    expect(queue.counts()).toEqual({ queued: 0, published: 2, stored: 0, dead: 0 });
    queue.markStored([{ session: SESSION, first: 0, last: 1 }], 7);
    expect(queue.counts()).toEqual({ queued: 0, published: 0, stored: 2, dead: 0 });
  });

  it('stay stored when the broker says later that it has them', () => {
    const queue = openQueue();
    queue.markStored([{ session: SESSION, first: 0, last: 0 }], 7);
    queue.markPublished({ session: SESSION, first: 0, last: 0 }, 1_000);
    expect(queue.counts()).toMatchObject({ stored: 1, published: 0 });
  });

  it('keep the reason of dead frames, which are never published again', () => {
    const queue = openQueue();
    queue.markDead([{ session: SESSION, first: 0, last: 0, reason: 'too-large' }], 7);
    expect(queue.counts().dead).toBe(1);
    expect(queue.db.prepare('select reason from frame').get()).toEqual({ reason: 'too-large' });
    queue.requeueStored();
    queue.requeueUnanswered(1e9, 1, 1);
    expect(sequences(queue)).toBeUndefined();
  });

  it('go back to queued when no answer comes, after twice as long each time', () => {
    const queue = openQueue();
    const publish = (mono: number): void => queue.markPublished({ session: SESSION, first: 0, last: 0 }, mono);
    publish(0);
    expect(queue.requeueUnanswered(29_999, 30_000, 600_000)).toBe(0);
    expect(queue.requeueUnanswered(30_000, 30_000, 600_000)).toBe(1);
    publish(30_000);
    expect(queue.requeueUnanswered(89_999, 30_000, 600_000)).toBe(0);
    expect(queue.requeueUnanswered(90_000, 30_000, 600_000)).toBe(1);
    for (let attempt = 3; attempt < 30; attempt++) {
      publish(0);
      expect(queue.requeueUnanswered(600_000, 30_000, 600_000)).toBe(1);
    }
  });

  it('go back to queued from stored, since a time, when the hub has lost them', () => {
    const queue = openQueue();
    queue.commit([frame('01')]);
    queue.markStored([{ session: SESSION, first: 0, last: 0 }], 100);
    queue.markStored([{ session: SESSION, first: 1, last: 1 }], 200);
    expect(queue.requeueStored(150)).toBe(1);
    expect(sequences(queue)).toEqual([1]);
    expect(queue.counts()).toMatchObject({ queued: 1, stored: 1 });
    expect(queue.requeueStored()).toBe(1);
    expect(sequences(queue)).toEqual([0, 1]);
  });
});

describe('the oldest frame that is not stored', () => {
  it('is told whether queued or published', () => {
    const queue = openQueue();
    queue.commit([frame('01', { mono: 2_000 }), frame('02', { mono: 3_000 })]);
    expect(queue.oldestUnstored()).toMatchObject({ mono: 1_000 });
    queue.markStored([{ session: SESSION, first: 0, last: 0 }], 7);
    queue.markPublished({ session: SESSION, first: 1, last: 1 }, 0);
    expect(queue.oldestUnstored()).toMatchObject({ mono: 2_000 });
    queue.markStored([{ session: SESSION, first: 1, last: 2 }], 7);
    expect(queue.oldestUnstored()).toBeNull();
  });
});
