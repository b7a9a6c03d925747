import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../bytes/hex.ts';
import { describeCodecLaws, floats, measurementTimes, surpluses, withoutSurplus } from '../testing/codec-laws.ts';
import {
  intermediateTemperature,
  measurementInterval,
  temperatureMeasurement,
  temperatureType,
  type TemperatureMeasurement,
} from './health-thermometer.ts';

const measurements: fc.Arbitrary<TemperatureMeasurement> = fc.record({
  unit: fc.constantFrom('Cel' as const, '[degF]' as const),
  temperature: floats,
  timestamp: fc.option(measurementTimes),
  temperatureType: fc.option(fc.nat(255)),
  reserved: fc.nat(0x1f).map((bits) => bits << 3),
  surplus: surpluses,
});

for (const codec of [temperatureMeasurement, intermediateTemperature]) {
  describeCodecLaws(codec, {
    values: measurements,
    withoutSurplus: withoutSurplus(measurements),
    cut: 'truncated',
    flagOctets: 1,
  });
}
describeCodecLaws(temperatureType, {
  values: fc.record({ temperatureType: fc.nat(255) }),
  cut: 'bad-length',
  flagOctets: 0,
});
describeCodecLaws(measurementInterval, {
  values: fc.record({ intervalSeconds: fc.nat(0xffff) }),
  cut: 'bad-length',
  flagOctets: 0,
});

describe('Temperature Measurement', () => {
  it('keeps a reserved type as its number and says so in the explanation', () => {
    const bytes = fromHex('046c0100ff63');
    expect(temperatureMeasurement.decode(bytes).temperatureType).toBe(99);
    expect(temperatureMeasurement.fields(bytes).map((field) => field.text)).toEqual([
      '0b00000100',
      '36.4 Cel',
      '99 (reserved)',
    ]);
  });
});
