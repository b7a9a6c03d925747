/** A patient record as FHIR R4 Patient. */
import type { Patient } from '../api/records.ts';
import type { FhirJson, FhirResource } from './fhir-json.ts';
import { toFhirId } from './ids.ts';
import { HOSPITAL_NUMBER, TEST_DATA } from './systems.ts';

const REPRESENTATION = 'http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation';

/** The name is one text, as the hospital writes it: Korean names are not taken apart. */
export function toFhirPatient(patient: Patient): FhirResource {
  const { nameLatin, phone } = patient;
  return {
    resourceType: 'Patient',
    id: toFhirId(patient.patientId),
    meta: { versionId: String(patient.version), security: patient.fictional ? [TEST_DATA] : undefined },
    identifier: [{ system: HOSPITAL_NUMBER, value: patient.identifier }],
    name: [{ use: 'official', text: patient.name }, ...(nameLatin == null ? [] : [latin(nameLatin)])],
    telecom: phone == null ? undefined : [{ system: 'phone', value: phone }],
    gender: patient.sex,
    birthDate: patient.birthDate,
  };
}

const latin = (text: string): FhirJson => ({
  extension: [{ url: REPRESENTATION, valueCode: 'ABC' }],
  use: 'usual',
  text,
});
