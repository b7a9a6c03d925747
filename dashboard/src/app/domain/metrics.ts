/** The metric catalogue as the screen uses it: order of the columns, units in words, numbers in text. Pure. */
import type { ApiReading } from '@gaya/protocols/api';
import { formatValue, metricOf, type MetricDefinition } from '@gaya/protocols/metrics';

export { metricOf } from '@gaya/protocols/metrics';

/** Worklist columns, left to right. */
export const WORKLIST_METRICS = ['blood-pressure', 'pulse', 'spo2', 'body-temperature'] as const;

/** Order of tiles, charts and tables of a patient. */
const ORDER: readonly string[] = [...WORKLIST_METRICS, 'perfusion-index', 'cuff-pressure'];

export function byMetricOrder(a: string, b: string): number {
  const rank = (id: string) => (ORDER.includes(id) ? ORDER.indexOf(id) : ORDER.length);
  return rank(a) - rank(b) || a.localeCompare(b);
}

/** The component that a single line or a sparkline stands for. */
export function mainComponent(metric: MetricDefinition): string {
  return metric.components[0]?.id ?? 'value';
}

/** A stored decimal, or a number of a chart, as screens show it: the metric's decimals, and U+2212 for minus. */
export function numberText(value: string | number, decimals: number): string {
  const text = typeof value === 'string' ? formatValue(value, decimals) : value.toFixed(decimals);
  return text.replace(/^-/, '−');
}

/** "148/92", "36.8"; components without a number as an en dash; null when no component has one. */
export function readingText(reading: ApiReading): string | null {
  const decimals = metricOf(reading.metric)?.decimals ?? 0;
  const shown = reading.components.filter((c) => c.component !== 'mean' || reading.components.length === 1);
  if (shown.every((c) => c.value === null)) return null;
  return shown.map((c) => (c.value === null ? '–' : numberText(c.value, decimals))).join('/');
}

/** UCUM unit in the words of a ward; units that are the same in both languages stand once. */
const UNIT_WORDS: Readonly<Record<string, { readonly ko: string; readonly en: string }>> = {
  'mm[Hg]': { ko: 'mmHg', en: 'mmHg' },
  Cel: { ko: '°C', en: '°C' },
  '/min': { ko: '회/분', en: 'bpm' },
};

export function unitText(ucum: string, lang: 'ko' | 'en'): string {
  return UNIT_WORDS[ucum]?.[lang] ?? ucum;
}
