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
  /** State of each profile that has seen a frame, by profile id. */
  readonly profiles: Readonly<Record<string, unknown>>;
}

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
  return {
    state: { ...state, clock },
    outcomes: fact === null ? [] : [{ kind: 'fact', frameId: frame.frameId, ...fact }],
  };
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
  return {
    state: { ...state, profiles: { ...state.profiles, [profile.id]: step.state } },
    outcomes: step.measured.map((measured) => toReadings(state, frame, measured)),
  };
}

function toReadings(state: SessionState, frame: SessionFrame, measured: Measured): Outcome {
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
