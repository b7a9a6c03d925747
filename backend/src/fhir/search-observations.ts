/** Runs a search of Observations on the hub's readings. */
import { metricOf } from '@gaya/protocols/metrics';
import type { FhirResource } from '@gaya/protocols/fhir';
import { ProblemError } from '../http/problem.ts';
import type { Hub, ReadingFilter, StoredReading } from '../hub.ts';
import { candidatesFor, matchesCodes } from './observation-codes.ts';
import type { ObservationSearch } from './observation-search.ts';
import { DeviceProfiles, renderObservation } from './render.ts';
import { dateWindow, intersect } from './search-date.ts';

export interface FoundObservations {
  readonly total: number;
  readonly resources: readonly FhirResource[];
}

const NOTHING: FoundObservations = { total: 0, resources: [] };
/** Readings looked at in one go where each must be. */
const CHUNK = 1_000;

/** @throws {ProblemError} 400 for a date that cannot be read */
export async function searchObservations(
  hub: Pick<Hub, 'patients' | 'devices' | 'readings'>,
  search: ObservationSearch,
): Promise<FoundObservations> {
  const { patientId, codes, count, offset } = search;
  const patient = patientId === null ? null : await hub.patients.byId(patientId);
  const window = windowOf(search, patient?.zone ?? 'UTC');
  const { metrics, byDevice } = candidatesFor(codes);
  if (patient === null || metrics.length === 0) return NOTHING;
  const order = search.newestFirst ? 'newest-first' : 'oldest-first';
  const filter: ReadingFilter = {
    patientId: patient.patientId,
    ...(codes.length > 0 ? { metrics } : {}),
    ...window,
    order,
  };
  const profiles = new DeviceProfiles(hub.devices);
  if (byDevice) {
    const matching = await lookedAt(hub, filter, search, profiles);
    return { total: matching.length, resources: await render(matching.slice(offset, offset + count), profiles) };
  }
  const readings = count === 0 ? [] : await hub.readings.ofPatient({ ...filter, limit: count, offset });
  return { total: await hub.readings.count(filter), resources: await render(readings, profiles) };
}

async function lookedAt(
  hub: Pick<Hub, 'readings'>,
  filter: ReadingFilter,
  { codes }: ObservationSearch,
  profiles: DeviceProfiles,
): Promise<StoredReading[]> {
  const matching: StoredReading[] = [];
  for (let offset = 0; ; offset += CHUNK) {
    const chunk = await hub.readings.ofPatient({ ...filter, limit: CHUNK, offset });
    for (const reading of chunk) {
      const metric = metricOf(reading.metric);
      if (metric !== undefined && matchesCodes(metric, await profiles.of(reading.device), codes))
        matching.push(reading);
    }
    if (chunk.length < CHUNK) return matching;
  }
}

async function render(readings: readonly StoredReading[], profiles: DeviceProfiles): Promise<FhirResource[]> {
  const resources: FhirResource[] = [];
  for (const reading of readings) {
    const rendered = renderObservation(reading, await profiles.of(reading.device));
    if (rendered !== null) resources.push(rendered.resource);
  }
  return resources;
}

function windowOf({ dates }: ObservationSearch, zone: string): { from?: number; to?: number } {
  return intersect(
    dates.map((text) => {
      const window = dateWindow(text, zone);
      if (window === null) throw new ProblemError(400, 'invalid-value', [{ pointer: 'date', code: 'invalid-value' }]);
      return window;
    }),
  );
}
