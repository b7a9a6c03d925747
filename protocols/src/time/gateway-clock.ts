/**
 * The gateway's clock. A small box has no real-time clock: what it can trust is its monotonic time within one boot, and the
 * hub's time from round trips. UTC = mono + offset, as good as the best round trip and the drift since.
 */
import type { BootClock, WireFrame } from '../messages/frames.ts';

/** One question to the hub and its answer. */
export interface RoundTrip {
  /** Monotonic ms at which the gateway asked. */
  readonly sentMono: number;
  /** Monotonic ms at which the answer came. */
  readonly receivedMono: number;
  /** UTC ms by the hub, some time between the two. */
  readonly serverTime: number;
}

/** Plain JSON; null fields until the first round trip. */
export interface GatewayClock {
  readonly utcMinusMonoMs: number | null;
  /** At `atMono`. */
  readonly uncertaintyMs: number;
  readonly atMono: number;
}

/** A crystal runs away by at most this. */
const DRIFT_PER_MS = 100e-6;
/** The hub's clock is read in whole ms. */
const RESOLUTION_MS = 1;
/** What a synchronised wall clock of the box is believed to be off by. */
const SYNCED_WALL_UNCERTAINTY_MS = 1000;
/** Beyond this there are no dates. @see ECMA-262 Time Values and Time Range */
const LAST_INSTANT_MS = 8.64e15;

export const UNSYNCED_CLOCK: GatewayClock = { utcMinusMonoMs: null, uncertaintyMs: Number.MAX_SAFE_INTEGER, atMono: 0 };

/** The state after a round trip: taken when it is at least as certain as what is known, grown by the drift since. */
export function withRoundTrip(clock: GatewayClock, trip: RoundTrip): GatewayClock {
  const roundTripMs = trip.receivedMono - trip.sentMono;
  if (!(roundTripMs >= 0)) return clock;
  const uncertaintyMs = roundTripMs / 2 + RESOLUTION_MS;
  if (uncertaintyMs > uncertaintyAt(clock, trip.receivedMono)) return clock;
  const middle = trip.sentMono + roundTripMs / 2;
  return { utcMinusMonoMs: trip.serverTime - middle, uncertaintyMs, atMono: trip.receivedMono };
}

/** UTC = what is returned ± {@link uncertaintyAt}; null until the first round trip. */
export function utcAt(clock: GatewayClock, mono: number): number | null {
  return clock.utcMinusMonoMs === null ? null : mono + clock.utcMinusMonoMs;
}

/** ms; grows by the drift since the best round trip. */
export function uncertaintyAt(clock: GatewayClock, mono: number): number {
  if (clock.utcMinusMonoMs === null) return Number.MAX_SAFE_INTEGER;
  return clock.uncertaintyMs + Math.abs(mono - clock.atMono) * DRIFT_PER_MS;
}

/** As it goes into a frames message; null until the first round trip. */
export function bootClockOf(clock: GatewayClock, boot: string, mono: number): BootClock | null {
  const { utcMinusMonoMs } = clock;
  return utcMinusMonoMs === null ? null : { boot, utcMinusMonoMs, uncertaintyMs: uncertaintyAt(clock, mono) };
}

/** When a gateway received a frame: by its boot's clock, else its wall clock where that was synchronised, else unknown. */
export function gatewayTimeOf(
  frame: Pick<WireFrame, 'boot' | 'mono' | 'wall' | 'synced'>,
  boots: readonly BootClock[],
): { readonly at: number; readonly uncertaintyMs: number } | null {
  const clock = boots.find((candidate) => candidate.boot === frame.boot);
  if (clock !== undefined) {
    const at = Math.round(frame.mono + clock.utcMinusMonoMs);
    return at >= 0 && at <= LAST_INSTANT_MS ? { at, uncertaintyMs: Math.ceil(clock.uncertaintyMs) } : null;
  }
  return frame.synced ? { at: frame.wall, uncertaintyMs: SYNCED_WALL_UNCERTAINTY_MS } : null;
}
