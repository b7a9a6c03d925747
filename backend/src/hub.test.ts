import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect, cuff, DAY, message, NINE_AM } from './testing/frames.ts';
import { HubHarness } from './testing/hub-harness.ts';

describe('the hub', () => {
  let h: HubHarness;
  beforeEach(async () => {
    h = await HubHarness.open();
  });
  afterEach(() => h.closeAndRemove());

  it('takes a cuff reading from octets to the worklist, the series and the feed', async () => {
    await h.bindCuff();
    const before = h.hub.feed.position();
    await h.receive(message([connect, cuff(128)]));
    const reading = await h.reading('s-001.1:blood-pressure');
    expect(reading).toMatchObject({
      version: 1,
      kind: 'spot',
      status: 'current',
      patientId: 'p-1',
      trayReason: null,
      source: 'gateway',
      time: { effectiveAt: NINE_AM + 1000, verdict: 'received-live', receivedAt: NINE_AM },
    });
    expect(reading.components[0]).toEqual({ component: 'systolic', value: '128', unit: 'mm[Hg]', absent: null });
    h.now = NINE_AM + 60_000;
    const [row] = (await h.hub.worklist()).rows;
    expect(row?.latest.map(({ metric }) => metric)).toEqual(['blood-pressure', 'pulse']);
    expect(row?.latest[0]?.spark.at(-1)).toBe(128);
    const query = { patientId: 'p-1', metric: 'blood-pressure', from: NINE_AM - DAY, to: NINE_AM + DAY, buckets: 100 };
    const series = await h.hub.series.query({ ...query, component: 'diastolic' });
    expect(series).toMatchObject({ unit: 'mm[Hg]', stepMs: 0, t: [NINE_AM + 1000], mean: [80], n: [1] });
    const { events } = h.hub.feed.since(before, 10);
    expect(events.map(({ event }) => event.type)).toEqual(['reading', 'reading']);
  });

  it('acknowledges what is stored, with its epoch and time', async () => {
    await h.receive(message([connect, cuff(128)]), message([cuff(130)], { first: 2 }));
    expect(h.acks).toEqual([
      [
        'gw-1',
        {
          schema: 'gaya.acks',
          version: 1,
          epoch: h.hub.epoch,
          serverTime: NINE_AM,
          stored: [{ session: 's-001', first: 0, last: 2 }],
          rejected: [],
        },
      ],
    ]);
  });
});
