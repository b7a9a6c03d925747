/** A device record as FHIR R4 Device: a personal health device with its 11073 specialisation. */
import type { Device } from '../api/records.ts';
import type { DeviceProfile } from '../profiles/define-profile.ts';
import type { FhirJson, FhirResource } from './fhir-json.ts';
import { toFhirId } from './ids.ts';
import { coding, concept, DEVICE_ID, MDC } from './systems.ts';

/** MDC_MOC_VMS_MDS_SIMP: a personal health device. */
const PERSONAL_HEALTH_DEVICE = 65573;
const FIRMWARE = 531976;

/** @param profile of the device's type; its specialisation is left out where the type is unknown */
export function toFhirDevice(device: Device, profile?: Pick<DeviceProfile, 'mdcSpecialization'>): FhirResource {
  return {
    resourceType: 'Device',
    id: toFhirId(device.deviceId),
    identifier: [{ system: DEVICE_ID, value: device.deviceId }],
    status: 'active',
    manufacturer: device.manufacturer ?? undefined,
    serialNumber: device.serial ?? undefined,
    deviceName: [{ name: device.label, type: 'user-friendly-name' }],
    modelNumber: device.model ?? undefined,
    type: concept(coding(MDC, PERSONAL_HEALTH_DEVICE)),
    specialization:
      profile === undefined ? undefined : [{ systemType: concept(coding(MDC, profile.mdcSpecialization)) }],
    version: device.firmware === null ? undefined : [firmwareOf(device.firmware)],
  };
}

const firmwareOf = (value: string): FhirJson => ({ type: concept(coding(MDC, FIRMWARE)), value });
