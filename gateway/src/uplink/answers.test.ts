import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Queue } from '../queue/queue.ts';
import { nextBatch } from '../queue/next-batch.ts';
import { ack, connectFrame, frame, SESSION, session } from '../testing/frames.ts';
import { applyAck, applyResend } from './answers.ts';

const FRAMES = 12;

function openQueue(): Queue {
  const queue = new Queue(':memory:');
  queue.openSession(session(), connectFrame());
  queue.commit(Array.from({ length: FRAMES - 1 }, () => frame('01')));
  return queue;
}
const range = (first: number, last: number) => ({ session: SESSION, first, last });
const resend = (epoch: string, since: number) =>
  ({ schema: 'gaya.commands', version: 1, kind: 'resend', epoch, since }) as const;

describe('an acknowledgement', () => {
  it('makes its frames stored, at the time of the hub', () => {
    const queue = openQueue();
    applyAck(queue, ack({ stored: [range(0, 3)], serverTime: 77 }));
    expect(queue.counts()).toMatchObject({ queued: FRAMES - 4, stored: 4 });
    expect(queue.db.prepare('select distinct stored_at as t from frame where state = 2').all()).toEqual([{ t: 77 }]);
  });

  it('makes rejected frames dead, with the reason', () => {
    const queue = openQueue();
    applyAck(queue, ack({ rejected: [{ ...range(2, 2), reason: 'too-large' }] }));
    expect(queue.counts().dead).toBe(1);
  });

  it('of a new epoch queues all that is kept again, and then counts for its own frames', () => {
    const queue = openQueue();
    applyAck(queue, ack({ stored: [range(0, FRAMES - 1)] }));
    applyAck(queue, ack({ epoch: 'epoch-2', stored: [range(0, 1)] }));
    expect(queue.counts()).toMatchObject({ queued: FRAMES - 2, stored: 2 });
    applyAck(queue, ack({ epoch: 'epoch-2', stored: [range(2, FRAMES - 1)] }));
    expect(queue.counts()).toMatchObject({ queued: 0, stored: FRAMES });
  });

  it('for frames that the gateway never had changes nothing', () => {
    const queue = openQueue();
    applyAck(queue, ack({ stored: [{ session: 'other', first: 0, last: 9 }, range(FRAMES, FRAMES + 9)] }));
    expect(queue.counts()).toEqual({ queued: FRAMES, published: 0, stored: 0, dead: 0 });
  });
});

describe('a resend command', () => {
  it('queues again what was stored since then', () => {
    const queue = openQueue();
    applyAck(queue, ack({ stored: [range(0, 5)], serverTime: 100 }));
    applyAck(queue, ack({ stored: [range(6, 11)], serverTime: 200 }));
    expect(applyResend(queue, resend('epoch-2', 150))).toBe(6);
    expect(queue.counts()).toMatchObject({ queued: 6, stored: 6 });
  });

  it('delivered twice, or after an answer of the new epoch, queues nothing a second time', () => {
    const queue = openQueue();
    applyAck(queue, ack({ stored: [range(0, 11)], serverTime: 100 }));
    applyAck(queue, ack({ epoch: 'epoch-2' }));
    applyAck(queue, ack({ epoch: 'epoch-2', stored: [range(0, 11)], serverTime: 300 }));
    expect(applyResend(queue, resend('epoch-2', 50))).toBe(0);
    expect(queue.counts().stored).toBe(FRAMES);
  });

  it('of the epoch that is known is followed once', () => {
    const queue = openQueue();
    applyAck(queue, ack({ stored: [range(0, 11)], serverTime: 100 }));
    expect(applyResend(queue, resend('epoch-1', 50))).toBe(FRAMES);
    applyAck(queue, ack({ stored: [range(0, 11)], serverTime: 110 }));
    expect(applyResend(queue, resend('epoch-1', 50))).toBe(0);
  });
});

describe('whatever the hub answers, in whatever order', () => {
  const anyRange = fc
    .tuple(fc.nat(FRAMES + 2), fc.nat(FRAMES + 2))
    .map(([a, b]) => range(Math.min(a, b), Math.max(a, b)));
  const epoch = fc.constantFrom('epoch-1', 'epoch-2');
  const step = fc.oneof(
    fc.record({
      kind: fc.constant('ack' as const),
      epoch,
      stored: fc.array(anyRange, { maxLength: 3 }),
      rejected: fc.array(anyRange, { maxLength: 1 }),
    }),
    fc.record({ kind: fc.constant('publish' as const), at: fc.nat(1_000) }),
    fc.record({ kind: fc.constant('silence' as const), at: fc.nat(100_000) }),
    fc.record({ kind: fc.constant('resend' as const), epoch, since: fc.nat(3_000) }),
  );

  it('a frame is stored only by an answer of the epoch that is current, is never lost, and is otherwise still to be sent', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const queue = openQueue();
        let current: string | null = null;
        let acknowledged = new Set<number>();
        let time = 1_000;
        for (const s of steps) {
          time++;
          if (s.kind === 'publish') {
            const batch = nextBatch(queue, 'g', 'UTC', []);
            if (batch !== null) queue.markPublished(batch, s.at);
          } else if (s.kind === 'silence') queue.requeueUnanswered(s.at, 100, 1_000);
          else if (s.kind === 'resend') {
            applyResend(queue, resend(s.epoch, s.since));
            // Frames stored before `since` stay stored: the hub says that it has them.
            current = queue.meta('epoch');
          } else {
            if (current !== null && s.epoch !== current) acknowledged = new Set();
            current = s.epoch;
            applyAck(
              queue,
              ack({
                ...s,
                serverTime: time,
                rejected: s.rejected.map((r) => ({ ...r, reason: 'unreadable' as const })),
              }),
            );
            for (const r of s.stored) for (let i = r.first; i <= r.last; i++) acknowledged.add(i);
          }
          const rows = queue.db.prepare('select sequence, state, stored_at from frame order by sequence').all();
          expect(rows.map((row) => row['sequence'])).toEqual(Array.from({ length: FRAMES }, (_, i) => i));
          for (const row of rows) {
            if (row['state'] === 2) expect(acknowledged).toContain(row['sequence']);
            expect(row['stored_at'] === null).toBe(row['state'] === 0 || row['state'] === 1);
          }
          expect(queue.counts().stored).toBe(rows.filter((row) => row['state'] === 2).length);
        }
      }),
      { numRuns: 300 },
    );
  });
});
