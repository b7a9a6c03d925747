/** What reads and writes of Current Time tell about the device's clock in this session. */
import { isoOf } from '../bytes/gatt-date-time.ts';
import { currentTime } from '../gatt/current-time.ts';
import { localToUtc } from '../time/local-time.ts';
import { TIME_RULES, type DeviceClock } from '../time/resolve-time.ts';

export interface ClockState {
  /** As first read, before any setting: stored values were stamped by this clock. */
  readonly read: DeviceClock | null;
  /** After the gateway set it. */
  readonly set: DeviceClock | null;
}

interface ClockFrame {
  readonly bytes: Uint8Array;
  readonly gatewayAt: number | null;
  readonly gatewayUncertaintyMs: number;
}

/** @throws {DecodeError} when the octets are not a Current Time. */
export function readClock(clock: ClockState, frame: ClockFrame, characteristic: string, zone: string): ClockState {
  if (characteristic !== currentTime.uuid) return clock;
  const seen = clockOf(frame, zone);
  if (seen === null) return clock;
  return clock.set === null ? { ...clock, read: seen } : { ...clock, set: seen };
}

/** @throws {DecodeError} when the octets are not a Current Time. */
export function setClock(clock: ClockState, frame: ClockFrame, characteristic: string): ClockState {
  if (characteristic !== currentTime.uuid || frame.gatewayAt === null) return clock;
  currentTime.decode(frame.bytes);
  const uncertaintyMs = frame.gatewayUncertaintyMs + TIME_RULES.stampMs;
  return { ...clock, set: { offsetMs: 0, uncertaintyMs, at: frame.gatewayAt } };
}

/** null when the device's date or the gateway's time is unknown. */
function clockOf(frame: ClockFrame, zone: string): DeviceClock | null {
  const value = currentTime.decode(frame.bytes);
  const local = isoOf(value.dateTime);
  if (local === null || frame.gatewayAt === null) return null;
  const { at, ambiguityMs } = localToUtc(local, zone);
  const deviceAt = at + Math.round((value.fractions256 * 1000) / 256);
  return {
    offsetMs: deviceAt - frame.gatewayAt,
    uncertaintyMs: frame.gatewayUncertaintyMs + ambiguityMs + TIME_RULES.stampMs,
    at: frame.gatewayAt,
  };
}
