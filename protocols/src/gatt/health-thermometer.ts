/** Health Thermometer service (0x1809): measurement, intermediate temperature, type, interval. */
import { bitIf, hasBit } from '../bytes/bits.ts';
import { binary, type ByteCursor } from '../bytes/byte-cursor.ts';
import type { ByteWriter } from '../bytes/byte-writer.ts';
import { readMeasurementTime, writeMeasurementTime, type MeasurementTime } from '../bytes/gatt-date-time.ts';
import { readFloat, writeFloat, type Medfloat } from '../bytes/medfloat.ts';
import type { Codec } from './codec.ts';
import { defineCodec } from './define-codec.ts';

export const HEALTH_THERMOMETER_SERVICE = '1809';

export type TemperatureUnit = 'Cel' | '[degF]';

export interface TemperatureMeasurement {
  readonly unit: TemperatureUnit;
  /** In {@link unit}; NaN = not measured. */
  readonly temperature: Medfloat;
  /** Local to the device; null = not sent. */
  readonly timestamp: MeasurementTime | null;
  /** Where it was measured, see {@link TEMPERATURE_SITES}; other numbers are reserved; null = not sent. */
  readonly temperatureType: number | null;
  /** Flag bits reserved for future use, at their place. */
  readonly reserved: number;
  /** Octets after the layout that the flags describe, hex. */
  readonly surplus: string;
}

export interface TemperatureType {
  /** See {@link TEMPERATURE_SITES}; other numbers are reserved. */
  readonly temperatureType: number;
}

export interface MeasurementInterval {
  /** Seconds between periodic measurements; 0 = none. */
  readonly intervalSeconds: number;
}

export type TemperatureSite =
  'armpit' | 'body' | 'ear' | 'finger' | 'gastro-intestinal' | 'mouth' | 'rectum' | 'toe' | 'tympanum';

/** Sites by their number; the others are reserved. */
export const TEMPERATURE_SITES: Readonly<Partial<Record<number, TemperatureSite>>> = {
  1: 'armpit',
  2: 'body',
  3: 'ear',
  4: 'finger',
  5: 'gastro-intestinal',
  6: 'mouth',
  7: 'rectum',
  8: 'toe',
  9: 'tympanum',
};

const FLAG = { fahrenheit: 0, timestamp: 1, type: 2 } as const;
const RESERVED_FLAGS = 0b1111_1000;
const SPEC = 'Health Thermometer Service';

/** @see Health Thermometer Service */
export const temperatureMeasurement = measurementCodec('2a1c', 'Temperature Measurement');

/** @see Health Thermometer Service */
export const intermediateTemperature = measurementCodec('2a1e', 'Intermediate Temperature');

/** @see Health Thermometer Service */
export const temperatureType = defineCodec<TemperatureType>({
  uuid: '2a1d',
  name: 'Temperature Type',
  spec: SPEC,
  read: (cursor) => {
    cursor.exactly(1);
    return { temperatureType: readType(cursor) };
  },
  write: (writer, value) => {
    writer.u8(value.temperatureType);
  },
});

/** @see Health Thermometer Service */
export const measurementInterval = defineCodec<MeasurementInterval>({
  uuid: '2a21',
  name: 'Measurement Interval',
  spec: SPEC,
  read: (cursor) => {
    cursor.exactly(2);
    return { intervalSeconds: cursor.u16('intervalSeconds', (value) => `${value} s`) };
  },
  write: (writer, value) => {
    writer.u16(value.intervalSeconds);
  },
});

function measurementCodec(uuid: string, name: string): Codec<TemperatureMeasurement> {
  return defineCodec({ uuid, name, spec: SPEC, read: readMeasurement, write: writeMeasurement });
}

function readMeasurement(cursor: ByteCursor): TemperatureMeasurement {
  const flags = cursor.u8('flags', binary(8));
  const unit = hasBit(flags, FLAG.fahrenheit) ? '[degF]' : 'Cel';
  return {
    unit,
    temperature: readFloat(cursor, 'temperature', unit),
    timestamp: hasBit(flags, FLAG.timestamp) ? readMeasurementTime(cursor, 'timestamp') : null,
    temperatureType: hasBit(flags, FLAG.type) ? readType(cursor) : null,
    reserved: flags & RESERVED_FLAGS,
    surplus: cursor.rest('surplus'),
  };
}

function writeMeasurement(writer: ByteWriter, value: TemperatureMeasurement): void {
  writer.u8(
    value.reserved |
      bitIf(value.unit === '[degF]', FLAG.fahrenheit) |
      bitIf(value.timestamp !== null, FLAG.timestamp) |
      bitIf(value.temperatureType !== null, FLAG.type),
  );
  writeFloat(writer, value.temperature);
  if (value.timestamp !== null) writeMeasurementTime(writer, value.timestamp);
  if (value.temperatureType !== null) writer.u8(value.temperatureType);
  writer.hex(value.surplus);
}

function readType(cursor: ByteCursor): number {
  return cursor.u8('temperatureType', (value) => `${value} (${TEMPERATURE_SITES[value] ?? 'reserved'})`);
}
