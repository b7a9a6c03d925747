/**
 * Every clinical quantity that Gaya knows. Plausible ranges are physics (a value outside is kept and marked); reference
 * ranges are what a screen calls usual in adults at home; neither is an alarm limit.
 */
import type { MetricDefinition, MetricId } from './metric.ts';

export const metrics: readonly MetricDefinition[] = [
  {
    id: 'blood-pressure',
    label: { ko: '혈압', en: 'Blood pressure' },
    mdc: 150020,
    loinc: '85354-9',
    fhir: { profile: 'bp' },
    unit: 'mm[Hg]',
    decimals: 0,
    plausible: [20, 300],
    reference: { systolic: [90, 134], diastolic: [60, 84] },
    kind: 'spot',
    components: [
      {
        id: 'systolic',
        label: { ko: '수축기', en: 'Systolic' },
        mdc: 150021,
        loinc: '8480-6',
        plausible: [40, 300],
      },
      {
        id: 'diastolic',
        label: { ko: '이완기', en: 'Diastolic' },
        mdc: 150022,
        loinc: '8462-4',
        plausible: [20, 200],
      },
      { id: 'mean', label: { ko: '평균', en: 'Mean' }, mdc: 150023, loinc: '8478-0', plausible: [20, 250] },
    ],
  },
  single({
    id: 'pulse',
    label: { ko: '맥박', en: 'Pulse' },
    mdc: 149546,
    loinc: '8867-4',
    fhir: { profile: 'heartrate' },
    unit: '/min',
    decimals: 0,
    plausible: [20, 300],
    reference: { value: [51, 90] },
    kind: 'spot',
  }),
  single({
    id: 'spo2',
    label: { ko: '산소포화도', en: 'SpO₂' },
    mdc: 150456,
    loinc: '59408-5',
    fhir: { profile: 'oxygensat', magicLoinc: '2708-6' },
    unit: '%',
    decimals: 0,
    plausible: [50, 100],
    reference: { value: [95, 100] },
    kind: 'spot',
  }),
  single({
    id: 'body-temperature',
    label: { ko: '체온', en: 'Temperature' },
    mdc: 150364,
    loinc: '8310-5',
    fhir: { profile: 'bodytemp' },
    unit: 'Cel',
    decimals: 1,
    plausible: [25, 45],
    reference: { value: [36.1, 37.9] },
    kind: 'spot',
  }),
  single({
    id: 'perfusion-index',
    label: { ko: '관류지수', en: 'Perfusion index' },
    mdc: 150448,
    loinc: '61006-3',
    fhir: { profile: 'vitalsigns' },
    unit: '%',
    decimals: 1,
    plausible: [0, 100],
    reference: {},
    kind: 'spot',
  }),
  single({
    id: 'cuff-pressure',
    label: { ko: '커프 압력', en: 'Cuff pressure' },
    mdc: 150300,
    loinc: null,
    fhir: { profile: 'vitalsigns' },
    unit: 'mm[Hg]',
    decimals: 0,
    plausible: [0, 330],
    reference: {},
    kind: 'continuous',
  }),
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

/** A metric that is one number: its only component is called `value` and has the metric's own name, codes and range. */
function single(metric: Omit<MetricDefinition, 'components'>): MetricDefinition {
  const { label, mdc, loinc, plausible } = metric;
  return { ...metric, components: [{ id: 'value', label, mdc, loinc, plausible }] };
}
