/**
 * Words of the path (docs/architecture.md): a Measurement is one or several decoded frames, a Reading is one clinical
 * value of a measurement with its components, normalised. A decimal is kept as text, because its precision is information
 * ("36.40" is not "36.4").
 */
import type { ComponentId, MetricId } from '../metrics/metric.ts';
import type { ResolvedTime } from '../time/resolved-time.ts';

/** A decimal number as text, as precise as the device sent it; arithmetic goes through bytes/decimal.ts. */
export type DecimalText = string;

/** Why a component has no number (11073-20601 special values and out-of-band reasons). */
export type AbsentReason = 'not-a-number' | 'positive-infinity' | 'negative-infinity' | 'error' | 'not-performed';

/** One component of a reading: a number in a UCUM unit, or the reason why there is none. */
export type Component =
  | { readonly component: ComponentId; readonly value: DecimalText; readonly unit: string; readonly absent?: undefined }
  | { readonly component: ComponentId; readonly value: null; readonly unit: string; readonly absent: AbsentReason };

/** What the device or the hub says against trusting a value; kept and shown, never a reason to drop the value. */
export type QualityFlag =
  | 'invalid' // the device itself calls the value invalid or unavailable
  | 'questionable' // measurement status or sensor status in doubt
  | 'early-estimate'
  | 'calibrating'
  | 'demo' // demo or test data of the device
  | 'from-storage'
  | 'body-movement'
  | 'cuff-loose'
  | 'irregular-pulse'
  | 'pulse-out-of-range'
  | 'improper-position'
  | 'poor-signal'
  | 'low-perfusion'
  | 'sensor-off'
  | 'interference'
  | 'equipment-malfunction'
  | 'implausible' // outside the plausible range of the metric (physics)
  | 'possible-repeat' // the same bytes again within the re-indication window, without a sequence or time stamp inside
  | 'sequence-conflict' // the same device sequence with other bytes
  | 'test-data'; // seeded, or from the simulator

/** A reading as a profile makes it, before time, patient and versions are known. */
export interface ReadingDraft {
  /** Names the reading inside its frame: metric, and index where a frame carries several of one metric. */
  readonly slot: string;
  readonly metric: MetricId;
  readonly components: readonly Component[];
  readonly quality: readonly QualityFlag[];
  /** 'sample' values of a dense stream get series points, no reading row. */
  readonly kind: 'spot' | 'sample';
}

/** A draft with its time, as the reading rows keep it. */
export interface TimedReading extends ReadingDraft {
  /** `${frameId}:${slot}` */
  readonly readingId: string;
  readonly frameId: string;
  readonly time: ResolvedTime;
  /** User slot on a shared device; null where the device has none or does not say. */
  readonly userSlot: number | null;
}

export function readingIdOf(frameId: string, slot: string): string {
  return `${frameId}:${slot}`;
}
