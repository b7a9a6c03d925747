/** Code and identifier systems, written once. */
import type { FhirJson } from './fhir-json.ts';

export const MDC = 'urn:iso:std:iso:11073:10101';
export const LOINC = 'http://loinc.org';
export const UCUM = 'http://unitsofmeasure.org';
export const OBSERVATION_CATEGORY = 'http://terminology.hl7.org/CodeSystem/observation-category';
export const DATA_ABSENT_REASON = 'http://terminology.hl7.org/CodeSystem/data-absent-reason';
export const MEASUREMENT_STATUS = 'http://hl7.org/fhir/uv/pocd/CodeSystem/measurement-status';
export const ACT_REASON = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';

/** Identifiers that this hub gives or keeps; another system may map them to its own. */
export const READING_ID = 'urn:x-gaya:reading';
export const DEVICE_ID = 'urn:x-gaya:device';
export const HOSPITAL_NUMBER = 'urn:x-gaya:hospital-number';

export const coding = (system: string, code: string | number, display?: string): FhirJson => ({
  system,
  code: String(code),
  display,
});

export const concept = (...codings: readonly FhirJson[]): FhirJson => ({ coding: codings });

/** Marks health data that is not of a real patient. */
export const TEST_DATA: FhirJson = coding(ACT_REASON, 'HTEST', 'test health data');
