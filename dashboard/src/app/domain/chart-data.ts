/** From the hub's series to what a chart draws: one time axis, lines that break where nothing was measured. Pure. */
import type { Series } from '@gaya/protocols/api';

interface ChartLine {
  readonly component: string;
  readonly mean: readonly (number | null)[];
  readonly min: readonly (number | null)[];
  readonly max: readonly (number | null)[];
}

export interface Gap {
  /** UTC ms. */
  readonly from: number;
  readonly to: number;
}

export interface ChartData {
  /** UTC ms, ascending; each gap has one entry of its own, at which all lines are null. */
  readonly t: readonly number[];
  readonly lines: readonly ChartLine[];
  readonly gaps: readonly Gap[];
  /** Bucket width, ms; 0: every value is drawn. */
  readonly stepMs: number;
  /** Measured values that the chart stands for. */
  readonly count: number;
}

/**
 * Stretches longer than three times the usual distance between points: missing data is shown as missing. The ends of the
 * window count too. `until` is the end of what can have been measured (now, when the window reaches beyond it).
 */
export function gapsOf(t: readonly number[], stepMs: number, from: number, until: number): Gap[] {
  if (t.length === 0) return until > from ? [{ from, to: until }] : [];
  const limit = Math.max(3 * usualDistance(t, (until - from) / 2), 3 * stepMs, 60_000);
  const edges = [from, ...t, until];
  return edges.slice(1).flatMap((to, i) => {
    const start = edges[i] ?? to;
    return to - start > limit ? [{ from: start, to }] : [];
  });
}

/**
 * The distance in which half of the time is spent, the longest one left out: ten values in one minute do not turn the hours
 * between two measurements into a gap, and a long gap does not become the usual distance.
 */
function usualDistance(t: readonly number[], fallback: number): number {
  const sorted = t
    .slice(1)
    .map((at, i) => at - (t[i] ?? at))
    .sort((a, b) => a - b);
  const counted = sorted.length > 1 ? sorted.slice(0, -1) : sorted;
  const half = counted.reduce((sum, d) => sum + d, 0) / 2;
  let spent = 0;
  return counted.find((d) => (spent += d) >= half) ?? fallback;
}

/** Joins the series of a metric's components on one time axis. All have the same window and, as the hub answers, one step. */
export function chartData(series: readonly Series[], window: { from: number; to: number }, nowMs: number): ChartData {
  const times = [...new Set(series.flatMap((s) => s.t))].sort((a, b) => a - b);
  const stepMs = Math.max(0, ...series.map((s) => s.stepMs));
  const gaps = gapsOf(times, stepMs, window.from, Math.min(window.to, nowMs));
  const inner = gaps.filter((g) => g.from !== window.from && times.includes(g.to));
  const t = [...times, ...inner.map((g) => (g.from + g.to) / 2)].sort((a, b) => a - b);
  const place = new Map(t.map((at, i) => [at, i]));
  const spread = (s: Series, values: readonly number[]) => {
    const out: (number | null)[] = t.map(() => null);
    s.t.forEach((at, i) => {
      const index = place.get(at);
      if (index !== undefined) out[index] = values[i] ?? null;
    });
    return out;
  };
  const lines = series.map((s) => ({
    component: s.component,
    mean: spread(s, s.mean),
    min: spread(s, s.min),
    max: spread(s, s.max),
  }));
  const count = Math.max(0, ...series.map((s) => s.n.reduce((sum, n) => sum + n, 0)));
  return { t, lines, gaps, stepMs, count };
}
