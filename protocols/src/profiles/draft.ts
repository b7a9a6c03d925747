/** Decoded values to reading drafts: normalised to the catalogue's unit, special values with their reason, physics checked. */
import { ABSENT_REASON, medfloatText, type Medfloat } from '../bytes/medfloat.ts';
import { definitionOf } from '../metrics/catalogue.ts';
import type { ComponentId, MetricId } from '../metrics/metric.ts';
import { isPlausible } from '../metrics/plausibility.ts';
import { convert } from '../metrics/units.ts';
import type { Component, QualityFlag, ReadingDraft } from '../readings/reading.ts';

/** One decoded value of a reading, in the unit in which the device sent it. */
export interface Measure {
  readonly component: ComponentId;
  readonly value: Medfloat;
  readonly unit: string;
}

export function draft(
  metric: MetricId,
  kind: ReadingDraft['kind'],
  measures: readonly Measure[],
  quality: readonly QualityFlag[],
): ReadingDraft {
  const { unit } = definitionOf(metric);
  const components = measures.map((measure) => toComponent(measure, unit));
  const flags: QualityFlag[] = isPlausible(metric, components) ? [...quality] : [...quality, 'implausible'];
  return { slot: metric, metric, components, quality: [...new Set(flags)], kind };
}

/** A reading that is one number. */
export function valueDraft(
  metric: MetricId,
  kind: ReadingDraft['kind'],
  value: Medfloat,
  unit: string,
  quality: readonly QualityFlag[],
): ReadingDraft {
  return draft(metric, kind, [{ component: 'value', value, unit }], quality);
}

function toComponent({ component, value, unit: sentUnit }: Measure, unit: string): Component {
  const text = medfloatText(value);
  if (text !== null) return { component, value: convert(text, sentUnit, unit), unit };
  return { component, value: null, unit, absent: typeof value === 'string' ? ABSENT_REASON[value] : 'error' };
}
