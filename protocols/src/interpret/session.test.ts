import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../bytes/hex.ts';
import { codecs } from '../gatt/index.ts';
import type { ComposeContext } from '../profiles/define-profile.ts';
import { profiles } from '../profiles/index.ts';
import {
  interpretFrame,
  openSession,
  UNTIMED_FRAMES,
  type Outcome,
  type SessionFrame,
  type SessionState,
} from './session.ts';

/** 09:00 in Seoul. */
const NOW = Date.parse('2026-11-25T00:00:00Z');

const frame = (
  sequence: number,
  characteristic: string | null,
  hex: string,
  rest: Partial<SessionFrame> = {},
): SessionFrame => ({
  frameId: `session.${sequence}`,
  sequence,
  how: 'indicate',
  service: null,
  characteristic,
  bytes: fromHex(hex),
  gatewayAt: NOW + sequence * 100,
  gatewayUncertaintyMs: 10,
  ...rest,
});

const read = (sequence: number, characteristic: string, hex: string) =>
  frame(sequence, characteristic, hex, { how: 'read' });

function run(frames: readonly SessionFrame[], start: SessionState = openSession({ zone: 'Asia/Seoul' })) {
  const outcomes: Outcome[] = [];
  let state = start;
  for (const each of frames) {
    const step = interpretFrame(state, each);
    state = step.state;
    outcomes.push(...step.outcomes);
  }
  return { state, outcomes };
}

const readingsOf = (outcomes: readonly Outcome[]) => outcomes.flatMap((o) => (o.kind === 'readings' ? o.readings : []));

/** 2026-11-25 08:50:00, 120/80/93, pulse 70, user 1. */
const PRESSURE = '0e780050005d00ea070b1908320046' + '0001';
/** 12:00:00 of the same day: three hours fast. */
const CLOCK_FAST = 'ea070b190c0000030000';
const CLOCK_RIGHT = 'ea070b19090000030000';

describe('a session', () => {
  it('makes readings with their ids, times and user', () => {
    const { outcomes } = run([read(1, '2a2b', CLOCK_RIGHT), frame(2, '2a35', PRESSURE)]);
    expect(outcomes[0]).toEqual({ kind: 'fact', frameId: 'session.1', fact: 'clock-offset-ms', value: -100 });
    const readings = readingsOf(outcomes);
    expect(readings.map((reading) => reading.readingId)).toEqual(['session.2:blood-pressure', 'session.2:pulse']);
    expect(readings[0]).toMatchObject({ frameId: 'session.2', userSlot: 1, kind: 'spot', quality: [] });
    expect(readings[0]?.time).toMatchObject({
      verdict: 'device-clock-mapped',
      effectiveAt: Date.parse('2026-11-24T23:50:00.100Z'),
      deviceTime: '2026-11-25T08:50:00',
      gatewayAt: NOW + 200,
    });
  });

  it('moves stored values by the offset of the clock that stamped them, also after that clock was set', () => {
    const set = frame(2, '2a2b', CLOCK_RIGHT, { how: 'write' });
    const stored = run([read(1, '2a2b', CLOCK_FAST), set, frame(3, '2a35', PRESSURE)]);
    expect(readingsOf(stored.outcomes)[0]?.time).toMatchObject({
      verdict: 'device-clock-mapped',
      effectiveAt: Date.parse('2026-11-24T20:50:00.100Z'),
    });
    const fresh = frame(4, '2a35', '02780050005d00ea070b19090500', { gatewayAt: NOW + 302_000 });
    expect(readingsOf(run([fresh], stored.state).outcomes)[0]?.time).toMatchObject({
      verdict: 'device-clock-synced',
      effectiveAt: NOW + 300_000,
    });
  });

  it('tells the time again of what came before the clock could be read', () => {
    const { state, outcomes } = run([frame(1, '2a35', PRESSURE), read(2, '2a2b', CLOCK_FAST)]);
    const told = outcomes.flatMap((o) => (o.kind === 'readings' ? [[o.frameId, o.readings[0]?.time.verdict]] : []));
    expect(told).toEqual([
      ['session.1', 'device-clock-unread'],
      ['session.1', 'device-clock-mapped'],
    ]);
    expect(readingsOf(outcomes).at(-1)?.time).toMatchObject({
      effectiveAt: Date.parse('2026-11-24T20:50:00.200Z'),
      gatewayAt: NOW + 100,
    });
    expect(run([read(3, '2a19', '57')], state).outcomes).toHaveLength(1);
  });

  it('tells it again only as far back as frames are kept', () => {
    const far = frame(1, '2a35', PRESSURE);
    const near = frame(UNTIMED_FRAMES + 1, '2a35', PRESSURE);
    const mappedBy = (...frames: readonly SessionFrame[]) =>
      readingsOf(run(frames).outcomes)
        .filter((reading) => reading.slot === 'pulse' && reading.time.verdict === 'device-clock-mapped')
        .map((reading) => reading.frameId);
    expect(mappedBy(far, near, read(UNTIMED_FRAMES + 2, '2a2b', CLOCK_RIGHT))).toEqual([near.frameId]);
    expect(mappedBy(far, read(UNTIMED_FRAMES + 1, '2a2b', CLOCK_RIGHT))).toEqual([]);
    expect(mappedBy(far, read(UNTIMED_FRAMES, '2a2b', CLOCK_RIGHT))).toEqual([far.frameId]);
  });

  it('tells the time of what was sent before the clock could be read again when it is, and once', () => {
    const early = [frame(1, '2a35', PRESSURE), frame(2, '2a35', PRESSURE)];
    const { state, outcomes } = run([...early, read(3, '2a2b', CLOCK_FAST), read(4, '2a2b', CLOCK_FAST)]);
    const verdicts = readingsOf(outcomes).map((r) => [r.frameId, r.time.verdict]);
    expect(verdicts).toHaveLength(8);
    expect(verdicts.slice(0, 4).map(([, verdict]) => verdict)).toEqual(Array(4).fill('device-clock-unread'));
    expect(verdicts.slice(4)).toEqual([
      ['session.1', 'device-clock-mapped'],
      ['session.1', 'device-clock-mapped'],
      ['session.2', 'device-clock-mapped'],
      ['session.2', 'device-clock-mapped'],
    ]);
    expect(state.untimed).toEqual([]);
  });

  it('forgets what was sent too long before the clock was read', () => {
    const early = Array.from({ length: UNTIMED_FRAMES + 5 }, (_, i) => frame(i + 1, '2a35', PRESSURE));
    const { state } = run(early);
    expect(state.untimed).toHaveLength(UNTIMED_FRAMES);
  });

  it('takes a clock that is read again after it was set as the new one', () => {
    const { state } = run([
      read(1, '2a2b', CLOCK_FAST),
      frame(2, '2a2b', CLOCK_RIGHT, { how: 'write' }),
      read(3, '2a2b', CLOCK_RIGHT),
    ]);
    expect(state.clock.read?.offsetMs).toBe(3 * 3_600_000 - 100);
    expect(state.clock.set?.offsetMs).toBe(-300);
  });

  it('learns nothing from a clock without a date, or while the gateway does not know the time', () => {
    const lost = { ...read(2, '2a2b', CLOCK_FAST), gatewayAt: null };
    const { state, outcomes } = run([read(1, '2a2b', '000000000c1e00010000'), lost]);
    expect(state.clock).toEqual({ read: null, set: null });
    expect(outcomes).toEqual([]);
  });

  it('remembers the static type of a thermometer', () => {
    const { outcomes } = run([read(1, '2a1d', '06'), frame(2, '2a1c', '006c0100ff')]);
    expect(outcomes).toHaveLength(1);
    expect(outcomes[0]).toMatchObject({ kind: 'readings', measured: { measurement: { site: 'mouth' } } });
  });

  it('gives what a device says about itself as facts', () => {
    const { outcomes } = run([
      read(1, '2a29', '4142'),
      read(2, '2a24', '4344'),
      read(3, '2a25', '31320000'),
      read(4, '2a27', '61'),
      read(5, '2a26', '62'),
      read(6, '2a28', '63'),
      read(7, '2a23', '74e8fffeff051c00'),
      read(8, '2a50', '010a000b000100'),
      read(9, '2a19', '57'),
      read(10, '2a0f', '0804'),
      read(11, '2a0f', '80ff'),
    ]);
    expect(outcomes.map((o) => (o.kind === 'fact' ? [o.fact, o.value] : o.kind))).toEqual([
      ['manufacturer', 'AB'],
      ['model', 'CD'],
      ['serial', '12'],
      ['hardware', 'a'],
      ['firmware', 'b'],
      ['software', 'c'],
      ['system-id', '74e8fffeff051c00'],
      ['pnp-id', '1:000a:000b:0001'],
      ['battery-percent', 87],
      ['utc-offset-minutes', 180],
    ]);
  });

  it('keeps what it cannot decode as undecodable, and goes on', () => {
    const { outcomes } = run([
      frame(1, '2a35', '0012'),
      read(2, '2a19', '65'),
      read(3, '2a2b', 'ffff'),
      frame(4, '2a2b', '00', { how: 'write' }),
      frame(5, '2a35', PRESSURE),
    ]);
    expect(outcomes.map((o) => (o.kind === 'undecodable' ? [o.frameId, o.code, o.offset] : o.kind))).toEqual([
      ['session.1', 'truncated', 2],
      ['session.2', 'out-of-range', 0],
      ['session.3', 'bad-length', 2],
      ['session.4', 'bad-length', 1],
      'readings',
    ]);
  });

  it('says which characteristic it does not know, and nothing about connects and losses', () => {
    const { outcomes } = run([
      frame(0, null, '', { how: 'connect' }),
      frame(1, '2aff', '00'),
      frame(2, null, '13', { how: 'disconnect' }),
    ]);
    expect(outcomes).toEqual([{ kind: 'unknown-characteristic', frameId: 'session.1' }]);
  });

  it('does not reach into what it was given', () => {
    const state = deepFreeze(openSession({ zone: 'Asia/Seoul', provisional: true }));
    const { state: after } = run(
      [read(1, '2a2b', CLOCK_RIGHT), read(2, '2a1d', '06'), frame(3, '2a35', PRESSURE)],
      state,
    );
    expect(state).toEqual(openSession({ zone: 'Asia/Seoul', provisional: true }));
    expect(Object.keys(after.profiles).sort()).toEqual(['blood-pressure', 'thermometer']);
  });

  const context: ComposeContext = { deviceTime: '2026-11-25T08:50:00', mode: 'spot' };
  const vitals = { systolicMmHg: 121, diastolicMmHg: 79, pulsePerMin: 66, spo2Percent: 97, temperatureCel: 36.6 };

  /** Any frame that may come: good values of each device, and rubbish for each characteristic that we know. */
  const anyFrame: fc.Arbitrary<(sequence: number) => SessionFrame> = fc.oneof(
    fc
      .constantFrom(...profiles.flatMap((profile) => profile.compose(vitals, context)))
      .map(({ characteristic, bytes }) => (sequence: number) => ({ ...frame(sequence, characteristic, ''), bytes })),
    fc
      .record({
        characteristic: fc.constantFrom(...codecs.map((codec) => codec.uuid), '2aff', null),
        how: fc.constantFrom('read' as const, 'write' as const, 'notify' as const, 'indicate' as const),
        bytes: fc.uint8Array({ maxLength: 24 }),
        gatewayAt: fc.option(fc.integer({ min: 0, max: 2 * NOW })),
      })
      .map((parts) => (sequence: number) => ({ ...frame(sequence, null, ''), ...parts })),
  );

  const sessions = fc
    .array(anyFrame, { maxLength: 12 })
    .map((frames) => frames.map((make, sequence) => make(sequence)));

  it('never throws, whatever comes', () => {
    const nowhere = openSession({ zone: 'Asia/Atlantis' });
    fc.assert(
      fc.property(sessions, (frames) => {
        expect(() => run(frames, nowhere)).not.toThrow();
      }),
    );
    fc.assert(
      fc.property(sessions, (frames) => {
        expect(() => run(frames)).not.toThrow();
      }),
    );
  });

  it('can be stopped, stored as JSON and taken up again anywhere', () => {
    fc.assert(
      fc.property(sessions, fc.nat(12), (frames, cut) => {
        const whole = run(frames);
        const first = run(frames.slice(0, cut));
        const second = run(frames.slice(cut), JSON.parse(JSON.stringify(first.state)) as SessionState);
        expect([...first.outcomes, ...second.outcomes]).toEqual(whole.outcomes);
        expect(second.state).toEqual(whole.state);
      }),
    );
  });
});

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
