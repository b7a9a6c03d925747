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
  plxContinuous,
  plxFeatures,
  plxSpotCheck,
  type PlxContinuous,
  type PlxFeatureBit,
  type PlxFeatures,
  type PlxSpotCheck,
} from './pulse-oximeter.ts';

const measurementStatuses = bitSets(
  ['ongoing', 'early-estimate', 'from-storage', 'demo', 'questionable', 'invalid'] as const,
  0x001f,
);
const sensorStatuses = bitSets(
  ['equipment-malfunction', 'poor-signal', 'low-perfusion', 'sensor-disconnected'] as const,
  0xff_0000,
);
const pairs = fc.record({ spo2: sfloats, pulseRate: sfloats });
const reserved = fc.nat(7).map((bits) => bits << 5);

const context = {
  spo2: sfloats,
  pulseRate: sfloats,
  measurementStatus: fc.option(measurementStatuses),
  deviceSensorStatus: fc.option(sensorStatuses),
  pulseAmplitudeIndex: fc.option(sfloats),
  reserved,
  surplus: surpluses,
};

const spots: fc.Arbitrary<PlxSpotCheck> = fc.record({
  timestamp: fc.option(measurementTimes),
  deviceClockNotSet: fc.boolean(),
  ...context,
});

const streams: fc.Arbitrary<PlxContinuous> = fc.record({ fast: fc.option(pairs), slow: fc.option(pairs), ...context });

/** The support fields are there when the features say so. */
const features: fc.Arbitrary<PlxFeatures> = fc
  .record({
    measurementStatusSupport: fc.option(measurementStatuses),
    deviceSensorStatusSupport: fc.option(sensorStatuses),
    others: bitSets(['measurement-storage', 'timestamp', 'multiple-bonds'] as const, 0xff00),
    surplus: surpluses,
  })
  .map(({ others, ...support }) => {
    const announced: PlxFeatureBit[] = [];
    if (support.measurementStatusSupport !== null) announced.push('measurement-status');
    if (support.deviceSensorStatusSupport !== null) announced.push('device-sensor-status');
    return { ...support, features: { set: [...announced, ...others.set], reserved: others.reserved } };
  });

describeCodecLaws(plxSpotCheck, {
  values: spots,
  withoutSurplus: withoutSurplus(spots),
  cut: 'truncated',
  flagOctets: 1,
});
describeCodecLaws(plxContinuous, {
  values: streams,
  withoutSurplus: withoutSurplus(streams),
  cut: 'truncated',
  flagOctets: 1,
});
describeCodecLaws(plxFeatures, {
  values: features,
  withoutSurplus: withoutSurplus(features),
  cut: 'truncated',
  flagOctets: 2,
});

describe('PLX Spot-Check Measurement', () => {
  it('tells a clock that is not set from one that is', () => {
    expect(plxSpotCheck.decode(fromHex('1060005000')).deviceClockNotSet).toBe(true);
    expect(plxSpotCheck.decode(fromHex('0060005000')).deviceClockNotSet).toBe(false);
  });

  it('names each status bit once', () => {
    const all = plxSpotCheck.decode(fromHex('0660005000ffffffffff'));
    expect(all.measurementStatus?.set).toHaveLength(11);
    expect(all.measurementStatus?.reserved).toBe(0x001f);
    expect(all.deviceSensorStatus?.set).toHaveLength(16);
    expect(all.deviceSensorStatus?.reserved).toBe(0xff0000);
  });
});
