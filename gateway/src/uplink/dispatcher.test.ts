import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Queue } from '../queue/queue.ts';
import { FakeUplink } from '../testing/fake-uplink.ts';
import { connectFrame, frame, session } from '../testing/frames.ts';
import { Dispatcher } from './dispatcher.ts';

const ANSWER_MS = 30_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function rig(sessions = 1) {
  const queue = new Queue(':memory:');
  const ids = Array.from({ length: sessions }, (_, i) => `session-${i}`);
  for (const id of ids) queue.openSession(session(id), connectFrame(id));
  const uplink = new FakeUplink();
  const clock = { mono: 0 };
  const troubles: string[] = [];
  const dispatcher = new Dispatcher({
    queue,
    uplink,
    gateway: 'gateway-1',
    zone: 'UTC',
    mono: () => clock.mono,
    answerMs: ANSWER_MS,
    longestAnswerMs: 600_000,
    onTrouble: (what) => troubles.push(what),
  });
  uplink.onAck((ack) => dispatcher.ack(ack));
  const pass = async (ms: number): Promise<void> => {
    clock.mono += ms;
    vi.advanceTimersByTime(1_000);
    await settle();
  };
  const sent = (): string[] =>
    uplink.messages.map((m) => `${m.session} ${m.frames[0]?.sequence}-${m.frames.at(-1)?.sequence}`);
  return { queue, uplink, dispatcher, troubles, pass, sent };
}
/** Everything that follows from what was done. */
const settle = async (): Promise<void> => {
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
};

describe('the dispatcher', () => {
  it('publishes nothing before it is opened, then all in order', async () => {
    const { queue, dispatcher, sent } = rig(2);
    dispatcher.kick();
    await settle();
    expect(sent()).toEqual([]);
    queue.commit([frame('01', { session: 'session-0' })]);
    dispatcher.setOpen(true);
    await settle();
    expect(sent()).toEqual(['session-0 0-1', 'session-1 0-0']);
    expect(queue.counts()).toMatchObject({ queued: 0, stored: 3 });
  });

  it('sends what is committed later when it is kicked', async () => {
    const { queue, dispatcher, sent } = rig();
    dispatcher.setOpen(true);
    await settle();
    queue.commit([frame('01', { session: 'session-0' })]);
    dispatcher.kick();
    await settle();
    expect(sent()).toEqual(['session-0 0-0', 'session-0 1-1']);
  });

  it('has a limited number of messages without an answer', async () => {
    const { queue, uplink, dispatcher, sent, pass } = rig(40);
    uplink.answers = false;
    dispatcher.setOpen(true);
    await settle();
    expect(sent()).toHaveLength(16);
    expect(queue.counts()).toMatchObject({ published: 16, queued: 24 });
    uplink.messages.slice(0, 5).forEach((m) => uplink.store(m));
    await settle();
    expect(sent()).toHaveLength(21);
    await pass(ANSWER_MS - 1);
    expect(sent()).toHaveLength(21);
  });

  it('publishes again, with the same ids, what was not answered for', async () => {
    const { queue, uplink, dispatcher, sent, pass } = rig();
    uplink.answers = false;
    dispatcher.setOpen(true);
    await settle();
    await pass(ANSWER_MS);
    expect(sent()).toEqual(['session-0 0-0', 'session-0 0-0']);
    await pass(ANSWER_MS);
    expect(sent()).toHaveLength(2);
    await pass(ANSWER_MS);
    expect(sent()).toHaveLength(3);
    uplink.answers = true;
    await pass(4 * ANSWER_MS);
    expect(queue.counts().stored).toBe(1);
    await pass(100 * ANSWER_MS);
    expect(sent()).toHaveLength(4);
  });

  it('publishes at once again what was not answered for when the connection comes back', async () => {
    const { queue, uplink, dispatcher, sent } = rig(2);
    uplink.answers = false;
    dispatcher.setOpen(true);
    await settle();
    expect(sent()).toHaveLength(2);
    dispatcher.setOpen(false);
    uplink.answers = true;
    dispatcher.setOpen(true);
    await settle();
    expect(sent()).toHaveLength(4);
    expect(queue.counts().stored).toBe(2);
  });

  it('keeps what the broker did not take, and tries again', async () => {
    const { queue, uplink, dispatcher, troubles, pass } = rig();
    uplink.takes = false;
    dispatcher.setOpen(true);
    await settle();
    expect(queue.counts().queued).toBe(1);
    expect(troubles).toEqual(['not connected to the broker']);
    uplink.takes = true;
    await pass(1_000);
    expect(queue.counts().stored).toBe(1);
  });

  it('sends all again to a hub that was restored', async () => {
    const { queue, uplink, dispatcher, sent } = rig(3);
    dispatcher.setOpen(true);
    await settle();
    expect(sent()).toHaveLength(3);
    uplink.epoch = 'epoch-2';
    uplink.stored = new Map();
    uplink.ack({});
    await settle();
    expect(sent()).toHaveLength(6);
    expect([...uplink.stored.keys()]).toEqual(['session-0.0', 'session-1.0', 'session-2.0']);
    expect(queue.counts().stored).toBe(3);
  });

  it('sends again on command what was stored since a time', async () => {
    const { uplink, dispatcher, sent } = rig(2);
    dispatcher.setOpen(true);
    await settle();
    dispatcher.resend({
      schema: 'gaya.commands',
      version: 1,
      kind: 'resend',
      epoch: 'epoch-2',
      since: uplink.serverTime,
    });
    await settle();
    expect(sent()).toHaveLength(4);
  });

  it('tells the reason of a rejection and does not send it again', async () => {
    const { queue, uplink, dispatcher, troubles, sent, pass } = rig();
    uplink.answers = false;
    dispatcher.setOpen(true);
    await settle();
    uplink.ack({ rejected: [{ session: 'session-0', first: 0, last: 0, reason: 'unknown-version' }] });
    await pass(ANSWER_MS);
    expect(troubles).toEqual(['the hub rejected frames: unknown-version']);
    expect(queue.counts().dead).toBe(1);
    expect(sent()).toHaveLength(1);
  });
});
