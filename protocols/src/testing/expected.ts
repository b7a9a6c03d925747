/**
 * Decoded values in the words of the vectors, so that foreign expectations need no change. Each entry maps one characteristic;
 * what a vector does not mention is not compared.
 */
import { toNumber } from '../bytes/decimal.ts';
import { isoOf, type GattDateTime, type MeasurementTime } from '../bytes/gatt-date-time.ts';
import { medfloatText, type Medfloat } from '../bytes/medfloat.ts';
import type { BatteryLevel } from '../gatt/battery.ts';
import type {
  BloodPressureMeasurement,
  BloodPressureStatus,
  IntermediateCuffPressure,
} from '../gatt/blood-pressure.ts';
import type { CurrentTime } from '../gatt/current-time.ts';
import { eui64Of, type SystemId } from '../gatt/device-information.ts';
import type { TemperatureMeasurement } from '../gatt/health-thermometer.ts';
import type { PlxContinuous, PlxSpotCheck } from '../gatt/pulse-oximeter.ts';

type View = (value: never, bytes: Uint8Array) => Readonly<Record<string, unknown>>;

const word = (bytes: Uint8Array, fromEnd: number): number =>
  (bytes.at(-fromEnd) ?? 0) + 256 * (bytes.at(1 - fromEnd) ?? 0);

export function numberOf(value: Medfloat): number | string {
  if (value === 'reserved') return 'RFU';
  const text = medfloatText(value);
  return text === null ? (value as string) : toNumber(text);
}

export function timeOf(time: MeasurementTime): GattDateTime | string | null {
  return isoOf(time) ?? ('unreadable' in time ? null : time);
}

const optional = <T, R>(value: T | null, map: (value: T) => R): R | undefined =>
  value === null ? undefined : map(value);

/** The status is the last field where it is present and nothing is left over. */
function pressureContext(value: BloodPressureMeasurement | IntermediateCuffPressure, bytes: Uint8Array) {
  return {
    unit: value.unit,
    timestamp: optional(value.timestamp, timeOf),
    pulseRate: optional(value.pulseRate, numberOf),
    userId: value.userId ?? undefined,
    status: optional(value.status, () => word(bytes, 2)),
    statusDecoded: optional(value.status, statusDecoded),
  };
}

function statusDecoded(status: BloodPressureStatus) {
  const has = (bit: BloodPressureStatus['set'][number]): boolean => status.set.includes(bit);
  return {
    bodyMovement: has('body-movement'),
    cuffTooLoose: has('cuff-too-loose'),
    irregularPulse: has('irregular-pulse'),
    pulseRateRange: status.pulseRateRange,
    improperPosition: has('improper-position'),
  };
}

const temperature: View = (value: TemperatureMeasurement) => ({
  unit: value.unit === '[degF]' ? 'degF' : 'Cel',
  value: numberOf(value.temperature),
  timestamp: optional(value.timestamp, timeOf),
  temperatureType: value.temperatureType ?? undefined,
});

/** Sum of the bits of a status, from the names that the codec gives. */
const PLX_MEASUREMENT = [
  'ongoing',
  'early-estimate',
  'validated',
  'fully-qualified',
  'from-storage',
  'demo',
  'testing',
  'calibration-ongoing',
  'unavailable',
  'questionable',
  'invalid',
];
const PLX_SENSOR = [
  'extended-display-update',
  'equipment-malfunction',
  'signal-processing-irregularity',
  'inadequate-signal',
  'poor-signal',
  'low-perfusion',
  'erratic-signal',
  'non-pulsatile-signal',
  'questionable-pulse',
];
const PLX_FEATURES = [
  'measurement-status',
  'device-sensor-status',
  'measurement-storage',
  'timestamp',
  'fast-metric',
  'slow-metric',
  'pulse-amplitude-index',
  'multiple-bonds',
];

interface NamedBits {
  readonly set: readonly string[];
  readonly reserved: number;
}

const bitsOf = (names: readonly string[], shift: number) => (bits: NamedBits) =>
  bits.set.reduce((sum, name) => sum + 2 ** (names.indexOf(name) + shift), bits.reserved);

const plxContext = (value: PlxSpotCheck | PlxContinuous) => ({
  spo2: numberOf(value.spo2),
  pulseRate: numberOf(value.pulseRate),
  measurementStatus: optional(value.measurementStatus, bitsOf(PLX_MEASUREMENT, 5)),
  deviceSensorStatus: optional(value.deviceSensorStatus, bitsOf(PLX_SENSOR, 0)),
  pulseAmplitudeIndex: optional(value.pulseAmplitudeIndex, numberOf),
});

export const VIEWS: Readonly<Record<string, View>> = {
  '2a35': (value: BloodPressureMeasurement, bytes) => ({
    systolic: numberOf(value.systolic),
    diastolic: numberOf(value.diastolic),
    meanArterialPressure: numberOf(value.mean),
    ...pressureContext(value, bytes),
  }),
  '2a36': (value: IntermediateCuffPressure, bytes) => ({
    cuffPressure: numberOf(value.cuffPressure),
    ...pressureContext(value, bytes),
  }),
  '2a49': (value: NamedBits) => ({ features: bitsOf([], 0)(value) }),
  '2a1c': temperature,
  '2a1e': temperature,
  '2a1d': (value: object) => ({ ...value }),
  '2a21': (value: object) => ({ ...value }),
  '2a5e': (value: PlxSpotCheck) => ({ ...plxContext(value), timestamp: optional(value.timestamp, timeOf) }),
  '2a5f': (value: PlxContinuous) => ({
    ...plxContext(value),
    spo2Fast: optional(value.fast, (pair) => numberOf(pair.spo2)),
    pulseRateFast: optional(value.fast, (pair) => numberOf(pair.pulseRate)),
    spo2Slow: optional(value.slow, (pair) => numberOf(pair.spo2)),
    pulseRateSlow: optional(value.slow, (pair) => numberOf(pair.pulseRate)),
  }),
  '2a60': (value: {
    features: NamedBits;
    measurementStatusSupport: NamedBits | null;
    deviceSensorStatusSupport: NamedBits | null;
  }) => ({
    features: bitsOf(PLX_FEATURES, 0)(value.features),
    measurementStatusSupport: optional(value.measurementStatusSupport, bitsOf(PLX_MEASUREMENT, 5)),
    deviceSensorStatusSupport: optional(value.deviceSensorStatusSupport, bitsOf(PLX_SENSOR, 0)),
  }),
  '2a2b': (value: CurrentTime) => ({
    dateTime: timeOf(value.dateTime),
    dayOfWeek: value.dayOfWeek,
    fractions256: value.fractions256,
    adjustReason: bitsOf(['manual', 'external-reference', 'time-zone', 'daylight-saving'], 0)(value.adjustReason),
  }),
  '2a0f': (value: object) => ({ ...value }),
  '2a19': (value: BatteryLevel) => ({ batteryPercent: value.percent }),
  '2a23': (value: SystemId) => ({
    manufacturerId: value.manufacturerId.toUpperCase(),
    oui: value.oui.toUpperCase(),
    eui64: eui64Of(value).toUpperCase(),
  }),
  '2a50': (value: object) => ({ ...value }),
};
