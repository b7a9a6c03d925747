import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dateTimes, isoTimes } from '../testing/codec-laws.ts';
import { ByteCursor } from './byte-cursor.ts';
import { ByteWriter } from './byte-writer.ts';
import { dateTimeOf, isoOf, readDateTime, readMeasurementTime, writeDateTime } from './gatt-date-time.ts';
import { fromHex } from './hex.ts';

describe('Date Time', () => {
  it('survives writing and reading', () => {
    fc.assert(
      fc.property(dateTimes, (time) => {
        expect(readDateTime(new ByteCursor(writeDateTime(new ByteWriter(), time).done()), 'time')).toEqual(time);
      }),
    );
  });

  it('and its ISO text are the same', () => {
    fc.assert(
      fc.property(isoTimes, (iso) => {
        expect(isoOf(dateTimeOf(iso))).toBe(iso);
      }),
    );
  });

  it('with an unknown part has no ISO text', () => {
    expect(isoOf({ year: null, month: 4, day: 17, hour: 1, minute: 2, second: 3 })).toBeNull();
  });

  it('on a day that does not exist has no ISO text', () => {
    const time = { year: 2025, month: 2, day: 29, hour: 1, minute: 2, second: 3 };
    expect(isoOf(time)).toBeNull();
    expect(isoOf({ ...time, year: 2024 })).toBe('2024-02-29T01:02:03');
  });

  it('that no calendar has is an error alone, and kept as octets in a measurement', () => {
    const bytes = fromHex('ea070d01000000');
    expect(() => readDateTime(new ByteCursor(bytes), 'time')).toThrow('out-of-range at octet 2');
    expect(readMeasurementTime(new ByteCursor(bytes), 'time')).toEqual({ unreadable: 'ea070d01000000' });
    expect(isoOf({ unreadable: 'ea070d01000000' })).toBeNull();
  });
});
