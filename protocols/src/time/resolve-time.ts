/**
 * Device, gateway and hub time to the effective time and how we know. Plain GATT stamps carry neither a zone nor a
 * synchronisation flag: they are local and unsynchronised, and whether they are on the device's current timeline is decided
 * by the device clock that was read in the same session. That which can't be dated is unknown, never "now".
 * @see HL7 PHD IG 2.0.0 time stamp mapping
 */
import { localToUtc } from './local-time.ts';
import type { ResolvedTime, TimeReason, TimeVerdict } from './resolved-time.ts';

/** The device's clock as read (or set) in the session. */
export interface DeviceClock {
  /** Device clock minus true time, ms. */
  readonly offsetMs: number;
  /** The offset lies within ± this, ms. */
  readonly uncertaintyMs: number;
  /** UTC at which that was so. */
  readonly at: number;
}

export interface TimeInput {
  /** Local ISO text without zone; 'unknown' for a stamp with unknown parts; null where the value has none. */
  readonly deviceTime: string | null;
  readonly clockNotSet: boolean;
  readonly fromStorage: boolean;
  /** IANA zone of the home. */
  readonly zone: string;
  /** UTC of the reception; null when the gateway did not know the time. */
  readonly gatewayAt: number | null;
  readonly gatewayUncertaintyMs: number;
  /** As read before any setting; null where the device has no clock to read. */
  readonly clockRead: DeviceClock | null;
  /** After the gateway set it; null where it did not. */
  readonly clockSet: DeviceClock | null;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export const TIME_RULES = {
  /** A stamp later than this after its reception is in the future. */
  futureMs: 10 * MINUTE_MS,
  /** A stamp later than this after the device's own clock was not made by that clock as it runs now. */
  ownClockMs: MINUTE_MS,
  /** Without a clock to read: the longest time for which a device is believed to store. */
  unreadAgeMs: 60 * DAY_MS,
  /** With the clock read: older than any device stores. */
  readAgeMs: 2 * 366 * DAY_MS,
  /** Stamps are cut to the second. */
  stampMs: 1000,
  /** How fast a device's crystal may run away between stamp and clock read. */
  driftPerMs: 50e-6,
} as const;

/** What the rules look at: the input and what follows from it. */
interface Case extends TimeInput {
  readonly stamp: { readonly at: number; readonly ambiguityMs: number } | null;
}

interface Rule {
  readonly verdict: TimeVerdict;
  readonly reason: TimeReason | null;
  readonly when: (c: Case) => boolean;
  /** For verdicts other than unknown. */
  readonly time?: (c: Case) => { readonly at: number; readonly uncertaintyMs: number } | null;
}

const unknown = (reason: TimeReason, when: Rule['when']): Rule => ({ verdict: 'unknown', reason, when });

/** The first rule that holds decides. */
const RULES: readonly Rule[] = [
  unknown('clock-not-set', (c) => c.clockNotSet),
  unknown('date-unknown', (c) => c.deviceTime === 'unknown'),
  unknown('stored-without-time', (c) => c.deviceTime === null && c.fromStorage),
  unknown('gateway-clock-unknown', (c) => c.gatewayAt === null),
  { verdict: 'received-live', reason: null, when: (c) => c.deviceTime === null, time: reception },
  {
    verdict: 'device-clock-synced',
    reason: null,
    when: (c) => c.clockSet !== null && isSince(c, c.clockSet),
    time: (c) => mapped(c, c.clockSet),
  },
  unknown('other-timeline', (c) => lateness(c, c.clockRead) > TIME_RULES.ownClockMs),
  unknown('ancient', (c) => lateness(c, c.clockRead) < -TIME_RULES.readAgeMs),
  {
    verdict: 'device-clock-mapped',
    reason: null,
    when: (c) => c.clockRead !== null,
    time: (c) => mapped(c, c.clockRead),
  },
  unknown('future', (c) => unreadLateness(c) > TIME_RULES.futureMs),
  unknown('ancient', (c) => unreadLateness(c) < -TIME_RULES.unreadAgeMs),
  { verdict: 'device-clock-unread', reason: null, when: () => true, time: unread },
];

export function resolveTime(input: TimeInput): ResolvedTime {
  const { deviceTime, zone, clockRead } = input;
  const stamp = deviceTime === null || deviceTime === 'unknown' ? null : localToUtc(deviceTime, zone);
  const c: Case = { ...input, stamp };
  const rule = RULES.find((candidate) => candidate.when(c));
  const time = rule?.time?.(c) ?? null;
  return {
    effectiveAt: time?.at ?? null,
    uncertaintyMs: time?.uncertaintyMs ?? null,
    verdict: rule?.verdict ?? 'unknown',
    reason: rule?.reason ?? null,
    deviceTime: stamp === null ? null : deviceTime,
    clockOffsetMs: clockRead?.offsetMs ?? null,
    gatewayAt: input.gatewayAt,
  };
}

function reception(c: Case): { at: number; uncertaintyMs: number } | null {
  return c.gatewayAt === null ? null : { at: c.gatewayAt, uncertaintyMs: c.gatewayUncertaintyMs };
}

/** The stamp moved by the clock's offset; less certain the longer ago it was. */
function mapped(c: Case, clock: DeviceClock | null): { at: number; uncertaintyMs: number } | null {
  if (c.stamp === null || clock === null) return null;
  const at = c.stamp.at - clock.offsetMs;
  const drift = Math.abs(clock.at - at) * TIME_RULES.driftPerMs;
  return { at, uncertaintyMs: Math.ceil(clock.uncertaintyMs + TIME_RULES.stampMs + c.stamp.ambiguityMs + drift) };
}

/** Nothing is known about the clock but that the value was measured before it was received. */
function unread(c: Case): { at: number; uncertaintyMs: number } | null {
  if (c.stamp === null || c.gatewayAt === null) return null;
  const reach = Math.abs(c.gatewayAt - c.stamp.at);
  return { at: c.stamp.at, uncertaintyMs: reach + c.gatewayUncertaintyMs + TIME_RULES.stampMs + c.stamp.ambiguityMs };
}

/** How far the mapped stamp lies after the reception, ms; NaN, which no comparison fulfils, where it can't be mapped. */
function lateness(c: Case, clock: DeviceClock | null): number {
  const time = mapped(c, clock);
  return time === null || c.gatewayAt === null ? Number.NaN : time.at - c.gatewayAt;
}

function unreadLateness(c: Case): number {
  return c.stamp === null || c.gatewayAt === null ? Number.NaN : c.stamp.at - c.gatewayAt;
}

/** Measured between the setting of the clock and the reception: then the stamp is of the clock as it was set. */
function isSince(c: Case, clock: DeviceClock): boolean {
  const time = mapped(c, clock);
  if (time === null) return false;
  const slack = clock.uncertaintyMs + TIME_RULES.stampMs;
  return time.at >= clock.at - slack && lateness(c, clock) <= TIME_RULES.ownClockMs;
}
