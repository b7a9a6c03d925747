/**
 * Every clinical quantity that Gaya knows. Plausible ranges are physics (a value outside is kept and marked); reference
 * ranges are what a screen calls usual in adults at home; neither is an alarm limit.
 */
import type { ComponentId, ComponentDefinition, Label, MetricDefinition, MetricId } from './metric.ts';

const MM_HG = 'mm[Hg]';

export const metrics: readonly MetricDefinition[] = [
  {
    id: 'blood-pressure',
    label: { ko: '혈압', en: 'Blood pressure' },
    mdc: 150020,
    loinc: '85354-9',
    unit: MM_HG,
    decimals: 0,
    plausible: [20, 300],
    reference: { systolic: [90, 134], diastolic: [60, 84] },
    kind: 'spot',
    components: [
      component('systolic', { ko: '수축기', en: 'Systolic' }, 150021, '8480-6', [40, 300]),
      component('diastolic', { ko: '이완기', en: 'Diastolic' }, 150022, '8462-4', [20, 200]),
      component('mean', { ko: '평균', en: 'Mean' }, 150023, '8478-0', [20, 250]),
    ],
  },
  single('pulse', { ko: '맥박', en: 'Pulse' }, 149546, '8867-4', '/min', 0, [20, 300], [51, 90]),
  single('spo2', { ko: '산소포화도', en: 'SpO₂' }, 150456, '59408-5', '%', 0, [50, 100], [95, 100]),
  single('body-temperature', { ko: '체온', en: 'Temperature' }, 150364, '8310-5', 'Cel', 1, [25, 45], [36.1, 37.9]),
  single('perfusion-index', { ko: '관류지수', en: 'Perfusion index' }, 150448, '61006-3', '%', 1, [0, 100], null),
  {
    ...single('cuff-pressure', { ko: '커프 압력', en: 'Cuff pressure' }, 150300, null, MM_HG, 0, [0, 330], null),
    kind: 'continuous',
  },
];

const byId = new Map<string, MetricDefinition>(metrics.map((metric) => [metric.id, metric]));

/** Definition of a metric by id; undefined for one that we do not know (an id from outside). */
export function metricOf(id: string): MetricDefinition | undefined {
  return byId.get(id);
}

/** Definition of a known metric. */
export function definitionOf(id: MetricId): MetricDefinition {
  const definition = byId.get(id);
  if (definition === undefined) throw new RangeError('unknown metric');
  return definition;
}

function component(
  id: ComponentId,
  label: Label,
  mdc: number,
  loinc: string | null,
  plausible: readonly [number, number],
): ComponentDefinition {
  return { id, label, mdc, loinc, plausible };
}

/** A metric that is one number. */
function single(
  id: MetricId,
  label: Label,
  mdc: number,
  loinc: string | null,
  unit: string,
  decimals: number,
  plausible: readonly [number, number],
  reference: readonly [number, number] | null,
): MetricDefinition {
  return {
    id,
    label,
    mdc,
    loinc,
    unit,
    decimals,
    plausible,
    reference: reference === null ? {} : { value: reference },
    kind: 'spot',
    components: [component('value', label, mdc, loinc, plausible)],
  };
}
