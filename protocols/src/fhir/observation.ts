/** A reading as FHIR R4 Observation of the vital-signs profiles: LOINC and MDC codes, UCUM units, decimals as precise as sent. */
import type { Static } from 'typebox';
import type { ApiComponent, ApiReading } from '../api/readings.ts';
import { definitionOf, metricOf } from '../metrics/catalogue.ts';
import type { ComponentDefinition, MetricDefinition, MetricId } from '../metrics/metric.ts';
import type { DeviceProfile } from '../profiles/define-profile.ts';
import type { FhirJson, FhirResource } from './fhir-json.ts';
import { toFhirId } from './ids.ts';
import {
  coding,
  concept,
  DATA_ABSENT_REASON,
  LOINC,
  MDC,
  MEASUREMENT_STATUS,
  OBSERVATION_CATEGORY,
  READING_ID,
  TEST_DATA,
  UCUM,
} from './systems.ts';

type ReadingComponent = Static<typeof ApiComponent>;

const PROFILE_BASE = 'http://hl7.org/fhir/StructureDefinition/';
const INTERPRETATIONS: Readonly<Partial<Record<string, string>>> = {
  questionable: 'questionable',
  calibrating: 'calibration-ongoing',
  'early-estimate': 'early-indication',
};

const DATA_ABSENT = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason';

/**
 * Reading as Observation; null for a metric that the catalogue does not know.
 * A reading without a patient has no subject, one without a time no effective time: neither claims the vital-signs profile.
 * @param profile of the device that measured, for codes that depend on the device type
 * @see FHIR R4 Observation
 */
export function toObservation(reading: ApiReading, profile?: Pick<DeviceProfile, 'mdc'>): FhirResource | null {
  const metric = metricOf(reading.metric);
  if (metric === undefined) return null;
  const { time, patientId, device } = reading;
  const conforms = patientId !== null && time.effectiveAt !== null;
  return {
    resourceType: 'Observation',
    id: toFhirId(reading.readingId),
    meta: {
      versionId: String(reading.version),
      profile: conforms ? [PROFILE_BASE + metric.fhir.profile] : undefined,
      security: isTest(reading) ? [TEST_DATA] : undefined,
    },
    identifier: [{ system: READING_ID, value: reading.readingId }],
    status: statusOf(reading),
    category: [concept(coding(OBSERVATION_CATEGORY, 'vital-signs', 'Vital Signs'))],
    code: codeOf(metric, profile),
    subject: patientId === null ? undefined : { reference: `Patient/${toFhirId(patientId)}` },
    ...effectiveOf(time.effectiveAt),
    issued: new Date(time.receivedAt).toISOString(),
    ...valueOf(reading, metric),
    interpretation: interpretationOf(reading),
    note: noteOf(reading),
    device: device === null ? undefined : { reference: `Device/${toFhirId(device)}` },
  };
}

/** LOINC code by which a metric is searched and stored; null where there is none. */
export function loincOf(metric: MetricId): string | null {
  const { fhir, loinc } = definitionOf(metric);
  return fhir.magicLoinc ?? loinc;
}

function statusOf(reading: ApiReading): string {
  if (reading.status !== 'current' || reading.quality.includes('invalid')) return 'entered-in-error';
  return reading.quality.includes('early-estimate') ? 'preliminary' : 'final';
}

const isTest = (reading: ApiReading): boolean =>
  reading.source === 'seed' || reading.quality.includes('demo') || reading.quality.includes('test-data');

function codeOf(metric: MetricDefinition, profile?: Pick<DeviceProfile, 'mdc'>): FhirJson {
  const { label, loinc } = metric;
  const first = metric.fhir.magicLoinc;
  return {
    coding: [
      ...(first === undefined ? [] : [coding(LOINC, first)]),
      ...(loinc === null ? [] : [coding(LOINC, loinc)]),
      coding(MDC, profile?.mdc?.[metric.id] ?? metric.mdc),
    ],
    text: label.en,
  };
}

function effectiveOf(effectiveAt: number | null): Readonly<Record<string, FhirJson>> {
  return effectiveAt === null
    ? { _effectiveDateTime: { extension: [{ url: DATA_ABSENT, valueCode: 'unknown' }] } }
    : { effectiveDateTime: new Date(effectiveAt).toISOString() };
}

/** One value stands on the Observation itself, several are components. */
function valueOf(reading: ApiReading, metric: MetricDefinition): Readonly<Record<string, FhirJson>> {
  const invalid = reading.quality.includes('invalid');
  const [only] = reading.components;
  if (metric.components.length === 1 && only !== undefined) return quantityOrReason(only, invalid);
  return {
    component: metric.components.flatMap((definition) => {
      const part = reading.components.find((component) => component.component === definition.id);
      return part === undefined ? [] : [{ code: componentCode(definition), ...quantityOrReason(part, invalid) }];
    }),
  };
}

function componentCode(definition: ComponentDefinition): FhirJson {
  const loinc = definition.loinc === null ? [] : [coding(LOINC, definition.loinc)];
  return { coding: [...loinc, coding(MDC, definition.mdc)], text: definition.label.en };
}

/** A value that the device itself calls invalid is not passed on as a number. */
function quantityOrReason(component: ReadingComponent, invalid: boolean): Readonly<Record<string, FhirJson>> {
  const { value, unit, absent } = component;
  if (value === null || invalid) {
    return { dataAbsentReason: concept(coding(DATA_ABSENT_REASON, invalid ? 'error' : (absent ?? 'unknown'))) };
  }
  return { valueQuantity: { value: { decimal: value }, unit, system: UCUM, code: unit } };
}

function interpretationOf(reading: ApiReading): FhirJson | undefined {
  const codes = reading.quality.flatMap((flag) => INTERPRETATIONS[flag] ?? []);
  return codes.length === 0 ? undefined : codes.map((code) => concept(coding(MEASUREMENT_STATUS, code)));
}

/** What the device or the hub says against the value, in the codes of the API, and what people wrote. */
function noteOf(reading: ApiReading): FhirJson | undefined {
  const flags = reading.quality.length === 0 ? [] : [`Quality: ${reading.quality.join(', ')}`];
  const texts = reading.note === null ? flags : [...flags, reading.note];
  return texts.length === 0 ? undefined : texts.map((text) => ({ text }));
}
