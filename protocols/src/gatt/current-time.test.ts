import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../bytes/hex.ts';
import { bitSets, dateTimes, describeCodecLaws } from '../testing/codec-laws.ts';
import { currentTime, localTimeInformation, type CurrentTime, type LocalTimeInformation } from './current-time.ts';

const times: fc.Arbitrary<CurrentTime> = fc.record({
  dateTime: dateTimes,
  dayOfWeek: fc.nat(7),
  fractions256: fc.nat(255),
  adjustReason: bitSets(['manual', 'external-reference', 'time-zone', 'daylight-saving'] as const, 0xf0),
});

const zones: fc.Arbitrary<LocalTimeInformation> = fc.record({
  timeZoneMinutes: fc.option(fc.integer({ min: -48, max: 56 }).map((quarters) => quarters * 15)),
  dstMinutes: fc.option(fc.constantFrom(0, 30, 60, 120)),
});

describeCodecLaws(currentTime, { values: times, cut: 'bad-length', flagOctets: 0 });
describeCodecLaws(localTimeInformation, { values: zones, cut: 'bad-length', flagOctets: 0 });

describe('Current Time', () => {
  it.each([
    ['year 1581', '2d060101000000010000', 0],
    ['month 13', 'ea070d01000000010000', 2],
    ['day 32', 'ea070120000000010000', 3],
    ['hour 24', 'ea070101180000010000', 4],
    ['minute 60', 'ea070101003c00010000', 5],
    ['second 60', 'ea07010100003c010000', 6],
    ['day of week 8', 'ea070101000000080000', 7],
  ])('refuses %s and says at which octet', (_name, hex, offset) => {
    expect(() => currentTime.decode(fromHex(hex))).toThrow(`out-of-range at octet ${offset}`);
  });
});

describe('Local Time Information', () => {
  it.each([
    ['a zone below -12 h', 'cf00', 0],
    ['a zone above +14 h', '3900', 0],
    ['a daylight saving of 0x11', '0011', 1],
  ])('refuses %s', (_name, hex, offset) => {
    expect(() => localTimeInformation.decode(fromHex(hex))).toThrow(`out-of-range at octet ${offset}`);
  });
});
