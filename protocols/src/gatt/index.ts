/** Every codec, one file per service. */
import { batteryLevel } from './battery.ts';
import { bloodPressureFeature, bloodPressureMeasurement, intermediateCuffPressure } from './blood-pressure.ts';
import type { Codec } from './codec.ts';
import { currentTime, localTimeInformation } from './current-time.ts';
import {
  firmwareRevision,
  hardwareRevision,
  manufacturerName,
  modelNumber,
  pnpId,
  serialNumber,
  softwareRevision,
  systemId,
} from './device-information.ts';
import {
  intermediateTemperature,
  measurementInterval,
  temperatureMeasurement,
  temperatureType,
} from './health-thermometer.ts';
import { plxContinuous, plxFeatures, plxSpotCheck } from './pulse-oximeter.ts';

export type { Codec, Field } from './codec.ts';

/** Of different values: which one a codec takes and gives is known where the codec itself is imported. */
export const codecs: readonly Codec<unknown>[] = [
  bloodPressureMeasurement,
  intermediateCuffPressure,
  bloodPressureFeature,
  temperatureMeasurement,
  intermediateTemperature,
  temperatureType,
  measurementInterval,
  plxSpotCheck,
  plxContinuous,
  plxFeatures,
  currentTime,
  localTimeInformation,
  batteryLevel,
  manufacturerName,
  modelNumber,
  serialNumber,
  hardwareRevision,
  firmwareRevision,
  softwareRevision,
  systemId,
  pnpId,
];

const byUuid = new Map(codecs.map((codec) => [codec.uuid, codec]));

/** Codec of a characteristic by its four lower-case hex digits; undefined for one that we do not know. */
export function codecOf(uuid: string): Codec<unknown> | undefined {
  return byUuid.get(uuid);
}
