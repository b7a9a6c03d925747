export { toFhirDevice } from './device.ts';
export { serialise, type FhirDecimal, type FhirJson, type FhirResource } from './fhir-json.ts';
export { fromFhirId, toFhirId } from './ids.ts';
export { loincOf, toObservation } from './observation.ts';
export { toFhirPatient } from './patient.ts';
export * from './systems.ts';
