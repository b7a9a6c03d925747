import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../bytes/hex.ts';
import {
  bitSets,
  describeCodecLaws,
  measurementTimes,
  sfloats,
  surpluses,
  withoutSurplus,
} from '../testing/codec-laws.ts';
import {
  bloodPressureFeature,
  bloodPressureMeasurement,
  intermediateCuffPressure,
  type BloodPressureFeature,
  type BloodPressureMeasurement,
  type BloodPressureStatus,
  type IntermediateCuffPressure,
} from './blood-pressure.ts';

const statuses: fc.Arbitrary<BloodPressureStatus> = fc
  .tuple(
    bitSets(['body-movement', 'cuff-too-loose', 'irregular-pulse', 'improper-position'] as const, 0xffc0),
    fc.constantFrom('in-range', 'above-upper', 'below-lower', 'reserved'),
  )
  .map(([bits, pulseRateRange]) => ({ ...bits, pulseRateRange }));

/** Every combination of what the flags announce. */
const context = {
  unit: fc.constantFrom('mm[Hg]' as const, 'kPa' as const),
  timestamp: fc.option(measurementTimes),
  pulseRate: fc.option(sfloats),
  userId: fc.option(fc.nat(255)),
  status: fc.option(statuses),
  reserved: fc.constantFrom(0, 0x20, 0x40, 0x80, 0xe0),
  surplus: surpluses,
};

const measurements: fc.Arbitrary<BloodPressureMeasurement> = fc.record({
  systolic: sfloats,
  diastolic: sfloats,
  mean: sfloats,
  ...context,
});

const cuffPressures: fc.Arbitrary<IntermediateCuffPressure> = fc.record({
  cuffPressure: sfloats,
  unused: fc.tuple(sfloats, sfloats),
  ...context,
});

const features: fc.Arbitrary<BloodPressureFeature> = bitSets(
  [
    'body-movement-detection',
    'cuff-fit-detection',
    'irregular-pulse-detection',
    'pulse-rate-range-detection',
    'measurement-position-detection',
    'multiple-bond',
    'e2e-crc',
    'user-data-service',
    'user-facing-time',
  ],
  0xfe00,
);

describeCodecLaws(bloodPressureMeasurement, {
  values: measurements,
  withoutSurplus: withoutSurplus(measurements),
  cut: 'truncated',
  flagOctets: 1,
});
describeCodecLaws(intermediateCuffPressure, {
  values: cuffPressures,
  withoutSurplus: withoutSurplus(cuffPressures),
  cut: 'truncated',
  flagOctets: 1,
});
describeCodecLaws(bloodPressureFeature, { values: features, cut: 'bad-length', flagOctets: 2 });

describe('Blood Pressure Measurement', () => {
  it('has the length that its flags say, for each of their combinations', () => {
    for (let flags = 0; flags < 32; flags += 1) {
      const has = (bit: number): number => (flags >> bit) & 1;
      const length = 7 + 7 * has(1) + 2 * has(2) + has(3) + 2 * has(4);
      const bytes = new Uint8Array(length).fill(1);
      bytes[0] = flags;
      const value = bloodPressureMeasurement.decode(bytes);
      expect(
        [value.timestamp, value.pulseRate, value.userId, value.status].map((part) => Number(part !== null)),
      ).toEqual([1, 2, 3, 4].map(has));
      expect(value.surplus).toBe('');
      expect(() => bloodPressureMeasurement.decode(bytes.subarray(0, length - 1))).toThrow('truncated');
    }
  });

  it('keeps the value when the month is 13, and the octets of the time', () => {
    const value = bloodPressureMeasurement.decode(fromHex('02780050005d00ea070d01000000'));
    expect(value.systolic).toEqual({ mantissa: 120, exponent: 0 });
    expect(value.timestamp).toEqual({ unreadable: 'ea070d01000000' });
  });

  it('keeps octets that its flags do not announce', () => {
    expect(bloodPressureMeasurement.decode(fromHex('00780050005d00beef')).surplus).toBe('beef');
  });

  it('gives the pulse range that is reserved as reserved', () => {
    expect(bloodPressureMeasurement.decode(fromHex('10780050005d001800')).status).toEqual({
      set: [],
      reserved: 0,
      pulseRateRange: 'reserved',
    });
  });
});
