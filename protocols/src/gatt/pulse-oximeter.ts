/** Pulse Oximeter service (0x1822): spot-check and continuous measurement, features. */
import { bitIf, hasBit, readBits, writeBits, type Bits, type BitNames } from '../bytes/bits.ts';
import { binary, type ByteCursor } from '../bytes/byte-cursor.ts';
import type { ByteWriter } from '../bytes/byte-writer.ts';
import { readMeasurementTime, writeMeasurementTime, type MeasurementTime } from '../bytes/gatt-date-time.ts';
import { readSfloat, writeSfloat, type Medfloat } from '../bytes/medfloat.ts';
import { defineCodec } from './define-codec.ts';

export const PULSE_OXIMETER_SERVICE = '1822';

export interface SpO2AndPulse {
  /** %; NaN = not measured. */
  readonly spo2: Medfloat;
  /** Beats per minute; NaN = not measured. */
  readonly pulseRate: Medfloat;
}

/** What both measurements carry behind their values. */
interface PlxContext {
  /** null = not sent. */
  readonly measurementStatus: Bits<MeasurementStatusBit> | null;
  /** null = not sent. */
  readonly deviceSensorStatus: Bits<DeviceSensorStatusBit> | null;
  /** %; null = not sent. */
  readonly pulseAmplitudeIndex: Medfloat | null;
  /** Flag bits reserved for future use, at their place. */
  readonly reserved: number;
  /** Octets after the layout that the flags describe, hex. */
  readonly surplus: string;
}

export interface PlxSpotCheck extends SpO2AndPulse, PlxContext {
  /** Local to the device; null = not sent. */
  readonly timestamp: MeasurementTime | null;
  readonly deviceClockNotSet: boolean;
}

export interface PlxContinuous extends SpO2AndPulse, PlxContext {
  /** Fast-response averages; null = not sent. */
  readonly fast: SpO2AndPulse | null;
  /** Slow-response averages; null = not sent. */
  readonly slow: SpO2AndPulse | null;
}

export interface PlxFeatures {
  readonly features: Bits<PlxFeatureBit>;
  /** Bits that the device can report; null = not sent. */
  readonly measurementStatusSupport: Bits<MeasurementStatusBit> | null;
  /** Bits that the device can report; null = not sent. */
  readonly deviceSensorStatusSupport: Bits<DeviceSensorStatusBit> | null;
  /** Octets after the layout that the features describe, hex. */
  readonly surplus: string;
}

const MEASUREMENT_STATUS = {
  width: 16,
  names: {
    5: 'ongoing',
    6: 'early-estimate',
    7: 'validated',
    8: 'fully-qualified',
    9: 'from-storage',
    10: 'demo',
    11: 'testing',
    12: 'calibration-ongoing',
    13: 'unavailable',
    14: 'questionable',
    15: 'invalid',
  },
} as const satisfies BitNames<string>;
export type MeasurementStatusBit = NameOf<typeof MEASUREMENT_STATUS>;

const DEVICE_SENSOR_STATUS = {
  width: 24,
  names: {
    0: 'extended-display-update',
    1: 'equipment-malfunction',
    2: 'signal-processing-irregularity',
    3: 'inadequate-signal',
    4: 'poor-signal',
    5: 'low-perfusion',
    6: 'erratic-signal',
    7: 'non-pulsatile-signal',
    8: 'questionable-pulse',
    9: 'analysis-ongoing',
    10: 'sensor-interference',
    11: 'sensor-unconnected-to-user',
    12: 'unknown-sensor',
    13: 'sensor-displaced',
    14: 'sensor-malfunctioning',
    15: 'sensor-disconnected',
  },
} as const satisfies BitNames<string>;
export type DeviceSensorStatusBit = NameOf<typeof DEVICE_SENSOR_STATUS>;

const FEATURES = {
  width: 16,
  names: {
    0: 'measurement-status',
    1: 'device-sensor-status',
    2: 'measurement-storage',
    3: 'timestamp',
    4: 'fast-metric',
    5: 'slow-metric',
    6: 'pulse-amplitude-index',
    7: 'multiple-bonds',
  },
} as const satisfies BitNames<string>;
export type PlxFeatureBit = NameOf<typeof FEATURES>;

type NameOf<T extends { names: Record<number, string> }> = T['names'][keyof T['names']] & string;

const SPOT_FLAG = { timestamp: 0, status: 1, sensor: 2, amplitude: 3, clockNotSet: 4 } as const;
const SPOT_RESERVED = 0b1110_0000;
const CONTINUOUS_FLAG = { fast: 0, slow: 1, status: 2, sensor: 3, amplitude: 4 } as const;
const CONTINUOUS_RESERVED = 0b1110_0000;
const SPEC = 'Pulse Oximeter Service';

/** @see Pulse Oximeter Service */
export const plxSpotCheck = defineCodec<PlxSpotCheck>({
  uuid: '2a5e',
  name: 'PLX Spot-Check Measurement',
  spec: SPEC,
  read: (cursor) => {
    const flags = cursor.u8('flags', binary(8));
    const normal = readPair(cursor, 'spo2', 'pulseRate');
    const timestamp = hasBit(flags, SPOT_FLAG.timestamp) ? readMeasurementTime(cursor, 'timestamp') : null;
    const context = readContext(cursor, flags, SPOT_FLAG, SPOT_RESERVED);
    return { ...normal, timestamp, deviceClockNotSet: hasBit(flags, SPOT_FLAG.clockNotSet), ...context };
  },
  write: (writer, value) => {
    const own =
      bitIf(value.timestamp !== null, SPOT_FLAG.timestamp) | bitIf(value.deviceClockNotSet, SPOT_FLAG.clockNotSet);
    writer.u8(own | contextFlags(value, SPOT_FLAG));
    writePair(writer, value);
    if (value.timestamp !== null) writeMeasurementTime(writer, value.timestamp);
    writeContext(writer, value);
  },
});

/** @see Pulse Oximeter Service */
export const plxContinuous = defineCodec<PlxContinuous>({
  uuid: '2a5f',
  name: 'PLX Continuous Measurement',
  spec: SPEC,
  read: (cursor) => {
    const flags = cursor.u8('flags', binary(8));
    const normal = readPair(cursor, 'spo2', 'pulseRate');
    const fast = hasBit(flags, CONTINUOUS_FLAG.fast) ? readPair(cursor, 'spo2Fast', 'pulseRateFast') : null;
    const slow = hasBit(flags, CONTINUOUS_FLAG.slow) ? readPair(cursor, 'spo2Slow', 'pulseRateSlow') : null;
    return { ...normal, fast, slow, ...readContext(cursor, flags, CONTINUOUS_FLAG, CONTINUOUS_RESERVED) };
  },
  write: (writer, value) => {
    const own = bitIf(value.fast !== null, CONTINUOUS_FLAG.fast) | bitIf(value.slow !== null, CONTINUOUS_FLAG.slow);
    writer.u8(own | contextFlags(value, CONTINUOUS_FLAG));
    writePair(writer, value);
    if (value.fast !== null) writePair(writer, value.fast);
    if (value.slow !== null) writePair(writer, value.slow);
    writeContext(writer, value);
  },
});

/** @see Pulse Oximeter Service */
export const plxFeatures = defineCodec<PlxFeatures>({
  uuid: '2a60',
  name: 'PLX Features',
  spec: SPEC,
  read: (cursor) => {
    const features = readBits<PlxFeatureBit>(FEATURES, cursor.u16('features', binary(16)));
    const measurementStatusSupport = features.set.includes('measurement-status')
      ? readBits<MeasurementStatusBit>(MEASUREMENT_STATUS, cursor.u16('measurementStatusSupport', binary(16)))
      : null;
    const deviceSensorStatusSupport = features.set.includes('device-sensor-status')
      ? readBits<DeviceSensorStatusBit>(DEVICE_SENSOR_STATUS, cursor.u24('deviceSensorStatusSupport', binary(24)))
      : null;
    return { features, measurementStatusSupport, deviceSensorStatusSupport, surplus: cursor.rest('surplus') };
  },
  write: (writer, value) => {
    writer.u16(writeBits<PlxFeatureBit>(FEATURES, value.features));
    writeStatus(writer, value.measurementStatusSupport, value.deviceSensorStatusSupport);
    writer.hex(value.surplus);
  },
});

interface ContextFlag {
  readonly status: number;
  readonly sensor: number;
  readonly amplitude: number;
}

function readPair(cursor: ByteCursor, spo2: string, pulseRate: string): SpO2AndPulse {
  return { spo2: readSfloat(cursor, spo2, '%'), pulseRate: readSfloat(cursor, pulseRate, '/min') };
}

function writePair(writer: ByteWriter, pair: SpO2AndPulse): void {
  writeSfloat(writer, pair.spo2);
  writeSfloat(writer, pair.pulseRate);
}

function readContext(cursor: ByteCursor, flags: number, flag: ContextFlag, reserved: number): PlxContext {
  return {
    measurementStatus: hasBit(flags, flag.status)
      ? readBits<MeasurementStatusBit>(MEASUREMENT_STATUS, cursor.u16('measurementStatus', binary(16)))
      : null,
    deviceSensorStatus: hasBit(flags, flag.sensor)
      ? readBits<DeviceSensorStatusBit>(DEVICE_SENSOR_STATUS, cursor.u24('deviceSensorStatus', binary(24)))
      : null,
    pulseAmplitudeIndex: hasBit(flags, flag.amplitude) ? readSfloat(cursor, 'pulseAmplitudeIndex', '%') : null,
    reserved: flags & reserved,
    surplus: cursor.rest('surplus'),
  };
}

function contextFlags(value: PlxContext, flag: ContextFlag): number {
  return (
    value.reserved |
    bitIf(value.measurementStatus !== null, flag.status) |
    bitIf(value.deviceSensorStatus !== null, flag.sensor) |
    bitIf(value.pulseAmplitudeIndex !== null, flag.amplitude)
  );
}

function writeContext(writer: ByteWriter, value: PlxContext): void {
  writeStatus(writer, value.measurementStatus, value.deviceSensorStatus);
  if (value.pulseAmplitudeIndex !== null) writeSfloat(writer, value.pulseAmplitudeIndex);
  writer.hex(value.surplus);
}

function writeStatus(
  writer: ByteWriter,
  measurement: Bits<MeasurementStatusBit> | null,
  sensor: Bits<DeviceSensorStatusBit> | null,
): void {
  if (measurement !== null) writer.u16(writeBits<MeasurementStatusBit>(MEASUREMENT_STATUS, measurement));
  if (sensor !== null) writer.u24(writeBits<DeviceSensorStatusBit>(DEVICE_SENSOR_STATUS, sensor));
}
