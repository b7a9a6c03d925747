/** Date Time (0x2A08): seven octets, local to the device, without a zone; 0 in year, month or day means unknown. */
import { DecodeError, littleEndian, type ByteCursor } from './byte-cursor.ts';
import type { ByteWriter } from './byte-writer.ts';
import { toHex } from './hex.ts';

export interface GattDateTime {
  /** 1582 to 9999; null = unknown. */
  readonly year: number | null;
  /** 1 to 12; null = unknown. */
  readonly month: number | null;
  /** 1 to 31; null = unknown. */
  readonly day: number | null;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** A time stamp inside a measurement: one that no calendar knows does not cost the value, its octets are kept. */
export type MeasurementTime = GattDateTime | { readonly unreadable: string };

const LENGTH = 7;

/** @throws {DecodeError} truncated, out-of-range */
export function readDateTime(cursor: ByteCursor, name: string): GattDateTime {
  return cursor.take(name, LENGTH, parse, dateTimeText);
}

/** @throws {DecodeError} truncated only: a bad date makes the time unknown and keeps the value. */
export function readMeasurementTime(cursor: ByteCursor, name: string): MeasurementTime {
  const parseOrKeep = (octets: Uint8Array, offset: number): MeasurementTime => {
    try {
      return parse(octets, offset);
    } catch (error) {
      if (error instanceof DecodeError) return { unreadable: toHex(octets) };
      throw error;
    }
  };
  return cursor.take(name, LENGTH, parseOrKeep, (time) =>
    'unreadable' in time ? `unreadable ${time.unreadable}` : dateTimeText(time),
  );
}

export function writeDateTime(writer: ByteWriter, time: GattDateTime): ByteWriter {
  return writer
    .u16(time.year ?? 0)
    .u8(time.month ?? 0)
    .u8(time.day ?? 0)
    .u8(time.hour)
    .u8(time.minute)
    .u8(time.second);
}

export function writeMeasurementTime(writer: ByteWriter, time: MeasurementTime): ByteWriter {
  return 'unreadable' in time ? writer.hex(time.unreadable) : writeDateTime(writer, time);
}

/** ISO text without zone, e.g. "2026-11-25T08:14:00"; null when a part is unknown or no such day exists. */
export function isoOf(time: MeasurementTime): string | null {
  if ('unreadable' in time || time.year === null || time.month === null || time.day === null) return null;
  const lastDay = new Date(Date.UTC(time.year, time.month, 0)).getUTCDate();
  return time.day > lastDay ? null : dateTimeText(time);
}

/** @throws {RangeError} when the text is not ISO date and time without zone, to the second. */
export function dateTimeOf(iso: string): GattDateTime {
  const match = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})$/.exec(iso);
  if (match === null) throw new RangeError('not a local date and time');
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  return { year, month, day, hour, minute, second };
}

function parse(octets: Uint8Array, offset: number): GattDateTime {
  const [month = 0, day = 0, hour = 0, minute = 0, second = 0] = octets.subarray(2);
  const year = littleEndian(octets.subarray(0, 2));
  const within = (value: number, low: number, high: number, at: number): void => {
    if (value < low || value > high) throw new DecodeError('out-of-range', offset + at);
  };
  if (year !== 0) within(year, 1582, 9999, 0);
  within(month, 0, 12, 2);
  within(day, 0, 31, 3);
  within(hour, 0, 23, 4);
  within(minute, 0, 59, 5);
  within(second, 0, 59, 6);
  const known = (value: number): number | null => (value === 0 ? null : value);
  return { year: known(year), month: known(month), day: known(day), hour, minute, second };
}

function dateTimeText(time: GattDateTime): string {
  const two = (value: number | null): string => (value === null ? '??' : String(value).padStart(2, '0'));
  const year = time.year === null ? '????' : String(time.year);
  return `${year}-${two(time.month)}-${two(time.day)}T${two(time.hour)}:${two(time.minute)}:${two(time.second)}`;
}
