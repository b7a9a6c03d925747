/** Blood Pressure service (0x1810): measurement, intermediate cuff pressure, feature. */
import { bitIf, hasBit, readBits, writeBits, type Bits, type BitNames } from '../bytes/bits.ts';
import { binary, type ByteCursor } from '../bytes/byte-cursor.ts';
import type { ByteWriter } from '../bytes/byte-writer.ts';
import { readMeasurementTime, writeMeasurementTime, type MeasurementTime } from '../bytes/gatt-date-time.ts';
import { readSfloat, writeSfloat, type Medfloat } from '../bytes/medfloat.ts';
import { defineCodec } from './define-codec.ts';

export const BLOOD_PRESSURE_SERVICE = '1810';

export type PressureUnit = 'mm[Hg]' | 'kPa';

export type PulseRateRange = 'in-range' | 'above-upper' | 'below-lower' | 'reserved';

export type BloodPressureStatusBit = 'body-movement' | 'cuff-too-loose' | 'irregular-pulse' | 'improper-position';

export interface BloodPressureStatus extends Bits<BloodPressureStatusBit> {
  readonly pulseRateRange: PulseRateRange;
}

/** What both measurements carry besides their three pressures. */
interface PressureContext {
  readonly unit: PressureUnit;
  /** Local to the device; null = not sent. */
  readonly timestamp: MeasurementTime | null;
  /** Beats per minute; null = not sent. */
  readonly pulseRate: Medfloat | null;
  /** 255 = unknown user; null = not sent. */
  readonly userId: number | null;
  readonly status: BloodPressureStatus | null;
  /** Flag bits reserved for future use, at their place. */
  readonly reserved: number;
  /** Octets after the layout that the flags describe, hex. */
  readonly surplus: string;
}

export interface BloodPressureMeasurement extends PressureContext {
  /** In {@link unit}; NaN = not measured. */
  readonly systolic: Medfloat;
  /** In {@link unit}; NaN = not measured. */
  readonly diastolic: Medfloat;
  /** Mean arterial pressure in {@link unit}; NaN = not measured. */
  readonly mean: Medfloat;
}

export interface IntermediateCuffPressure extends PressureContext {
  /** In {@link unit}. */
  readonly cuffPressure: Medfloat;
  /** The places of diastolic and mean pressure: should be NaN, devices also send zeros; without meaning. */
  readonly unused: readonly [Medfloat, Medfloat];
}

export type BloodPressureFeatureBit =
  | 'body-movement-detection'
  | 'cuff-fit-detection'
  | 'irregular-pulse-detection'
  | 'pulse-rate-range-detection'
  | 'measurement-position-detection'
  | 'multiple-bond'
  | 'e2e-crc'
  | 'user-data-service'
  | 'user-facing-time';

export type BloodPressureFeature = Bits<BloodPressureFeatureBit>;

const FLAG = { kPa: 0, timestamp: 1, pulseRate: 2, userId: 3, status: 4 } as const;
const RESERVED_FLAGS = 0b1110_0000;

const STATUS: BitNames<BloodPressureStatusBit> = {
  width: 16,
  names: { 0: 'body-movement', 1: 'cuff-too-loose', 2: 'irregular-pulse', 5: 'improper-position' },
};
const RANGE_SHIFT = 3;
const RANGE_MASK = 0b11 << RANGE_SHIFT;
const RANGES: readonly PulseRateRange[] = ['in-range', 'above-upper', 'below-lower', 'reserved'];

const FEATURE: BitNames<BloodPressureFeatureBit> = {
  width: 16,
  names: {
    0: 'body-movement-detection',
    1: 'cuff-fit-detection',
    2: 'irregular-pulse-detection',
    3: 'pulse-rate-range-detection',
    4: 'measurement-position-detection',
    5: 'multiple-bond',
    6: 'e2e-crc',
    7: 'user-data-service',
    8: 'user-facing-time',
  },
};

/** @see Blood Pressure Service 1.1.1 */
export const bloodPressureMeasurement = defineCodec<BloodPressureMeasurement>({
  uuid: '2a35',
  name: 'Blood Pressure Measurement',
  spec: 'Blood Pressure Service 1.1.1',
  read: (cursor) => {
    const flags = cursor.u8('flags', binary(8));
    const unit = unitOf(flags);
    const systolic = readSfloat(cursor, 'systolic', unit);
    const diastolic = readSfloat(cursor, 'diastolic', unit);
    const mean = readSfloat(cursor, 'mean', unit);
    return { systolic, diastolic, mean, ...readContext(cursor, flags) };
  },
  write: (writer, value) => {
    writer.u8(flagsOf(value));
    for (const pressure of [value.systolic, value.diastolic, value.mean]) writeSfloat(writer, pressure);
    writeContext(writer, value);
  },
});

/** @see Blood Pressure Service 1.1.1 */
export const intermediateCuffPressure = defineCodec<IntermediateCuffPressure>({
  uuid: '2a36',
  name: 'Intermediate Cuff Pressure',
  spec: 'Blood Pressure Service 1.1.1',
  read: (cursor) => {
    const flags = cursor.u8('flags', binary(8));
    const cuffPressure = readSfloat(cursor, 'cuffPressure', unitOf(flags));
    const unused = [readSfloat(cursor, 'unused'), readSfloat(cursor, 'unused')] as const;
    return { cuffPressure, unused, ...readContext(cursor, flags) };
  },
  write: (writer, value) => {
    writer.u8(flagsOf(value));
    for (const pressure of [value.cuffPressure, ...value.unused]) writeSfloat(writer, pressure);
    writeContext(writer, value);
  },
});

/** @see Blood Pressure Service 1.1.1 */
export const bloodPressureFeature = defineCodec<BloodPressureFeature>({
  uuid: '2a49',
  name: 'Blood Pressure Feature',
  spec: 'Blood Pressure Service 1.1.1',
  read: (cursor) => {
    cursor.exactly(2);
    return readBits(FEATURE, cursor.u16('features', binary(16)));
  },
  write: (writer, value) => {
    writer.u16(writeBits(FEATURE, value));
  },
});

const unitOf = (flags: number): PressureUnit => (hasBit(flags, FLAG.kPa) ? 'kPa' : 'mm[Hg]');

function flagsOf(value: PressureContext): number {
  return (
    value.reserved |
    bitIf(value.unit === 'kPa', FLAG.kPa) |
    bitIf(value.timestamp !== null, FLAG.timestamp) |
    bitIf(value.pulseRate !== null, FLAG.pulseRate) |
    bitIf(value.userId !== null, FLAG.userId) |
    bitIf(value.status !== null, FLAG.status)
  );
}

function readContext(cursor: ByteCursor, flags: number): PressureContext {
  return {
    unit: unitOf(flags),
    timestamp: hasBit(flags, FLAG.timestamp) ? readMeasurementTime(cursor, 'timestamp') : null,
    pulseRate: hasBit(flags, FLAG.pulseRate) ? readSfloat(cursor, 'pulseRate', '/min') : null,
    userId: hasBit(flags, FLAG.userId) ? cursor.u8('userId') : null,
    status: hasBit(flags, FLAG.status) ? statusOf(cursor.u16('status', binary(16))) : null,
    reserved: flags & RESERVED_FLAGS,
    surplus: cursor.rest('surplus'),
  };
}

function writeContext(writer: ByteWriter, value: PressureContext): void {
  if (value.timestamp !== null) writeMeasurementTime(writer, value.timestamp);
  if (value.pulseRate !== null) writeSfloat(writer, value.pulseRate);
  if (value.userId !== null) writer.u8(value.userId);
  if (value.status !== null) {
    writer.u16(writeBits(STATUS, value.status) | (RANGES.indexOf(value.status.pulseRateRange) << RANGE_SHIFT));
  }
  writer.hex(value.surplus);
}

function statusOf(word: number): BloodPressureStatus {
  const pulseRateRange = RANGES[(word & RANGE_MASK) >> RANGE_SHIFT] ?? 'reserved';
  return { ...readBits(STATUS, word & ~RANGE_MASK), pulseRateRange };
}
