/**
 * Frames of one session of one device to readings with their times: the pure middle of the path. State belongs to one
 * session, is plain JSON and is never changed in place, so that live and replay give the same.
 */
import { DecodeError, type DecodeErrorCode } from '../bytes/byte-cursor.ts';
import type { How } from '../messages/frames.ts';
import type { DeviceProfile, Measured } from '../profiles/define-profile.ts';
import { profilesFor } from '../profiles/index.ts';
import { readingIdOf, type TimedReading } from '../readings/reading.ts';
import { resolveTime } from '../time/resolve-time.ts';
import { readClock, setClock, type ClockState } from './clock-frames.ts';
import { factOf, isFactCharacteristic, type Fact } from './facts.ts';

export interface SessionFrame {
  readonly frameId: string;
  readonly sequence: number;
  readonly how: How;
  readonly service: string | null;
  /** Four lower-case hex digits (or 32); null for connect and disconnect. */
  readonly characteristic: string | null;
  readonly bytes: Uint8Array;
  /** UTC of the reception, corrected by the hub's time; null when the gateway did not know the time. */
  readonly gatewayAt: number | null;
  readonly gatewayUncertaintyMs: number;
}

export interface SessionState {
  /** IANA zone of the home. */
  readonly zone: string;
  readonly provisional: boolean;
  readonly clock: ClockState;
  /** What was measured before the device's clock was read: its times are told again when it is. */
  readonly untimed: readonly Untimed[];
  /** State of each profile that has seen a frame, by profile id. */
  readonly profiles: Readonly<Record<string, unknown>>;
}

/** A measurement with what is needed to tell its time again. */
interface Untimed {
  readonly measured: Measured;
  readonly sequence: number;
  readonly gatewayAt: number | null;
  readonly gatewayUncertaintyMs: number;
}

/** How many frames back a time is told again: who keeps frames beside the state has to keep as many. */
export const UNTIMED_FRAMES = 48;

/** Of two `readings` outcomes for one frame and profile, the later one holds. */
export type Outcome =
  | {
      readonly kind: 'readings';
      readonly frameId: string;
      readonly readings: readonly TimedReading[];
      readonly measured: Measured;
    }
  | { readonly kind: 'undecodable'; readonly frameId: string; readonly code: DecodeErrorCode; readonly offset: number }
  | ({ readonly kind: 'fact'; readonly frameId: string } & Fact)
  | { readonly kind: 'unknown-characteristic'; readonly frameId: string };

export interface Interpreted {
  readonly state: SessionState;
  readonly outcomes: readonly Outcome[];
}

export function openSession(options: { readonly zone: string; readonly provisional?: boolean }): SessionState {
  return {
    zone: options.zone,
    provisional: options.provisional ?? false,
    clock: { read: null, set: null },
    untimed: [],
    profiles: {},
  };
}

/** Never throws for any octets: what can't be decoded is an outcome. */
export function interpretFrame(state: SessionState, frame: SessionFrame): Interpreted {
  const { characteristic } = frame;
  if (characteristic === null) return { state, outcomes: [] };
  try {
    if (frame.how === 'write')
      return { state: { ...state, clock: setClock(state.clock, frame, characteristic) }, outcomes: [] };
    if (isFactCharacteristic(characteristic)) return interpretFact(state, frame, characteristic);
    return interpretByProfiles(state, frame, characteristic);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return {
      state,
      outcomes: [{ kind: 'undecodable', frameId: frame.frameId, code: error.code, offset: error.offset }],
    };
  }
}

function interpretFact(state: SessionState, frame: SessionFrame, characteristic: string): Interpreted {
  const clock = readClock(state.clock, frame, characteristic, state.zone);
  const fact = factOf(characteristic, frame.bytes, clock);
  const known: Outcome[] = fact === null ? [] : [{ kind: 'fact', frameId: frame.frameId, ...fact }];
  const next = { ...state, clock };
  if (clock.read === null || state.untimed.length === 0) return { state: next, outcomes: known };
  const again = recent(state.untimed, frame.sequence).map(({ measured, ...received }) =>
    toReadings(next, received, measured),
  );
  return { state: { ...next, untimed: [] }, outcomes: [...known, ...again] };
}

function interpretByProfiles(state: SessionState, frame: SessionFrame, characteristic: string): Interpreted {
  const users = profilesFor(characteristic);
  if (users.length === 0) return { state, outcomes: [{ kind: 'unknown-characteristic', frameId: frame.frameId }] };
  return users.reduce<Interpreted>(
    (done, profile) => {
      const { state: next, outcomes } = interpretByProfile(done.state, profile, frame, characteristic);
      return { state: next, outcomes: [...done.outcomes, ...outcomes] };
    },
    { state, outcomes: [] },
  );
}

function interpretByProfile(
  state: SessionState,
  profile: DeviceProfile,
  frame: SessionFrame,
  characteristic: string,
): Interpreted {
  const { frameId, how, bytes } = frame;
  const before = state.profiles[profile.id] ?? profile.initial();
  const step = profile.interpret(before, { frameId, how, characteristic, bytes });
  const next = { ...state, profiles: { ...state.profiles, [profile.id]: step.state } };
  return {
    state: waitsForClock(state, step.measured) ? { ...next, untimed: withUntimed(state, frame, step.measured) } : next,
    outcomes: step.measured.map((measured) => toReadings(state, frame, measured)),
  };
}

/** An indicating device sends at once when it is subscribed to, often before its clock could be read. */
function waitsForClock({ clock }: SessionState, measured: readonly Measured[]): boolean {
  return clock.read === null && clock.set === null && measured.some(({ deviceTime }) => deviceTime !== null);
}

function withUntimed(state: SessionState, frame: SessionFrame, measured: readonly Measured[]): readonly Untimed[] {
  const { sequence, gatewayAt, gatewayUncertaintyMs } = frame;
  return [
    ...recent(state.untimed, sequence),
    ...measured.map((m) => ({ measured: m, sequence, gatewayAt, gatewayUncertaintyMs })),
  ];
}

const recent = (untimed: readonly Untimed[], sequence: number): readonly Untimed[] =>
  untimed.filter((earlier) => earlier.sequence > sequence - UNTIMED_FRAMES);

type Received = Pick<SessionFrame, 'gatewayAt' | 'gatewayUncertaintyMs'>;

function toReadings(state: SessionState, frame: Received, measured: Measured): Outcome {
  const time = resolveTime({
    deviceTime: measured.deviceTime,
    clockNotSet: measured.clockNotSet,
    fromStorage: measured.fromStorage,
    zone: state.zone,
    gatewayAt: frame.gatewayAt,
    gatewayUncertaintyMs: frame.gatewayUncertaintyMs,
    clockRead: state.clock.read,
    clockSet: state.clock.set,
  });
  const { frameId, userSlot } = measured;
  const readings = measured.readings.map((reading) => ({
    ...reading,
    readingId: readingIdOf(frameId, reading.slot),
    frameId,
    time,
    userSlot,
  }));
  return { kind: 'readings', frameId, readings, measured };
}
