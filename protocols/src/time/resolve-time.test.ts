import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isoTimes } from '../testing/codec-laws.ts';
import { resolveTime, TIME_RULES, type DeviceClock, type TimeInput } from './resolve-time.ts';
import type { TimeReason, TimeVerdict } from './resolved-time.ts';

const HOUR = 3_600_000;
/** 09:00 in Seoul. */
const NOW = Date.parse('2026-11-25T00:00:00Z');

const base: TimeInput = {
  deviceTime: '2026-11-25T08:50:00',
  clockNotSet: false,
  fromStorage: false,
  zone: 'Asia/Seoul',
  gatewayAt: NOW,
  gatewayUncertaintyMs: 20,
  clockRead: null,
  clockSet: null,
};

const clock = (offsetMs: number, at = NOW - 5000): DeviceClock => ({ offsetMs, uncertaintyMs: 1020, at });
const utc = (iso: string): number => Date.parse(`${iso}Z`);

type Row = readonly [
  name: string,
  input: Partial<TimeInput>,
  verdict: TimeVerdict,
  reason: TimeReason | null,
  at: number | null,
];

const TABLE: readonly Row[] = [
  ['a clock that is right', { clockRead: clock(0) }, 'device-clock-mapped', null, utc('2026-11-24T23:50:00')],
  ['a clock an hour fast', { clockRead: clock(HOUR) }, 'device-clock-mapped', null, utc('2026-11-24T22:50:00')],
  [
    'a clock that began in 2000',
    { deviceTime: '2000-01-01T00:05:00', clockRead: clock(utc('1999-12-31T15:15:00') - NOW) },
    'device-clock-mapped',
    null,
    utc('2026-11-24T23:50:00'),
  ],
  [
    'a value of before the battery change',
    { clockRead: clock(utc('1999-12-31T15:15:00') - NOW) },
    'unknown',
    'other-timeline',
    null,
  ],
  [
    'a stamp a minute and a second after its own clock',
    { deviceTime: '2026-11-25T09:01:01', clockRead: clock(0) },
    'unknown',
    'other-timeline',
    null,
  ],
  [
    'a stamp a minute after its own clock',
    { deviceTime: '2026-11-25T09:01:00', clockRead: clock(0) },
    'device-clock-mapped',
    null,
    NOW + 60_000,
  ],
  [
    'a factory date, clock right now',
    { deviceTime: '2000-01-01T00:05:00', clockRead: clock(0) },
    'unknown',
    'ancient',
    null,
  ],
  ['no clock to read', {}, 'device-clock-unread', null, utc('2026-11-24T23:50:00')],
  ['no clock, 10 min ahead', { deviceTime: '2026-11-25T09:10:00' }, 'device-clock-unread', null, NOW + 600_000],
  ['no clock, 10 min 1 s ahead', { deviceTime: '2026-11-25T09:10:01' }, 'unknown', 'future', null],
  [
    'no clock, 60 days ago',
    { deviceTime: '2026-09-26T09:00:00' },
    'device-clock-unread',
    null,
    utc('2026-09-26T00:00:00'),
  ],
  ['no clock, more than 60 days ago', { deviceTime: '2026-09-26T08:59:59' }, 'unknown', 'ancient', null],
  ['no clock, factory date', { deviceTime: '2000-01-01T00:00:00' }, 'unknown', 'ancient', null],
  ['no clock, before 2000', { deviceTime: '1970-01-01T00:00:00' }, 'unknown', 'ancient', null],
  ['a clock that is not set', { clockNotSet: true }, 'unknown', 'clock-not-set', null],
  [
    'a clock that is not set, though read',
    { clockNotSet: true, clockRead: clock(0) },
    'unknown',
    'clock-not-set',
    null,
  ],
  ['an unknown date', { deviceTime: 'unknown' }, 'unknown', 'date-unknown', null],
  ['no stamp, live', { deviceTime: null }, 'received-live', null, NOW],
  ['no stamp, from storage', { deviceTime: null, fromStorage: true }, 'unknown', 'stored-without-time', null],
  ['no stamp, gateway lost', { deviceTime: null, gatewayAt: null }, 'unknown', 'gateway-clock-unknown', null],
  ['a stamp, gateway lost', { gatewayAt: null }, 'unknown', 'gateway-clock-unknown', null],
  [
    'measured after the clock was set',
    { clockRead: clock(3 * HOUR, NOW - 1_800_000), clockSet: clock(0, NOW - 1_790_000) },
    'device-clock-synced',
    null,
    utc('2026-11-24T23:50:00'),
  ],
  [
    'stored before the clock was set',
    { clockRead: clock(3 * HOUR), clockSet: clock(0) },
    'device-clock-mapped',
    null,
    utc('2026-11-24T20:50:00'),
  ],
  ['set, but never read before', { clockSet: clock(0) }, 'device-clock-unread', null, utc('2026-11-24T23:50:00')],
];

const inputs: fc.Arbitrary<TimeInput> = fc.record({
  deviceTime: fc.oneof(isoTimes, fc.constantFrom(null, 'unknown', '2026-11-25T08:50:00', '2026-11-25T09:00:30')),
  clockNotSet: fc.boolean(),
  fromStorage: fc.boolean(),
  zone: fc.constantFrom('Asia/Seoul', 'Europe/Berlin', 'UTC'),
  gatewayAt: fc.option(fc.integer({ min: 0, max: 2 * NOW })),
  gatewayUncertaintyMs: fc.nat(5000),
  clockRead: fc.option(fc.integer({ min: -2 * NOW, max: 2 * NOW }).map((offset) => clock(offset))),
  clockSet: fc.option(fc.constant(clock(0))),
});

describe('the time of a reading', () => {
  it.each(TABLE)('with %s', (_name, input, verdict, reason, at) => {
    expect(resolveTime({ ...base, ...input })).toMatchObject({ verdict, reason, effectiveAt: at });
  });

  it('has every reason in the table', () => {
    const reasons = new Set(TABLE.map(([, , , reason]) => reason));
    expect(reasons.size).toBe(8);
  });

  it('without a clock to read is as uncertain as the way to the reception is long', () => {
    expect(resolveTime(base).uncertaintyMs).toBe(600_000 + 20 + TIME_RULES.stampMs);
  });

  it('that was mapped is less certain the longer ago it was', () => {
    const recent = resolveTime({ ...base, clockRead: clock(0) }).uncertaintyMs ?? 0;
    const old = resolveTime({ ...base, deviceTime: '2026-11-01T08:50:00', clockRead: clock(0) }).uncertaintyMs ?? 0;
    expect(recent).toBe(Math.ceil(1020 + 1000 + 595_000 * 50e-6));
    expect(old).toBeGreaterThan(100_000);
  });

  it('in the hour that exists twice is uncertain by that hour', () => {
    const gatewayAt = Date.parse('2026-10-25T02:00:00Z');
    const input = { ...base, zone: 'Europe/Berlin', deviceTime: '2026-10-25T02:30:00', gatewayAt };
    expect(resolveTime({ ...input, clockRead: clock(0, gatewayAt) }).uncertaintyMs).toBeGreaterThan(HOUR);
  });

  it('is never later than its reception allows, and never the reception where the device sent a stamp', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const time = resolveTime(input);
        if (time.effectiveAt === null) return;
        expect(input.gatewayAt).not.toBeNull();
        expect(time.effectiveAt).toBeLessThanOrEqual((input.gatewayAt ?? 0) + TIME_RULES.futureMs);
        if (input.deviceTime === null) expect(time.verdict).toBe('received-live');
        else expect(time.verdict).toMatch(/^device-clock-/);
      }),
      { numRuns: 1000 },
    );
  });

  it('is known with its uncertainty, or unknown with a reason', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const time = resolveTime(input);
        const known = time.effectiveAt !== null;
        expect(time.uncertaintyMs !== null).toBe(known);
        expect(time.reason === null).toBe(known);
        expect(time.verdict === 'unknown').toBe(!known);
        expect(time.gatewayAt).toBe(input.gatewayAt);
      }),
    );
  });

  it('keeps what the device sent, also where it is not believed', () => {
    expect(resolveTime({ ...base, deviceTime: '1970-01-01T00:00:00' }).deviceTime).toBe('1970-01-01T00:00:00');
    expect(resolveTime({ ...base, deviceTime: 'unknown' }).deviceTime).toBeNull();
  });
});
