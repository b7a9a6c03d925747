import type { FeedEvent } from '@gaya/protocols/api';
import { FakeBrowser, FakeHub, FakeTime, settle } from '../../testing/fake-feed.ts';
import { SILENCE_MS } from './feed-stream.ts';
import { SharedFeed, type Connection } from './shared-feed.ts';

const device = (deviceId: string): FeedEvent => ({ type: 'device', at: 0, deviceId });

function tab(browser: FakeBrowser, time: FakeTime, hub: FakeHub) {
  const states: Connection[] = [];
  const positions: number[] = [];
  const feed = new SharedFeed(browser.ports(time, hub), {
    connection: (connection) => states.push(connection),
    events: (events) => positions.push(...events.map((e) => e.position)),
  });
  return { feed, states, positions, last: () => states.at(-1)?.state };
}

function setup() {
  const [time, hub, browser] = [new FakeTime(), new FakeHub(), new FakeBrowser()];
  return { time, hub, browser, open: () => tab(browser, time, hub) };
}

describe('feed of one tab', () => {
  it('opens only when a page says from where, and goes on from there', async () => {
    const { hub, open } = setup();
    const page = open();
    await settle();
    expect(hub.asked).toEqual([]);
    page.feed.need(7);
    await settle();
    hub.send(8, device('d-1'));
    await settle();
    expect(hub.asked).toEqual(['/api/feed?after=7']);
    expect(page.positions).toEqual([8]);
    expect(page.last()).toBe('live');
  });

  it('counts a heartbeat as a sign of life', async () => {
    const { hub, time, open } = setup();
    const page = open();
    page.feed.need(0);
    await settle();
    for (let i = 0; i < 5; i++) {
      hub.beat();
      await settle();
      await time.advance(10_000);
    }
    expect(page.states.some((s) => s.state === 'lost')).toBe(false);
    expect(hub.asked).toHaveLength(1);
  });

  it('says lost after a silence, with the time of the last sign of life, and comes back from the last position', async () => {
    const { hub, time, open } = setup();
    const page = open();
    page.feed.need(3);
    await settle();
    hub.send(4, device('d-1'));
    await settle();
    const heardAt = time.now;
    await time.advance(SILENCE_MS - 1);
    expect(page.last()).toBe('live');
    await time.advance(1);
    expect(page.states.at(-1)).toMatchObject({ state: 'lost', heardAt, retry: { attempt: 1 } });
    await time.advance(1000);
    expect(hub.asked.at(-1)).toBe('/api/feed?after=4');
    hub.send(5, device('d-2'));
    await settle();
    expect(page.last()).toBe('live');
    expect(page.positions).toEqual([4, 5]);
  });

  it('waits longer after each refusal and counts the attempts', async () => {
    const { hub, time, open } = setup();
    hub.refuse = true;
    const page = open();
    page.feed.need(0);
    await settle();
    await time.advance(500);
    await time.advance(1000);
    const retries = page.states.flatMap((s) => (s.state === 'lost' ? [s.retry.attempt] : []));
    expect(retries).toEqual([1, 2, 3]);
    const asked = hub.asked.length;
    await time.advance(1999);
    expect(hub.asked).toHaveLength(asked);
    await time.advance(1);
    expect(hub.asked).toHaveLength(asked + 1);
  });

  it('tries at once when a person asks for it', async () => {
    const { hub, open } = setup();
    const page = open();
    page.feed.need(0);
    await settle();
    hub.cut();
    await settle();
    page.feed.retryNow();
    await settle();
    expect(hub.asked).toHaveLength(2);
  });

  it('takes the position of a reset even when it is lower', async () => {
    const { hub, time, open } = setup();
    const page = open();
    page.feed.need(900);
    await settle();
    hub.send(12, { type: 'reset', at: 0 });
    await settle();
    hub.cut();
    await settle();
    await time.advance(500);
    expect(hub.asked.at(-1)).toBe('/api/feed?after=12');
    expect(page.positions).toEqual([12]);
  });

  it('does not stumble over an event that is not JSON', async () => {
    const { hub, open } = setup();
    const page = open();
    page.feed.need(0);
    await settle();
    hub.write('id: 1\ndata: {"type":\n\n');
    hub.send(2, device('d-1'));
    await settle();
    expect(page.positions).toEqual([2]);
  });
});

describe('feed of several tabs', () => {
  it('is one connection, and every tab gets every event', async () => {
    const { hub, open } = setup();
    const [first, second] = [open(), open()];
    first.feed.need(5);
    await settle();
    second.feed.need(5);
    await settle();
    hub.send(6, device('d-1'));
    await settle();
    expect(hub.asked).toHaveLength(1);
    expect([first.positions, second.positions]).toEqual([[6], [6]]);
    expect(second.last()).toBe('live');
  });

  it('opens when only a following tab has a page', async () => {
    const { hub, open } = setup();
    open();
    open().feed.need(9);
    await settle();
    expect(hub.asked).toEqual(['/api/feed?after=9']);
  });

  it('goes on from the last position in the next tab when the leading one closes', async () => {
    const { hub, browser, open } = setup();
    const [first, second] = [open(), open()];
    first.feed.need(5);
    second.feed.need(5);
    await settle();
    hub.send(6, device('d-1'));
    await settle();
    first.feed.close();
    browser.releaseLock();
    await settle();
    hub.send(7, device('d-2'));
    await settle();
    expect(hub.asked.at(-1)).toBe('/api/feed?after=6');
    expect(second.positions).toEqual([6, 7]);
  });

  it('tells the other tabs that the connection is lost', async () => {
    const { hub, open } = setup();
    const [first, second] = [open(), open()];
    first.feed.need(0);
    second.feed.need(0);
    await settle();
    hub.beat();
    await settle();
    hub.cut();
    await settle();
    expect([first.last(), second.last()]).toEqual(['lost', 'lost']);
  });

  it('takes over from a leading tab that has fallen silent', async () => {
    const { hub, time, open } = setup();
    const [first, second] = [open(), open()];
    first.feed.need(0);
    second.feed.need(0);
    await settle();
    hub.beat();
    await settle();
    // The leader is frozen: it neither tells nor closes. Its channel is gone, its stream still open.
    first.feed.close();
    await time.advance(20_000);
    expect(second.states.some((s) => s.state === 'lost')).toBe(true);
    hub.beat();
    await settle();
    expect(second.last()).toBe('live');
  });
});
