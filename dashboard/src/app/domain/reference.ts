/**
 * Which values of a reading lie outside the population's reference range. A reference range is what is usual for people; it is
 * not this patient's alarm limit, and the screen says so. Pure.
 */
import type { ApiReading } from '@gaya/protocols/api';
import type { ComponentId } from '@gaya/protocols/metrics';
import { metricOf } from './metrics.ts';

export interface Excursion {
  readonly metric: string;
  readonly component: ComponentId;
  readonly direction: 'below' | 'above';
  /** Decimal as stored, in the metric's unit. */
  readonly value: string;
  /** The limit that was passed, in the metric's unit. */
  readonly limit: number;
  /** How far outside, as a part of the width of the range: to name the worst first. */
  readonly distance: number;
}

/** The components outside their range, the farthest first. A value on the limit is inside. */
export function excursionsOf(reading: ApiReading): Excursion[] {
  const definition = metricOf(reading.metric);
  if (definition === undefined) return [];
  return reading.components
    .flatMap((c): Excursion[] => {
      const range = definition.reference[c.component];
      if (range === undefined || c.value === null) return [];
      const value = Number(c.value);
      const [low, high] = range;
      const limit = value < low ? low : value > high ? high : null;
      if (limit === null) return [];
      const distance = Math.abs(value - limit) / Math.max(high - low, Number.EPSILON);
      const direction = value < low ? 'below' : 'above';
      return [{ metric: reading.metric, component: c.component, direction, value: c.value, limit, distance }];
    })
    .sort((a, b) => b.distance - a.distance);
}

/** Marks under which a value must not be judged: the device itself, or physics, says that it is not one. */
const NOT_JUDGED: ReadonlySet<string> = new Set([
  'invalid',
  'implausible',
  'demo',
  'sensor-off',
  'equipment-malfunction',
]);

export function isJudged(reading: ApiReading): boolean {
  return reading.status === 'current' && !reading.quality.some((mark) => NOT_JUDGED.has(mark));
}
