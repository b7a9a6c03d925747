import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect, cuff, HOUR, message, NINE_AM } from '../testing/frames.ts';
import { rowsOf } from '../testing/dump.ts';
import { HubHarness } from '../testing/hub-harness.ts';

describe('seeding history', () => {
  let h: HubHarness;
  let path: string;
  beforeEach(async () => {
    h = await HubHarness.open();
    await h.bindCuff();
    path = join(h.dataDir, 'history.ndjson');
  });
  afterEach(() => h.closeAndRemove());

  const day = (n: number) =>
    message([connect, cuff(100 + (n % 100))], { session: `s-${String(n).padStart(4, '0')}`, at: NINE_AM - n * HOUR });
  const write = (lines: readonly string[]) => writeFileSync(path, `${lines.join('\n')}\n\n`);
  const lines = (count: number) => Array.from({ length: count }, (_, n) => JSON.stringify(day(n)));

  it('takes frames in through the log, marked as test data, with progress and without an event for each reading', async () => {
    write(lines(250));
    const before = h.hub.feed.position();
    expect(await h.hub.seed(path)).toEqual({ done: 250, total: 250 });
    await h.hub.projections.caughtUp();
    const newest = await h.reading('s-0000.1:blood-pressure');
    expect(newest).toMatchObject({
      source: 'seed',
      patientId: 'p-1',
      quality: ['test-data'],
      time: { effectiveAt: NINE_AM + 1000 },
    });
    expect(await h.hub.readings.count({ patientId: 'p-1' })).toBe(500);
    const { events } = h.hub.feed.since(before, 1000);
    expect(new Set(events.map(({ event }) => event.type))).toEqual(new Set(['backfill']));
    expect(events.at(-1)?.event).toMatchObject({ done: 250, total: 250 });
    expect((await h.hub.worklist()).backfill).toBeNull();
    expect(rowsOf(h.dataDir, `select distinct source_kind from log where session is not null`)).toEqual([
      { source_kind: 'seed' },
    ]);
  });

  it('may be repeated, goes on where it was stopped, and skips what cannot be read', async () => {
    write(lines(120));
    await h.hub.seed(path);
    write([...lines(130), 'no frames', JSON.stringify({ ...day(131), version: 9 })]);
    expect(await h.hub.seed(path)).toEqual({ done: 132, total: 132 });
    expect(rowsOf(h.dataDir, 'select count(*) as n from log where session is not null')).toEqual([{ n: 130 }]);
    expect(h.events.map(({ code }) => code)).toEqual(['seed-line-rejected', 'seed-line-rejected']);
  });

  it('lets live values through in between', async () => {
    write(lines(5000));
    const seeding = h.hub.seed(path);
    await new Promise<void>((resolve) => h.hub.feed.onChange(resolve));
    expect((await h.hub.worklist()).backfill).toMatchObject({ total: 5000 });
    await h.receive(message([connect, cuff(199)], { session: 'live' }));
    expect(await h.reading('live.1:pulse')).toMatchObject({ source: 'gateway' });
    await h.close();
    const { done } = await seeding;
    expect(done).toBeLessThan(5000);
    h = await HubHarness.open({ dataDir: h.dataDir });
    await h.hub.seed(path);
    await h.hub.projections.caughtUp();
    expect(await h.hub.readings.count({ patientId: 'p-1', metrics: ['pulse'] })).toBe(5001);
  });

  it('says when there is no file', async () => {
    await expect(h.hub.seed(join(h.dataDir, 'nothing'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
