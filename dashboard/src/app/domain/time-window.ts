/** The period that a patient's charts and tables share, and what the URL says about it. Pure. */

export type RangeId = '1d' | '1w' | '30d' | '1y';
export const RANGES: readonly RangeId[] = ['1d', '1w', '30d', '1y'];

const DAY = 86_400_000;
const LENGTH_MS: Readonly<Record<RangeId, number>> = { '1d': DAY, '1w': 7 * DAY, '30d': 30 * DAY, '1y': 365 * DAY };
const SHORTEST_MS = 10 * 60_000;
const LONGEST_MS = 5 * 365 * DAY;

export interface TimeWindow {
  /** [from, to), UTC ms. */
  readonly from: number;
  readonly to: number;
  /** Set while the window ends now and has one of the named lengths: it then moves on with the clock. */
  readonly range: RangeId | null;
}

/** As in the URL: a named range that ends now, or a fixed stretch of time. */
export interface WindowParams {
  readonly range: string | null;
  readonly from: string | null;
  readonly to: string | null;
}

/** The window of a URL; what cannot be read becomes the last day. */
export function windowOf(params: Partial<WindowParams>, nowMs: number): TimeWindow {
  const [from, to] = [Number(params.from), Number(params.to)];
  if (Number.isSafeInteger(from) && Number.isSafeInteger(to) && from > 0 && to - from >= SHORTEST_MS) {
    return { from, to: Math.min(to, from + LONGEST_MS), range: null };
  }
  const range = RANGES.find((id) => id === params.range) ?? '1d';
  // Whole minutes: the window, and with it every request, changes once a minute and not with each tick.
  const end = Math.ceil((nowMs + 1) / 60_000) * 60_000;
  return { from: end - LENGTH_MS[range], to: end, range };
}

/** The URL's words for a window. */
export function paramsOf(window: TimeWindow): WindowParams {
  return window.range === null
    ? { range: null, from: String(window.from), to: String(window.to) }
    : { range: window.range, from: null, to: null };
}

/** Moves by a part of its length, never beyond now: there it follows the clock again if its length has a name. */
export function shift(window: TimeWindow, part: number, nowMs: number): TimeWindow {
  const length = window.to - window.from;
  const to = Math.min(Math.round(window.to + part * length), nowMs);
  return named({ from: to - length, to, range: null }, nowMs);
}

/** Makes the window shorter (factor below 1) or longer about its middle, or about its end when that is now. */
export function zoom(window: TimeWindow, factor: number, nowMs: number): TimeWindow {
  const length = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, (window.to - window.from) * factor));
  const end = window.range !== null ? window.to : Math.min(nowMs, (window.from + window.to) / 2 + length / 2);
  return named({ from: Math.round(end - length), to: Math.round(end), range: null }, nowMs);
}

function named(window: TimeWindow, nowMs: number): TimeWindow {
  if (nowMs - window.to > 90_000) return window;
  const length = window.to - window.from;
  const range = RANGES.find((id) => Math.abs(LENGTH_MS[id] - length) < 60_000);
  return range === undefined ? window : windowOf({ range }, nowMs);
}
