/** Current Time service (0x1805): the device's clock and its zone. Members outside the specification are errors here: a wrong clock is worse than none. */
import { readBits, writeBits, type Bits, type BitNames } from '../bytes/bits.ts';
import { binary, DecodeError, type ByteCursor } from '../bytes/byte-cursor.ts';
import { readDateTime, writeDateTime, type GattDateTime } from '../bytes/gatt-date-time.ts';
import { defineCodec } from './define-codec.ts';

export const CURRENT_TIME_SERVICE = '1805';

export type AdjustReasonBit = 'manual' | 'external-reference' | 'time-zone' | 'daylight-saving';

export interface CurrentTime {
  readonly dateTime: GattDateTime;
  /** 1 Monday to 7 Sunday, 0 unknown; devices often send one that doesn't fit the date. */
  readonly dayOfWeek: number;
  /** Fraction of a second in 1/256 s. */
  readonly fractions256: number;
  readonly adjustReason: Bits<AdjustReasonBit>;
}

export interface LocalTimeInformation {
  /** Offset of standard time from UTC in minutes, without daylight saving; null = unknown. */
  readonly timeZoneMinutes: number | null;
  /** What daylight saving adds now, in minutes; null = unknown. */
  readonly dstMinutes: number | null;
}

const ADJUST_REASON: BitNames<AdjustReasonBit> = {
  width: 8,
  names: { 0: 'manual', 1: 'external-reference', 2: 'time-zone', 3: 'daylight-saving' },
};

const QUARTER_MINUTES = 15;
const UNKNOWN_ZONE = -128;
const UNKNOWN_DST = 255;
/** Standard time, half an hour, one hour, two hours: in quarters of an hour. */
const DST_QUARTERS: readonly number[] = [0, 2, 4, 8, UNKNOWN_DST];

/** @see Current Time Service */
export const currentTime = defineCodec<CurrentTime>({
  uuid: '2a2b',
  name: 'Current Time',
  spec: 'Current Time Service',
  read: (cursor) => {
    cursor.exactly(10);
    const dateTime = readDateTime(cursor, 'dateTime');
    const dayOfWeek = enumerated(cursor, cursor.u8('dayOfWeek'), (day) => day <= 7);
    const fractions256 = cursor.u8('fractions256', (value) => `${value}/256 s`);
    return {
      dateTime,
      dayOfWeek,
      fractions256,
      adjustReason: readBits(ADJUST_REASON, cursor.u8('adjustReason', binary(8))),
    };
  },
  write: (writer, value) => {
    writeDateTime(writer, value.dateTime).u8(value.dayOfWeek).u8(value.fractions256);
    writer.u8(writeBits(ADJUST_REASON, value.adjustReason));
  },
});

/** @see Current Time Service */
export const localTimeInformation = defineCodec<LocalTimeInformation>({
  uuid: '2a0f',
  name: 'Local Time Information',
  spec: 'Current Time Service',
  read: (cursor) => {
    cursor.exactly(2);
    const zone = enumerated(
      cursor,
      cursor.i8('timeZone', quarters(UNKNOWN_ZONE)),
      (q) => q === UNKNOWN_ZONE || (q >= -48 && q <= 56),
    );
    const dst = enumerated(cursor, cursor.u8('dstOffset', quarters(UNKNOWN_DST)), (q) => DST_QUARTERS.includes(q));
    return { timeZoneMinutes: toMinutes(zone, UNKNOWN_ZONE), dstMinutes: toMinutes(dst, UNKNOWN_DST) };
  },
  write: (writer, value) => {
    writer.i8(toQuarters(value.timeZoneMinutes, UNKNOWN_ZONE)).u8(toQuarters(value.dstMinutes, UNKNOWN_DST));
  },
});

/** The value of the octet just read. @throws {DecodeError} out-of-range */
function enumerated(cursor: ByteCursor, value: number, known: (value: number) => boolean): number {
  if (!known(value)) throw new DecodeError('out-of-range', cursor.offset - 1);
  return value;
}

const toMinutes = (quarterHours: number, unknown: number): number | null =>
  quarterHours === unknown ? null : quarterHours * QUARTER_MINUTES;

const toQuarters = (minutes: number | null, unknown: number): number =>
  minutes === null ? unknown : minutes / QUARTER_MINUTES;

const quarters = (unknown: number) => (value: number) =>
  value === unknown ? 'unknown' : `${value * QUARTER_MINUTES} min`;
