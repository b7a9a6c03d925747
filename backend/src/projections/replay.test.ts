import type { Component, DecimalText } from '@gaya/protocols/readings/reading';
import { afterEach, describe, expect, it } from 'vitest';
import { connect, CUFF, cuff, message, NINE_AM } from '../testing/frames.ts';
import { dumpOf, rowsOf } from '../testing/dump.ts';
import { HubHarness } from '../testing/hub-harness.ts';
import { MOVED_AT, scenario } from '../testing/scenario.ts';
import { protocolsInterpreter, type Interpreter, type Outcome } from './interpreter.ts';

/** The interpreter with something else made of each outcome. */
function changed(change: (outcome: Outcome) => Outcome[]): Interpreter {
  return {
    ...protocolsInterpreter,
    interpret: (state, frame) => {
      const step = protocolsInterpreter.interpret(state, frame);
      return { state: step.state, outcomes: step.outcomes.flatMap(change) };
    },
  };
}

const isReading = (outcome: Outcome) => outcome.kind === 'readings';

function plusHalf(component: Component): Component {
  return component.value === null ? component : { ...component, value: `${component.value}.5` satisfies DecimalText };
}

const withHalves = changed((outcome) =>
  outcome.kind === 'readings'
    ? [{ ...outcome, readings: outcome.readings.map((r) => ({ ...r, components: r.components.map(plusHalf) })) }]
    : [outcome],
);

const withoutPulse = changed((outcome) =>
  outcome.kind === 'readings'
    ? [{ ...outcome, readings: outcome.readings.filter((r) => r.metric !== 'pulse') }]
    : [outcome],
);

const blind = changed((outcome) =>
  isReading(outcome) ? [{ kind: 'undecodable', frameId: outcome.frameId, code: 'truncated', offset: 1 }] : [outcome],
);

describe('replay', () => {
  let h: HubHarness;
  afterEach(() => h.closeAndRemove());

  const reopenWith = async (interpreter: Interpreter) => {
    await h.close();
    h = await HubHarness.open({ dataDir: h.dataDir, interpreter });
  };

  const openFull = async (interpreter = protocolsInterpreter) => {
    h = await HubHarness.open({ interpreter });
    await h.bindCuff('p-1', 0, MOVED_AT);
    await h.bindCuff('p-2', MOVED_AT);
    await h.receive(...scenario());
  };

  const decide = async () => {
    const { decisions } = h.hub;
    await decisions.setAside('s-50.1:blood-pressure', { reason: 'arm' }, 'doctor');
    await decisions.correct(
      's-30.1:pulse',
      { components: [{ component: 'value', value: '71' }], reason: 'typo' },
      'doctor',
    );
    await decisions.file('s-31.1:blood-pressure', { patientId: 'p-2' }, 'nurse');
    const components = [{ component: 'value', value: '36.4' }];
    const entry = { metric: 'body-temperature', components, measuredAt: NINE_AM };
    const { readingId } = await decisions.enterManually('p-1', entry, 'nurse');
    await decisions.setAside(readingId, { reason: 'unsure' }, 'nurse');
  };

  it('gives the same state and no new versions when nothing has changed', async () => {
    await openFull();
    await decide();
    const before = dumpOf(h.dataDir);
    const result = await h.hub.replay();
    expect(result.newVersions).toBe(0);
    expect(result.entries).toBe((await h.hub.health()).log.entries);
    expect(dumpOf(h.dataDir)).toEqual(before);
    await h.hub.replay();
    expect(dumpOf(h.dataDir)).toEqual(before);
  });

  it('makes again what was lost besides the readings', async () => {
    await openFull();
    await decide();
    const before = dumpOf(h.dataDir);
    await h.close();
    const db = h.openStore();
    for (const table of ['point', 'sample_extent', 'latest', 'session', 'device_state', 'frame_fingerprint'])
      db.exec(`delete from ${table}`);
    db.close();
    h = await HubHarness.open({ dataDir: h.dataDir });
    await h.hub.replay();
    expect(dumpOf(h.dataDir)).toEqual(before);
  });

  it('goes on where it was when it is interrupted', async () => {
    await openFull();
    const before = dumpOf(h.dataDir);
    const replay = h.hub.replay();
    await reopenWith(protocolsInterpreter);
    await replay;
    await h.hub.projections.caughtUp();
    expect(dumpOf(h.dataDir)).toEqual(before);
  });

  it('makes new versions where a codec says something else, under the same decisions', async () => {
    await openFull();
    await decide();
    await reopenWith(withHalves);
    const { newVersions } = await h.hub.replay();
    expect(newVersions).toBeGreaterThan(10);
    expect(await h.reading('s-10.4:blood-pressure')).toMatchObject({ version: 2 });
    expect((await h.reading('s-10.4:blood-pressure')).components[0]?.value).toBe('132.5');
    expect((await h.hub.readings.version('s-10.4:blood-pressure', 1))?.components[0]?.value).toBe('132');
    expect(await h.reading('s-50.1:blood-pressure')).toMatchObject({ status: 'set-aside', version: 3 });
    expect((await h.reading('s-30.1:pulse')).components[0]?.value).toBe('71');
    expect(await h.reading('s-31.1:blood-pressure')).toMatchObject({ patientId: 'p-2' });
    const line = {
      patientId: 'p-1',
      metric: 'blood-pressure',
      component: 'systolic',
      from: 0,
      to: NINE_AM * 2,
      buckets: 100,
    };
    expect((await h.hub.series.query(line)).mean.every((value) => value % 1 === 0.5)).toBe(true);
    expect((await h.hub.series.query({ ...line, metric: 'cuff-pressure', component: 'value' })).mean[0]).toBe(50.5);
  });

  it('supersedes readings that a codec no longer makes, and leaves nothing that points to them', async () => {
    await openFull();
    await decide();
    await reopenWith(withoutPulse);
    await h.hub.replay();
    expect(await h.reading('s-30.1:pulse')).toMatchObject({ status: 'superseded', patientId: 'p-1' });
    expect(await h.reading('s-10.1:blood-pressure')).toMatchObject({ status: 'current', version: 1 });
    expect(rowsOf(h.dataDir, `select * from latest where metric = 'pulse'`)).toEqual([]);
    const pulses = `select count(*) as n from point join series_key using (sid) where metric = 'pulse'`;
    expect(rowsOf(h.dataDir, pulses)).toEqual([{ n: 0 }]);
    const dangling = `select l.reading_id from latest l left join reading r
      on r.organisation = l.organisation and r.reading_id = l.reading_id
      where l.kind = 'spot' and (r.reading_id is null or r.usable = 0)`;
    expect(rowsOf(h.dataDir, dangling)).toEqual([]);
    await expect(h.hub.decisions.setAside('s-30.1:pulse', { reason: 'x' }, 'a')).rejects.toMatchObject({
      code: 'superseded',
    });
    await reopenWith(protocolsInterpreter);
    await h.hub.replay();
    const back = await h.reading('s-30.1:pulse');
    expect(back).toMatchObject({ status: 'current', note: 'typo' });
    expect(back.components[0]?.value).toBe('71');
  });

  it('turns frames that could not be decoded into readings once the codec is fixed', async () => {
    await openFull(blind);
    const undecodable = (await h.hub.health()).undecodable;
    expect(undecodable).toBeGreaterThan(10);
    expect(await h.hub.readings.byId('s-10.4:blood-pressure')).toBeNull();
    await reopenWith(protocolsInterpreter);
    await h.hub.replay();
    const repaired = dumpOf(h.dataDir);
    expect((await h.hub.health()).undecodable).toBe(1);
    await h.closeAndRemove();
    await openFull();
    expect(repaired).toEqual(dumpOf(h.dataDir));
  });

  it('records a frame that makes the interpreter throw, skips it, and takes it when the bug is fixed', async () => {
    const buggy = changed((outcome) => {
      if (outcome.frameId === 's-001.1') throw new TypeError('a bug');
      return [outcome];
    });
    h = await HubHarness.open({ interpreter: buggy });
    await h.bindCuff();
    await h.receive(message([connect, cuff(121), cuff(122)]));
    expect(h.hub.projections.status()).toEqual([{ name: 'readings', lagEntries: 0, failed: 1 }]);
    expect(await h.hub.readings.byId('s-001.1:pulse')).toBeNull();
    expect(await h.reading('s-001.2:pulse')).toMatchObject({ status: 'current' });
    await reopenWith(protocolsInterpreter);
    await h.hub.replay();
    expect(h.hub.projections.status()).toEqual([{ name: 'readings', lagEntries: 0, failed: 0 }]);
    expect(await h.reading('s-001.1:pulse')).toMatchObject({ status: 'current', device: CUFF });
  });

  it('obeys an erasure: the tombstone stays, the reading is superseded', async () => {
    await openFull();
    await h.close();
    const db = h.openStore();
    db.exec(`update log set body = null, erased_at = 1, erased_reason = 'asked for' where session = 's-50'`);
    db.close();
    h = await HubHarness.open({ dataDir: h.dataDir });
    const entries = (await h.hub.health()).log.entries;
    await h.hub.replay();
    expect(await h.reading('s-50.1:blood-pressure')).toMatchObject({ status: 'superseded' });
    await h.receive(...scenario().filter(({ session }) => session === 's-50'));
    expect((await h.hub.health()).log.entries).toBe(entries);
  });
});
