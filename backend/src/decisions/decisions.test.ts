import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clockRead, connect, CUFF, cuff, cuffStream, DAY, HOUR, message, MINUTE, NINE_AM } from '../testing/frames.ts';
import { HubHarness } from '../testing/hub-harness.ts';

describe('decisions', () => {
  let h: HubHarness;
  beforeEach(async () => {
    h = await HubHarness.open();
    await h.patient('p-1');
    await h.patient('p-2');
    await h.hub.devices.create({ profile: 'blood-pressure', label: 'Cuff' }, 'test', { deviceId: CUFF });
  });
  afterEach(() => h.closeAndRemove());

  const bind = (patientId: string, from: number, to: number | null = null, userSlot: number | null = null) =>
    h.hub.decisions.bind({ deviceId: CUFF, patientId, from, to, userSlot }, 'nurse');
  const points = async (patientId: string, component = 'systolic', metric = 'blood-pressure') => {
    const query = { patientId, metric, component, from: NINE_AM - DAY, to: NINE_AM + DAY, buckets: 1000 };
    return (await h.hub.series.query(query)).mean;
  };
  const whose = async (readingId: string) => {
    const { patientId, trayReason } = await h.reading(readingId);
    return patientId ?? trayReason;
  };

  describe('about bindings', () => {
    it('files a backlog by the time at which each value was measured, not by when it came', async () => {
      await bind('p-1', NINE_AM - DAY, NINE_AM - 2 * HOUR);
      await bind('p-2', NINE_AM - 2 * HOUR);
      const [early, late] = [NINE_AM - 3 * HOUR, NINE_AM - HOUR];
      // The device's clock runs 25 minutes behind; the clock is read before the backlog comes.
      const behind = 25 * MINUTE;
      const backlog = [cuff(121, { deviceAt: early - behind }), cuff(122, { deviceAt: late - behind })];
      await h.receive(message([connect, clockRead(NINE_AM + 1000 - behind), ...backlog]));
      expect((await h.reading('s-001.2:blood-pressure')).time).toMatchObject({
        effectiveAt: early,
        verdict: 'device-clock-mapped',
        clockOffsetMs: -behind,
      });
      expect(await whose('s-001.2:blood-pressure')).toBe('p-1');
      expect(await whose('s-001.3:blood-pressure')).toBe('p-2');
      expect(await points('p-1')).toEqual([121]);
      expect(await points('p-2')).toEqual([122]);
    });

    it('guesses nobody when the uncertainty reaches over the edge of a binding', async () => {
      await bind('p-1', NINE_AM - DAY, NINE_AM);
      await bind('p-2', NINE_AM);
      // A stamp of eight o'clock and no clock to read: measured at some time between eight and the reception.
      const stamped = cuff(121, { deviceAt: NINE_AM - HOUR });
      await h.receive(
        message([connect, stamped], { session: 's-1', at: NINE_AM - 10 * MINUTE }),
        message([connect, cuff(122, { deviceAt: NINE_AM - HOUR })], { session: 's-2', at: NINE_AM + 10 * MINUTE }),
        message([connect, cuff(123)], { session: 's-3', at: NINE_AM - 1000 - 15 }),
        message([connect, cuff(124)], { session: 's-4', at: NINE_AM - 1000 + 25 }),
      );
      expect(await whose('s-1.1:blood-pressure')).toBe('p-1');
      expect(await whose('s-2.1:blood-pressure')).toBe('time-at-binding-edge');
      expect(await whose('s-3.1:blood-pressure')).toBe('time-at-binding-edge');
      expect(await whose('s-4.1:blood-pressure')).toBe('p-2');
    });

    it('does not call it an edge where the same patient goes on', async () => {
      await bind('p-1', NINE_AM - DAY, NINE_AM + 1000);
      await bind('p-1', NINE_AM + 1000);
      await h.receive(message([connect, cuff(121)]));
      expect(await whose('s-001.1:blood-pressure')).toBe('p-1');
    });

    it('keeps in the tray what has no time, and what a shared cuff does not say whose it is', async () => {
      await bind('p-1', 0, null, 1);
      await bind('p-2', 0, null, 2);
      await h.receive(
        message([
          connect,
          cuff(121, { userSlot: 1 }),
          cuff(122, { userSlot: 2 }),
          cuff(123),
          cuff(124, { userSlot: 3 }),
        ]),
        message([connect, cuff(125, { userSlot: 1 })], { session: 's-002', synced: false, boot: 'never-synced' }),
      );
      expect(await whose('s-001.1:blood-pressure')).toBe('p-1');
      expect(await whose('s-001.2:blood-pressure')).toBe('p-2');
      expect(await whose('s-001.3:blood-pressure')).toBe('slot-unknown');
      expect(await whose('s-001.4:blood-pressure')).toBe('unbound');
      expect(await whose('s-002.1:blood-pressure')).toBe('time-unknown');
      expect((await h.hub.worklist()).unassigned).toBe(6);
    });

    it('files again when a binding turns out to have been recorded wrongly, and keeps the old belief', async () => {
      const { bindingId } = await bind('p-1', 0);
      await h.receive(message([connect, cuff(121), cuffStream(60), cuffStream(61)]));
      expect(await points('p-1')).toEqual([121]);
      const believedBefore = NINE_AM;
      h.now = NINE_AM + HOUR;
      const corrected = { deviceId: CUFF, patientId: 'p-2', from: 0, to: null };
      await h.hub.decisions.correctBinding(bindingId, corrected, 'nurse', 'mixed up');
      expect(await whose('s-001.1:blood-pressure')).toBe('p-2');
      expect(await points('p-1')).toEqual([]);
      expect(await points('p-1', 'value', 'cuff-pressure')).toEqual([]);
      expect(await points('p-2')).toEqual([121]);
      expect(await points('p-2', 'value', 'cuff-pressure')).toEqual([60, 61]);
      expect((await h.hub.readings.versions('s-001.1:blood-pressure')).map((v) => [v.version, v.patientId])).toEqual([
        [1, 'p-1'],
        [2, 'p-2'],
      ]);
      expect(await h.hub.readings.latest('p-1')).toEqual([]);
      expect((await h.hub.readings.latest('p-2')).map(({ metric }) => metric)).toEqual([
        'blood-pressure',
        'cuff-pressure',
        'pulse',
      ]);
      const patientsAt = async (knownAt?: number) =>
        (await h.hub.bindings.ofDevice(CUFF, knownAt === undefined ? {} : { knownAt })).map((b) => b.patientId);
      expect(await patientsAt()).toEqual(['p-2']);
      expect(await patientsAt(believedBefore)).toEqual(['p-1']);
    });

    it('takes readings back when a binding ends earlier or is withdrawn', async () => {
      const { bindingId } = await bind('p-1', 0);
      await h.receive(message([connect, cuff(121), cuff(122)]));
      await h.hub.decisions.endBinding(bindingId, NINE_AM + 1500, 'nurse');
      expect(await whose('s-001.1:blood-pressure')).toBe('p-1');
      expect(await whose('s-001.2:blood-pressure')).toBe('unbound');
      await h.hub.decisions.withdrawBinding(bindingId, 'nurse', 'never so');
      expect(await whose('s-001.1:blood-pressure')).toBe('unbound');
      expect(await h.hub.bindings.list()).toEqual([]);
      expect(await points('p-1')).toEqual([]);
    });

    it('refuses what cannot be, also when two decide at once', async () => {
      const both = await Promise.allSettled([bind('p-1', NINE_AM), bind('p-2', NINE_AM + HOUR)]);
      expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
      const [{ bindingId } = { bindingId: '' }] = await h.hub.bindings.list();
      await expect(bind('p-3', 0, 1)).rejects.toMatchObject({ code: 'unknown-patient' });
      await expect(bind('p-1', 5, 5)).rejects.toMatchObject({ code: 'invalid-interval' });
      await expect(bind('p-2', 0, NINE_AM + 1)).rejects.toMatchObject({ code: 'overlapping-binding' });
      await expect(h.hub.decisions.endBinding(bindingId, NINE_AM, 'a')).rejects.toMatchObject({
        code: 'invalid-interval',
      });
      await expect(h.hub.decisions.endBinding('other', NINE_AM, 'a')).rejects.toMatchObject({ code: 'not-found' });
      expect(await bind('p-2', 0, NINE_AM)).toMatchObject({ patientId: 'p-2', recordedBy: 'nurse' });
    });
  });

  describe('about readings', () => {
    const READING = 's-001.1:blood-pressure';
    beforeEach(async () => {
      await bind('p-1', 0);
      await h.receive(message([connect, cuff(121), cuff(122)]));
    });

    it('sets a reading aside and restores it, in series and newest values as well', async () => {
      const newest = 's-001.2:blood-pressure';
      const latest = async () =>
        (await h.hub.readings.latest('p-1')).find((r) => r.metric === 'blood-pressure')?.readingId;
      const aside = await h.hub.decisions.setAside(newest, { reason: 'cuff on the wrong arm' }, 'doctor');
      expect(aside).toMatchObject({ status: 'set-aside', version: 2, patientId: 'p-1', note: 'cuff on the wrong arm' });
      expect(await points('p-1')).toEqual([121]);
      expect(await latest()).toBe(READING);
      await expect(h.hub.decisions.setAside(newest, { reason: 'x' }, 'a')).rejects.toMatchObject({
        code: 'already-set-aside',
      });
      const back = await h.hub.decisions.restore(newest, { reason: 'it was right' }, 'doctor');
      expect(back).toMatchObject({ status: 'current', version: 3, note: 'cuff on the wrong arm\nit was right' });
      expect(await points('p-1')).toEqual([121, 122]);
      expect(await latest()).toBe(newest);
      await expect(h.hub.decisions.restore(newest, { reason: 'x' }, 'a')).rejects.toMatchObject({
        code: 'not-set-aside',
      });
    });

    it('corrects a value, keeps what was measured, and refuses nonsense', async () => {
      const change = (component: string, value: string) => ({
        components: [{ component, value }],
        reason: 'typing error',
      });
      const corrected = await h.hub.decisions.correct(READING, change('systolic', '112'), 'doctor');
      expect(corrected.components.map(({ value }) => value)).toEqual(['112', '80', '93']);
      expect(await points('p-1')).toEqual([112, 122]);
      expect((await h.hub.readings.version(READING, 1))?.components[0]?.value).toBe('121');
      const refused = [change('value', '1'), change('systolic', '1e5')].map((c) =>
        h.hub.decisions.correct(READING, c, 'a'),
      );
      await expect(refused[0]).rejects.toMatchObject({ code: 'unknown-component', pointer: '/components/0/component' });
      await expect(refused[1]).rejects.toMatchObject({ code: 'invalid-value' });
      const explained = await h.hub.readings.explain(READING);
      expect(explained?.decisions).toEqual([
        { kind: 'correct', author: 'doctor', at: NINE_AM, reason: 'typing error' },
      ]);
      expect(explained?.versions.map(({ version }) => version)).toEqual([1]);
    });

    it('files one reading over any binding, also when the binding changes later', async () => {
      await h.hub.decisions.file(READING, { patientId: 'p-2', reason: 'her husband' }, 'nurse');
      expect(await whose(READING)).toBe('p-2');
      expect(await points('p-2')).toEqual([121]);
      const [{ bindingId } = { bindingId: '' }] = await h.hub.bindings.list();
      await h.hub.decisions.withdrawBinding(bindingId, 'nurse', 'never so');
      expect(await whose(READING)).toBe('p-2');
      expect(await whose('s-001.2:blood-pressure')).toBe('unbound');
      await h.hub.decisions.fileOut(READING, 'a visitor', 'nurse');
      expect(await whose(READING)).toBe('filed-out');
      expect(await points('p-2')).toEqual([]);
      await expect(h.hub.decisions.file(READING, { patientId: 'p-9' }, 'a')).rejects.toMatchObject({
        code: 'unknown-patient',
      });
      await expect(h.hub.decisions.file('s-9.1:x', { patientId: 'p-1' }, 'a')).rejects.toMatchObject({
        code: 'not-found',
      });
    });

    it('takes a reading that a person enters, which can then be corrected and set aside like any other', async () => {
      const input = {
        metric: 'body-temperature',
        components: [{ component: 'value', value: '36.40' }],
        measuredAt: NINE_AM - HOUR,
      };
      const entered = await h.hub.decisions.enterManually('p-1', { ...input, note: 'by phone' }, 'nurse');
      expect(entered).toMatchObject({
        source: 'manual',
        device: null,
        patientId: 'p-1',
        note: 'by phone',
        time: { effectiveAt: NINE_AM - HOUR, uncertaintyMs: 0, verdict: 'entered' },
        components: [{ component: 'value', value: '36.40', unit: 'Cel', absent: null }],
      });
      const change = { components: [{ component: 'value', value: '37.4' }], reason: 'misheard' };
      const { readingId } = await h.hub.decisions.correct(entered.readingId, change, 'nurse');
      expect(await points('p-1', 'value', 'body-temperature')).toEqual([37.4]);
      await h.hub.decisions.file(readingId, { patientId: 'p-2' }, 'nurse');
      expect(await points('p-2', 'value', 'body-temperature')).toEqual([37.4]);
      await h.hub.decisions.setAside(readingId, { reason: 'not sure' }, 'nurse');
      expect(await points('p-2', 'value', 'body-temperature')).toEqual([]);
      expect(await h.reading(readingId)).toMatchObject({
        version: 4,
        status: 'set-aside',
        note: 'by phone\nmisheard\nnot sure',
      });
    });

    it('marks what a person enters as implausible, and refuses what is no reading', async () => {
      const enter = (metric: string, component: string, value: string, measuredAt = NINE_AM) =>
        h.hub.decisions.enterManually('p-1', { metric, components: [{ component, value }], measuredAt }, 'nurse');
      expect((await enter('body-temperature', 'value', '364')).quality).toEqual(['implausible']);
      await expect(enter('weather', 'value', '1')).rejects.toMatchObject({ code: 'unknown-metric' });
      await expect(enter('pulse', 'systolic', '1')).rejects.toMatchObject({ code: 'unknown-component' });
      await expect(enter('pulse', 'value', 'NaN')).rejects.toMatchObject({ code: 'invalid-value' });
      await expect(enter('pulse', 'value', '70', NINE_AM + HOUR)).rejects.toMatchObject({ code: 'in-the-future' });
      await expect(
        h.hub.decisions.enterManually(
          'p-9',
          { metric: 'pulse', components: [{ component: 'value', value: '1' }], measuredAt: 1 },
          'a',
        ),
      ).rejects.toMatchObject({ code: 'unknown-patient' });
    });
  });
});
