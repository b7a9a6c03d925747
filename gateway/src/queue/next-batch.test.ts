import { FramesMessage, MAX_FRAMES_PER_MESSAGE, MAX_MESSAGE_BYTES } from '@gaya/protocols/messages';
import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { connectFrame, frame, SESSION, session } from '../testing/frames.ts';
import { nextBatch, type Batch } from './next-batch.ts';
import { Queue } from './queue.ts';

function openQueue(...more: Parameters<typeof session>[]): Queue {
  const queue = new Queue(':memory:');
  for (const args of more.length === 0 ? [[] as Parameters<typeof session>] : more) {
    const opened = session(...args);
    queue.openSession(opened, connectFrame(opened.session));
  }
  return queue;
}
const next = (queue: Queue, busy: string[] = []): Batch | null => nextBatch(queue, 'gateway-1', 'Asia/Seoul', busy);

describe('the next batch', () => {
  it('is a message as the contract has it', () => {
    const queue = openQueue([SESSION, { provisional: true }]);
    queue.saveBootClock({ boot: 'boot-1', utcMinusMonoMs: 1_699_999_999_000.5, uncertaintyMs: 3 });
    queue.commit([frame('0AFF')]);
    const batch = next(queue);
    expect(Value.Check(FramesMessage, batch?.message)).toBe(true);
    expect(batch).toEqual({
      session: SESSION,
      first: 0,
      last: 1,
      message: {
        schema: 'gaya.frames',
        version: 1,
        gateway: 'gateway-1',
        device: 'device-1',
        session: SESSION,
        zone: 'Asia/Seoul',
        provisional: true,
        boots: [{ boot: 'boot-1', utcMinusMonoMs: 1_699_999_999_000.5, uncertaintyMs: 3 }],
        frames: [
          {
            sequence: 0,
            how: 'connect',
            bytes: '',
            wall: 1_700_000_000_000,
            mono: 1_000,
            boot: 'boot-1',
            synced: false,
          },
          {
            sequence: 1,
            how: 'indicate',
            service: '1809',
            characteristic: '2a1c',
            bytes: '0aff',
            wall: 1_700_000_000_000,
            mono: 1_000,
            boot: 'boot-1',
            synced: false,
          },
        ],
      },
    });
  });

  it('leaves out the clock of a boot that never learned the time', () => {
    expect(next(openQueue())?.message.boots).toEqual([]);
  });

  it('is the oldest session, unless one of its messages is on the way', () => {
    const queue = openQueue(['first'], ['second']);
    expect(next(queue)?.session).toBe('first');
    expect(next(queue, ['first'])?.session).toBe('second');
    expect(next(queue, ['first', 'second'])).toBeNull();
  });

  it('ends before a gap', () => {
    const queue = openQueue();
    queue.commit([frame('01'), frame('02'), frame('03')]);
    queue.markStored([{ session: SESSION, first: 2, last: 2 }], 7);
    expect(next(queue)).toMatchObject({ first: 0, last: 1 });
    queue.markStored([{ session: SESSION, first: 0, last: 1 }], 7);
    expect(next(queue)).toMatchObject({ first: 3, last: 3 });
  });

  it('holds no more frames than a message may', () => {
    const queue = openQueue();
    queue.commit(Array.from({ length: MAX_FRAMES_PER_MESSAGE + 10 }, () => frame('01')));
    expect(next(queue)).toMatchObject({ first: 0, last: MAX_FRAMES_PER_MESSAGE - 1 });
  });

  it('holds no more octets than a message may', () => {
    const queue = openQueue();
    queue.commit(Array.from({ length: 400 }, () => frame('ab'.repeat(512))));
    const batch = next(queue);
    const octets = JSON.stringify(batch?.message).length;
    expect(octets).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
    expect(octets).toBeGreaterThan(MAX_MESSAGE_BYTES * 0.9);
  });
});
