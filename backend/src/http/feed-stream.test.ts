import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Feed, PositionedEvent } from '../hub.ts';
import { FeedStream } from './feed-stream.ts';
import { FeedTail } from './feed-tail.ts';

/** A feed in memory that has forgotten everything up to `pruned`. */
function memoryFeed(pruned = 0) {
  const events: PositionedEvent[] = [];
  let reads = 0;
  const feed: Feed = {
    position: () => pruned + events.length,
    since: (after, limit) => {
      reads += 1;
      const reset = after < pruned || after > pruned + events.length;
      return { reset, events: reset ? [] : events.filter((e) => e.position > after).slice(0, limit) };
    },
    onChange: () => () => undefined,
  };
  const add = (count: number): void => {
    for (let i = 0; i < count; i++) {
      const position = pruned + events.length + 1;
      events.push({ position, event: { type: 'records', at: position } });
    }
  };
  return { feed, add, reads: () => reads };
}

/** Takes nothing until it is told to. */
class SlowSocket extends Writable {
  readonly text: string[] = [];
  #release: (() => void)[] = [];

  constructor() {
    super({ highWaterMark: 1_000 });
  }
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text.push(chunk.toString());
    this.#release.push(done);
  }
  async take(): Promise<void> {
    while (this.#release.length > 0) {
      this.#release.shift()?.();
      await new Promise(setImmediate);
    }
  }
}

function client(
  source: ReturnType<typeof memoryFeed>,
  after: number | null,
  out: Writable,
  tail = new FeedTail(source.feed),
  maxBehind = 1_000,
) {
  return new FeedStream(out, { tail, after, newest: () => source.feed.position(), clock: () => 77, maxBehind });
}

const idsIn = (text: string): number[] => [...text.matchAll(/^id: (\d+)$/gm)].map((m) => Number(m[1]));
const written = (out: PassThrough): string => (out.read() as Buffer | null)?.toString() ?? '';

describe('FeedStream', () => {
  it('gives what came after the position, in order, once', () => {
    const source = memoryFeed();
    source.add(5);
    const out = new PassThrough({ highWaterMark: 1e6 });
    const stream = client(source, 2, out);
    stream.pump();
    stream.pump();
    source.add(2);
    stream.pump();
    expect(idsIn(written(out))).toEqual([3, 4, 5, 6, 7]);
  });

  it('writes events as text/event-stream', () => {
    const source = memoryFeed();
    source.add(1);
    const out = new PassThrough();
    client(source, 0, out).pump();
    expect(written(out)).toBe('retry: 2000\n\nid: 1\ndata: {"type":"records","at":1}\n\n');
  });

  it.each([
    ['older than the feed', 3],
    ['of another store', 1_000],
    ['unreadable', null],
  ])('resets a client whose position is %s, and goes on from now', (_what, after) => {
    const source = memoryFeed(10);
    source.add(5);
    const out = new PassThrough();
    const stream = client(source, after, out);
    stream.pump();
    source.add(1);
    stream.pump();
    expect(written(out)).toContain('id: 15\ndata: {"type":"reset","at":77}\n\nid: 16\n');
  });

  it('holds nothing for a client that does not read: it waits, and continues where it was', async () => {
    const source = memoryFeed();
    const out = new SlowSocket();
    const stream = client(source, 0, out);
    source.add(900);
    for (let i = 0; i < 20; i++) stream.pump();
    expect(out.writableLength).toBeLessThan(20_000);
    await out.take();
    expect(idsIn(out.text.join(''))).toEqual(Array.from({ length: 900 }, (_, i) => i + 1));
    expect(out.writableEnded).toBe(false);
  });

  it('resets and lets go of a client that is too far behind', async () => {
    const source = memoryFeed();
    const out = new SlowSocket();
    const stream = client(source, 0, out);
    source.add(300);
    stream.pump();
    source.add(1_500);
    stream.pump();
    source.add(1);
    stream.pump();
    await out.take();
    expect(out.text.at(-1)).toContain('id: 1800\ndata: {"type":"reset","at":77}');
    expect(out.writableFinished).toBe(true);
  });

  it('beats with a comment, and not into a full socket', () => {
    const source = memoryFeed();
    const out = new PassThrough();
    client(source, 0, out).beat();
    expect(written(out)).toBe('retry: 2000\n\n:\n\n');
    const slow = new SlowSocket();
    const stream = client(source, 0, slow);
    source.add(100);
    stream.pump();
    const before = slow.writableLength;
    stream.beat();
    expect(slow.writableLength).toBe(before);
  });

  it('writes nothing after its end', () => {
    const source = memoryFeed();
    const out = new PassThrough();
    const stream = client(source, 0, out);
    stream.end();
    source.add(1);
    stream.pump();
    stream.beat();
    expect(written(out)).toBe('retry: 2000\n\n');
  });
});

describe('FeedTail', () => {
  it('reads the store once for all clients that are at the newest event', () => {
    const source = memoryFeed();
    const tail = new FeedTail(source.feed);
    const streams = Array.from({ length: 50 }, () => client(source, 0, new PassThrough({ highWaterMark: 1e6 }), tail));
    source.add(10);
    streams.forEach((stream) => stream.pump());
    source.add(10);
    const before = source.reads();
    streams.forEach((stream) => stream.pump());
    expect(source.reads() - before).toBe(1);
    expect(tail.after(0, 100).items.map((i) => i.position)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });
});
