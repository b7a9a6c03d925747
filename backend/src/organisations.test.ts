import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect, CUFF, cuff, cuffStream, DAY, message, NINE_AM } from './testing/frames.ts';
import { HubHarness } from './testing/hub-harness.ts';

describe('two organisations in one store', () => {
  let a: HubHarness;
  let b: HubHarness;
  beforeEach(async () => {
    a = await HubHarness.open({ organisation: 'a' });
    b = await HubHarness.open({ organisation: 'b', dataDir: a.dataDir });
  });
  afterEach(async () => {
    await b.close();
    await a.closeAndRemove();
  });

  it('do not see each other, though every id is the same', async () => {
    await a.bindCuff();
    await a.hub.gateways.create({ label: 'Home', gatewayId: 'gw-1', secret: 'of-a' }, 'test');
    await a.receive(message([connect, cuff(121), cuffStream(60)]));
    await a.hub.decisions.setAside('s-001.1:pulse', { reason: 'x' }, 'doctor');
    a.hub.ingest.receive('nonsense', Buffer.from('x'));
    a.hub.ingest.flush();

    const { hub } = b;
    expect(await hub.patients.list()).toEqual([]);
    expect(await hub.devices.list()).toEqual([]);
    expect(await hub.gateways.list()).toEqual([]);
    expect(hub.gateways.verify('gw-1', 'of-a')).toBe(false);
    expect(hub.gateways.allowList('gw-1').devices).toEqual([]);
    expect(await hub.bindings.list()).toEqual([]);
    expect(await hub.readings.byId('s-001.1:blood-pressure')).toBeNull();
    expect(await hub.readings.versions('s-001.1:pulse')).toEqual([]);
    expect(await hub.readings.explain('s-001.1:blood-pressure')).toBeNull();
    expect(await hub.readings.ofPatient({ patientId: 'p-1' })).toEqual([]);
    expect(await hub.readings.latest('p-1')).toEqual([]);
    expect(await hub.readings.tray()).toEqual([]);
    expect(hub.feed.position()).toBe(0);
    expect(await hub.quarantine()).toEqual([]);
    expect((await hub.worklist()).rows).toEqual([]);
    expect(await hub.health()).toMatchObject({
      log: { entries: 0, lastReceivedAt: null },
      quarantine: 0,
      gateways: { total: 0 },
    });
    const query = { patientId: 'p-1', metric: 'blood-pressure', component: 'systolic', buckets: 10 };
    expect((await hub.series.query({ ...query, from: NINE_AM - DAY, to: NINE_AM + DAY })).t).toEqual([]);
    await expect(hub.decisions.bind({ deviceId: CUFF, patientId: 'p-1', from: 0 }, 'x')).rejects.toMatchObject({
      code: 'unknown-device',
    });
    await expect(hub.decisions.setAside('s-001.1:blood-pressure', { reason: 'x' }, 'x')).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('each keep the same frames as their own, and a replay of one leaves the other alone', async () => {
    await a.bindCuff();
    await b.bindCuff('p-9');
    const body = message([connect, cuff(121)]);
    await a.receive(body);
    await b.receive(body);
    expect(await a.reading('s-001.1:pulse')).toMatchObject({ patientId: 'p-1' });
    expect(await b.reading('s-001.1:pulse')).toMatchObject({ patientId: 'p-9' });
    await b.hub.replay();
    expect(await a.reading('s-001.1:pulse')).toMatchObject({ patientId: 'p-1', version: 1 });
    const query = { metric: 'pulse', component: 'value', from: NINE_AM - DAY, to: NINE_AM + DAY, buckets: 10 };
    expect((await a.hub.series.query({ ...query, patientId: 'p-1' })).mean).toEqual([70]);
    expect((await b.hub.series.query({ ...query, patientId: 'p-9' })).mean).toEqual([70]);
  });
});
