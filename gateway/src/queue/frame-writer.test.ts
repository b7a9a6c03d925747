import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectFrame, frame, session } from '../testing/frames.ts';
import type { NewFrame } from './frame.ts';
import { QueueError } from './frame.ts';
import { FrameWriter, GROUP_MS } from './frame-writer.ts';
import { Queue } from './queue.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const RESERVE = 1_000;

function writerOn(queue = new Queue(':memory:')) {
  const committed: string[][] = [];
  const errors: string[] = [];
  const disk = { free: (RESERVE * 10) as number | null };
  const writer = new FrameWriter({
    queue,
    freeBytes: () => disk.free,
    reserveBytes: RESERVE,
    onCommitted: (frames) => committed.push(frames.map((f) => `${f.how} ${Buffer.from(f.bytes).toString('hex')}`)),
    onError: (error, lost) => errors.push(`${error.code} ${lost}`),
  });
  writer.open(session(), connectFrame());
  committed.length = 0;
  return { writer, queue, committed, errors, disk };
}
const notified = (hex: string): NewFrame => frame(hex, { how: 'notify' });

describe('FrameWriter', () => {
  it('commits spot values in the very call', () => {
    const { writer, queue, committed } = writerOn();
    writer.now(frame('01'));
    expect(committed).toEqual([['indicate 01']]);
    expect(queue.counts().queued).toBe(2);
  });

  it('gathers a stream for a moment and commits it as one', () => {
    const { writer, committed } = writerOn();
    writer.soon(notified('01'));
    vi.advanceTimersByTime(GROUP_MS - 1);
    writer.soon(notified('02'));
    expect(committed).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(committed).toEqual([['notify 01', 'notify 02']]);
  });

  it('keeps the order when a spot value comes in between', () => {
    const { writer, committed } = writerOn();
    writer.soon(notified('01'));
    writer.now(frame('02'));
    vi.advanceTimersByTime(GROUP_MS);
    expect(committed).toEqual([['notify 01'], ['indicate 02']]);
  });

  it('refuses only continuous values when the disk is almost full, and says so', () => {
    const { writer, committed, errors, disk } = writerOn();
    disk.free = RESERVE - 1;
    writer.soon(notified('01'));
    writer.now(frame('02'));
    vi.advanceTimersByTime(GROUP_MS);
    expect(committed).toEqual([['indicate 02']]);
    expect(writer.refused).toBe(1);
    expect(errors).toEqual(['queue-full 0']);
  });

  it('takes continuous values again when there is room again', () => {
    const { writer, committed, disk } = writerOn();
    disk.free = 0;
    for (let i = 0; i <= 200; i++) writer.soon(notified('01'));
    disk.free = null;
    writer.soon(notified('02'));
    vi.advanceTimersByTime(GROUP_MS);
    expect(committed).toEqual([['notify 02']]);
  });

  it('throws when a spot value cannot be committed: then it must not be confirmed', () => {
    const { writer, queue, errors } = writerOn();
    queue.commit = () => {
      throw new QueueError('queue-full', 'the disk is full');
    };
    expect(() => writer.now(frame('01'))).toThrow(expect.objectContaining({ code: 'queue-full' }));
    expect(errors).toEqual(['queue-full 1']);
  });

  it('does not let a stream that cannot be written keep a spot value from its commit', () => {
    const { writer, queue, committed } = writerOn();
    const commit = queue.commit.bind(queue);
    queue.commit = (frames) => {
      if (frames.some((f) => f.how === 'notify')) throw new QueueError('queue-full', 'the disk is full');
      return commit(frames);
    };
    writer.soon(notified('01'));
    writer.now(frame('02'));
    expect(committed).toEqual([['indicate 02']]);
    expect(writer.refused).toBe(1);
  });
});
