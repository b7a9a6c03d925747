import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../db/database.ts';
import { migrate } from '../db/migrate.ts';
import { connect, cuff, cuffStream, message, NINE_AM } from '../testing/frames.ts';
import { HubHarness } from '../testing/hub-harness.ts';
import { SqliteFeed, type NewEvent } from './feed.ts';

const event = (at: number): NewEvent => ({ type: 'event', event: { type: 'records', at } });

describe('the feed', () => {
  let folder: string;
  let db: Database;
  let feed: SqliteFeed;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gaya-feed-'));
    db = Database.openIn(folder);
    migrate(db, () => 0);
    feed = new SqliteFeed(db, 'default', () => 0);
  });
  afterEach(() => {
    db.close();
    rmSync(folder, { recursive: true });
  });

  const append = (events: readonly NewEvent[]) => db.transaction(() => feed.append(events));

  it('goes on where a client was, in order and without a gap', () => {
    append([event(1), event(2)]);
    append([event(3), event(4), event(5)]);
    const first = feed.since(1, 3);
    expect(first.events.map(({ position }) => position)).toEqual([2, 3, 4]);
    expect(feed.since(4, 3).events.map(({ event: { at } }) => at)).toEqual([5]);
    expect(feed.since(5, 3)).toEqual({ reset: false, events: [] });
    expect(new SqliteFeed(db, 'default', () => 0).position()).toBe(5);
  });

  it('resets a client whose position is older than the feed, or not of this store', () => {
    append(Array.from({ length: 55_001 }, (_, i) => event(i)));
    expect(feed.position()).toBe(55_001);
    expect(feed.since(0, 10).reset).toBe(true);
    expect(feed.since(5_000, 10).reset).toBe(true);
    expect(feed.since(5_001, 1)).toMatchObject({ reset: false, events: [{ position: 5_002 }] });
    expect(feed.since(55_002, 10).reset).toBe(true);
  });

  it('forgets positions of a transaction that failed', () => {
    append([event(1)]);
    const failing = () =>
      db.transaction(() => {
        feed.append([event(2), event(3)]);
        throw new Error('full');
      });
    expect(failing).toThrow('full');
    expect(feed.position()).toBe(1);
    append([event(4)]);
    expect(feed.since(1, 10).events.map(({ event: { at } }) => at)).toEqual([4]);
  });

  it('belongs to one organisation', () => {
    append([event(1)]);
    expect(new SqliteFeed(db, 'other', () => 0).since(0, 10)).toEqual({ reset: false, events: [] });
  });
});

describe('events of the hub', () => {
  it('tell the newest version of a reading, after the commit', async () => {
    const h = await HubHarness.open();
    await h.bindCuff();
    const before = h.hub.feed.position();
    const seen: number[] = [];
    h.hub.feed.onChange(() => seen.push(h.hub.feed.position()));
    await h.receive(message([connect, cuff(120)]));
    await h.hub.decisions.setAside('s-001.1:pulse', { reason: 'x' }, 'doctor');
    const { events } = h.hub.feed.since(before, 10);
    const told = events.map(({ event: e }) =>
      e.type === 'reading' ? `${e.reading.readingId} v${e.reading.version}` : e.type,
    );
    expect(told).toEqual(['s-001.1:blood-pressure v1', 's-001.1:pulse v2', 's-001.1:pulse v2']);
    expect(seen.at(-1)).toBe(h.hub.feed.position());
    await h.closeAndRemove();
  });

  it('tell the newest sample of a stream, at most once a second for each patient and metric', async () => {
    const h = await HubHarness.open();
    await h.bindCuff();
    const before = h.hub.feed.position();
    const stream = (first: number) => message([cuffStream(50 + first), cuffStream(51 + first)], { first });
    await h.receive(message([connect]), stream(1));
    await h.receive(stream(3));
    h.now = NINE_AM + 5000;
    await h.receive(stream(5));
    const values = h.hub.feed
      .since(before, 20)
      .events.flatMap(({ event: e }) =>
        e.type === 'reading' && e.reading.metric === 'cuff-pressure'
          ? [[e.reading.kind, e.reading.components[0]?.value]]
          : [],
      );
    expect(values).toEqual([
      ['sample', '52'],
      ['sample', '56'],
    ]);
    const latest = await h.hub.readings.latest('p-1');
    expect(latest[0]).toMatchObject({ readingId: 's-001.6:cuff-pressure', kind: 'sample', patientId: 'p-1' });
    expect(await h.hub.readings.explain('s-001.6:cuff-pressure')).toMatchObject({
      reading: { patientId: 'p-1', components: [{ value: '56' }] },
      frame: { characteristic: '2a36', sequence: 6 },
    });
    await h.closeAndRemove();
  });
});
