/** Records and readings as FHIR resources, with the version and the commit stamp that they have in the hub. */
import { fromFhirId, toFhirDevice, toFhirPatient, toObservation, type FhirResource } from '@gaya/protocols/fhir';
import { profileOf, type DeviceProfile } from '@gaya/protocols/profiles';
import type { Devices, StoredDevice, StoredPatient, StoredReading } from '../hub.ts';

export interface Rendered {
  readonly resource: FhirResource;
  readonly version: number;
  /** UTC ms. */
  readonly recordedAt: number;
}

export const renderPatient = (patient: StoredPatient): Rendered => rendered(toFhirPatient(patient), patient);

export const renderDevice = (device: StoredDevice): Rendered =>
  rendered(toFhirDevice(device, profileOf(device.profile)), device);

/** Null for a metric that the catalogue does not know (any more). */
export function renderObservation(reading: StoredReading, profile: DeviceProfile | undefined): Rendered | null {
  const resource = toObservation(reading, profile);
  return resource === null ? null : rendered(resource, reading);
}

function rendered(resource: FhirResource, { version, recordedAt }: { version: number; recordedAt: number }): Rendered {
  const { resourceType, id, meta: given, ...rest } = resource;
  const meta = {
    ...(given as object | undefined),
    versionId: String(version),
    lastUpdated: new Date(recordedAt).toISOString(),
  };
  return { resource: { resourceType, id, meta, ...rest }, version, recordedAt };
}

/** The hub's id; null for a FHIR id that cannot be one of the hub's. */
export const hubIdOf = fromFhirId;

/** Profiles of devices, each device asked for once. */
export class DeviceProfiles {
  readonly #devices: Pick<Devices, 'byId'>;
  readonly #known = new Map<string, DeviceProfile | undefined>();

  constructor(devices: Pick<Devices, 'byId'>) {
    this.#devices = devices;
  }

  /** Undefined: no device, or a type that is not known. */
  async of(deviceId: string | null): Promise<DeviceProfile | undefined> {
    if (deviceId === null) return undefined;
    if (!this.#known.has(deviceId)) {
      const device = await this.#devices.byId(deviceId);
      this.#known.set(deviceId, device === null ? undefined : profileOf(device.profile));
    }
    return this.#known.get(deviceId);
  }
}
