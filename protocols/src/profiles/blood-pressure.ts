/** Blood pressure meter: one reading of systolic, diastolic and mean, its pulse as another, the cuff as a stream. */
import { medfloatOf, type Medfloat } from '../bytes/medfloat.ts';
import {
  BLOOD_PRESSURE_SERVICE,
  bloodPressureFeature,
  bloodPressureMeasurement,
  intermediateCuffPressure,
  type BloodPressureFeature,
  type BloodPressureMeasurement,
  type BloodPressureStatus,
  type BloodPressureStatusBit,
  type IntermediateCuffPressure,
} from '../gatt/blood-pressure.ts';
import type { QualityFlag, ReadingDraft } from '../readings/reading.ts';
import { defineProfile, type ComposedFrame, type Measured, type ProfileFrame } from './define-profile.ts';
import { deviceTimeOf, timestampOf } from './device-time.ts';
import { draft, valueDraft } from './draft.ts';

const ID = 'blood-pressure';
const UNKNOWN_USER = 255;

interface State {
  /** What the device says it can detect; null until read. */
  readonly feature: BloodPressureFeature | null;
}

const QUALITY: Readonly<Record<BloodPressureStatusBit, QualityFlag>> = {
  'body-movement': 'body-movement',
  'cuff-too-loose': 'cuff-loose',
  'irregular-pulse': 'irregular-pulse',
  'improper-position': 'improper-position',
};

export const bloodPressure = defineProfile<State>({
  id: ID,
  label: { ko: '혈압계', en: 'Blood pressure meter' },
  service: BLOOD_PRESSURE_SERVICE,
  metrics: ['blood-pressure', 'pulse', 'cuff-pressure'],
  mdcSpecialization: 528391,
  mdc: { pulse: 149546 },
  characteristics: [
    { service: BLOOD_PRESSURE_SERVICE, characteristic: bloodPressureMeasurement.uuid, use: 'indicate', required: true },
    { service: BLOOD_PRESSURE_SERVICE, characteristic: intermediateCuffPressure.uuid, use: 'notify', required: false },
    { service: BLOOD_PRESSURE_SERVICE, characteristic: bloodPressureFeature.uuid, use: 'read', required: true },
  ],
  initial: () => ({ feature: null }),
  interpret: (state, frame) => {
    switch (frame.characteristic) {
      case bloodPressureMeasurement.uuid:
        return { state, measured: [measurement(frame)] };
      case intermediateCuffPressure.uuid:
        return { state, measured: [cuffPressure(frame)] };
      case bloodPressureFeature.uuid:
        return { state: { feature: bloodPressureFeature.decode(frame.bytes) }, measured: [] };
      default:
        return { state, measured: [] };
    }
  },
  compose: (vitals, context) => {
    const timestamp = timestampOf(context);
    const pulseRate = vitals.pulsePerMin === undefined ? null : whole(vitals.pulsePerMin);
    const common = {
      unit: 'mm[Hg]',
      timestamp,
      pulseRate,
      userId: context.userSlot ?? null,
      reserved: 0,
      surplus: '',
    } as const;
    if (context.mode === 'stream') {
      if (vitals.cuffPressureMmHg === undefined) return [];
      const cuff = {
        ...common,
        cuffPressure: whole(vitals.cuffPressureMmHg),
        unused: ['NaN', 'NaN'],
        status: null,
      } as const;
      return [frameOf('notify', intermediateCuffPressure.uuid, intermediateCuffPressure.encode(cuff))];
    }
    if (vitals.systolicMmHg === undefined || vitals.diastolicMmHg === undefined) return [];
    const value: BloodPressureMeasurement = {
      ...common,
      systolic: whole(vitals.systolicMmHg),
      diastolic: whole(vitals.diastolicMmHg),
      mean: vitals.meanMmHg === undefined ? 'NaN' : whole(vitals.meanMmHg),
      status: { set: [], reserved: 0, pulseRateRange: 'in-range' },
    };
    return [frameOf('indicate', bloodPressureMeasurement.uuid, bloodPressureMeasurement.encode(value))];
  },
  reads: {
    [bloodPressureFeature.uuid]: bloodPressureFeature.encode({
      set: [
        'body-movement-detection',
        'cuff-fit-detection',
        'irregular-pulse-detection',
        'measurement-position-detection',
      ],
      reserved: 0,
    }),
  },
});

const whole = (value: number): Medfloat => medfloatOf(value, 0);

function frameOf(how: ComposedFrame['how'], characteristic: string, bytes: Uint8Array): ComposedFrame {
  return { service: BLOOD_PRESSURE_SERVICE, characteristic, how, bytes };
}

function measurement(frame: ProfileFrame): Measured {
  const value = bloodPressureMeasurement.decode(frame.bytes);
  const quality = qualityOf(value.status);
  const pressure = draft(
    'blood-pressure',
    'spot',
    [
      { component: 'systolic', value: value.systolic, unit: value.unit },
      { component: 'diastolic', value: value.diastolic, unit: value.unit },
      { component: 'mean', value: value.mean, unit: value.unit },
    ],
    quality,
  );
  return measuredOf(frame, value, [pressure, ...pulseOf(value.pulseRate, 'spot', quality)]);
}

function cuffPressure(frame: ProfileFrame): Measured {
  const value = intermediateCuffPressure.decode(frame.bytes);
  const quality = qualityOf(value.status);
  const pressure = valueDraft('cuff-pressure', 'sample', value.cuffPressure, value.unit, quality);
  return measuredOf(frame, value, [pressure, ...pulseOf(value.pulseRate, 'sample', [...quality, 'early-estimate'])]);
}

function pulseOf(
  pulseRate: Medfloat | null,
  kind: ReadingDraft['kind'],
  quality: readonly QualityFlag[],
): ReadingDraft[] {
  return pulseRate === null ? [] : [valueDraft('pulse', kind, pulseRate, '/min', quality)];
}

function measuredOf(
  frame: ProfileFrame,
  value: BloodPressureMeasurement | IntermediateCuffPressure,
  readings: readonly ReadingDraft[],
): Measured {
  return {
    frameId: frame.frameId,
    profile: ID,
    measurement: value,
    readings,
    deviceTime: deviceTimeOf(value.timestamp),
    clockNotSet: false,
    fromStorage: false,
    userSlot: value.userId === UNKNOWN_USER ? null : value.userId,
    deviceSequence: null,
  };
}

/** What the device doubts holds for the pressures and the pulse of the same measurement alike. */
function qualityOf(status: BloodPressureStatus | null): readonly QualityFlag[] {
  if (status === null) return [];
  const outOfRange = status.pulseRateRange === 'above-upper' || status.pulseRateRange === 'below-lower';
  return [...status.set.map((bit) => QUALITY[bit]), ...(outOfRange ? (['pulse-out-of-range'] as const) : [])];
}
