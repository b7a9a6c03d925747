/** What /fhir can do, and nothing that it cannot. @see FHIR R4 CapabilityStatement */
import type { FhirJson } from '@gaya/protocols/fhir';

export function capabilityStatement(options: { base: string; version: string; date: number }): FhirJson {
  const read = [{ code: 'read' }];
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: new Date(options.date).toISOString(),
    kind: 'instance',
    software: { name: 'Gaya', version: options.version },
    implementation: { description: 'Gaya, remote health monitoring hub', url: options.base },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'json'],
    rest: [
      {
        mode: 'server',
        documentation: 'Read only. An unknown search parameter is an error, unless Prefer: handling=lenient is sent.',
        resource: [
          { type: 'Patient', versioning: 'versioned', interaction: read },
          { type: 'Device', versioning: 'versioned', interaction: read },
          {
            type: 'Observation',
            versioning: 'versioned',
            interaction: [...read, { code: 'search-type' }],
            searchParam: [
              { name: 'patient', type: 'reference', documentation: 'Required: Patient/id, or the id.' },
              { name: 'subject', type: 'reference', documentation: 'The same as patient.' },
              {
                name: 'code',
                type: 'token',
                documentation: 'LOINC or ISO/IEEE 11073-10101 code of the Observation; several separated by commas.',
              },
              {
                name: 'date',
                type: 'date',
                documentation:
                  'eq, ge, gt, le, lt, sa, eb; without a zone local to the patient. Sort by date or -date, page by _count.',
              },
            ],
          },
        ],
      },
    ],
  };
}
