/**
 * Pulse oximeter: spot checks as readings, the continuous stream as samples. The stream's fast and slow averages stay in the
 * measurement: they are the same quantity filtered otherwise, and one series per quantity is what a screen can explain.
 */
import type { Bits } from '../bytes/bits.ts';
import { medfloatOf, type Medfloat } from '../bytes/medfloat.ts';
import {
  plxContinuous,
  plxFeatures,
  plxSpotCheck,
  PULSE_OXIMETER_SERVICE,
  type DeviceSensorStatusBit,
  type MeasurementStatusBit,
  type PlxContinuous,
  type PlxFeatures,
  type PlxSpotCheck,
} from '../gatt/pulse-oximeter.ts';
import type { QualityFlag, ReadingDraft } from '../readings/reading.ts';
import { defineProfile, type ComposeContext, type Measured, type ProfileFrame, type Vitals } from './define-profile.ts';
import { deviceTimeOf, timestampOf } from './device-time.ts';
import { valueDraft } from './draft.ts';

const ID = 'pulse-oximeter';

interface State {
  /** What the device says it can report; null until read. */
  readonly features: PlxFeatures | null;
}

/** Bits that are not listed say nothing against the value. */
const MEASUREMENT_QUALITY: Readonly<Partial<Record<MeasurementStatusBit, QualityFlag>>> = {
  'early-estimate': 'early-estimate',
  'from-storage': 'from-storage',
  demo: 'demo',
  testing: 'demo',
  'calibration-ongoing': 'calibrating',
  unavailable: 'invalid',
  questionable: 'questionable',
  invalid: 'invalid',
};

const SENSOR_QUALITY: Readonly<Partial<Record<DeviceSensorStatusBit, QualityFlag>>> = {
  'equipment-malfunction': 'equipment-malfunction',
  'signal-processing-irregularity': 'questionable',
  'inadequate-signal': 'poor-signal',
  'poor-signal': 'poor-signal',
  'low-perfusion': 'low-perfusion',
  'erratic-signal': 'poor-signal',
  'non-pulsatile-signal': 'questionable',
  'questionable-pulse': 'questionable',
  'sensor-interference': 'interference',
  'sensor-unconnected-to-user': 'sensor-off',
  'unknown-sensor': 'questionable',
  'sensor-displaced': 'sensor-off',
  'sensor-malfunctioning': 'equipment-malfunction',
  'sensor-disconnected': 'sensor-off',
};

export const pulseOximeter = defineProfile<State>({
  id: ID,
  label: { ko: '산소포화도 측정기', en: 'Pulse oximeter' },
  service: PULSE_OXIMETER_SERVICE,
  metrics: ['spo2', 'pulse', 'perfusion-index'],
  mdcSpecialization: 528388,
  mdc: { pulse: 149530, 'perfusion-index': 150320 },
  characteristics: [
    { service: PULSE_OXIMETER_SERVICE, characteristic: plxSpotCheck.uuid, use: 'indicate', required: false },
    { service: PULSE_OXIMETER_SERVICE, characteristic: plxContinuous.uuid, use: 'notify', required: false },
    { service: PULSE_OXIMETER_SERVICE, characteristic: plxFeatures.uuid, use: 'read', required: true },
  ],
  initial: () => ({ features: null }),
  interpret: (state, frame) => {
    switch (frame.characteristic) {
      case plxSpotCheck.uuid:
        return { state, measured: [spotCheck(frame)] };
      case plxContinuous.uuid:
        return { state, measured: [continuous(frame)] };
      case plxFeatures.uuid:
        return { state: { features: plxFeatures.decode(frame.bytes) }, measured: [] };
      default:
        return { state, measured: [] };
    }
  },
  compose: (vitals, context) => {
    if (vitals.spo2Percent === undefined && vitals.pulsePerMin === undefined) return [];
    const values = valuesOf(vitals, context);
    const service = PULSE_OXIMETER_SERVICE;
    if (context.mode === 'stream') {
      const bytes = plxContinuous.encode({ ...values, fast: null, slow: null });
      return [{ service, characteristic: plxContinuous.uuid, how: 'notify', bytes }];
    }
    const clock = { timestamp: timestampOf(context), deviceClockNotSet: context.clockNotSet ?? false };
    const bytes = plxSpotCheck.encode({ ...values, ...clock });
    return [{ service, characteristic: plxSpotCheck.uuid, how: 'indicate', bytes }];
  },
  reads: {
    [plxFeatures.uuid]: plxFeatures.encode({
      features: {
        set: ['measurement-status', 'measurement-storage', 'timestamp', 'pulse-amplitude-index'],
        reserved: 0,
      },
      measurementStatusSupport: { set: ['fully-qualified', 'from-storage'], reserved: 0 },
      deviceSensorStatusSupport: null,
      surplus: '',
    }),
  },
});

function valuesOf(vitals: Vitals, context: ComposeContext) {
  const whole = (value: number | undefined): Medfloat => (value === undefined ? 'NaN' : medfloatOf(value, 0));
  const status: readonly MeasurementStatusBit[] =
    context.fromStorage === true ? ['fully-qualified', 'from-storage'] : ['fully-qualified'];
  return {
    spo2: whole(vitals.spo2Percent),
    pulseRate: whole(vitals.pulsePerMin),
    measurementStatus: { set: status, reserved: 0 },
    deviceSensorStatus: null,
    pulseAmplitudeIndex: vitals.perfusionPercent === undefined ? null : medfloatOf(vitals.perfusionPercent, 1),
    reserved: 0,
    surplus: '',
  };
}

function spotCheck(frame: ProfileFrame): Measured {
  const value = plxSpotCheck.decode(frame.bytes);
  return {
    ...measuredOf(frame, value, 'spot'),
    deviceTime: deviceTimeOf(value.timestamp),
    clockNotSet: value.deviceClockNotSet,
  };
}

function continuous(frame: ProfileFrame): Measured {
  return measuredOf(frame, plxContinuous.decode(frame.bytes), 'sample');
}

function measuredOf(frame: ProfileFrame, value: PlxSpotCheck | PlxContinuous, kind: ReadingDraft['kind']): Measured {
  const quality = qualityOf(value.measurementStatus, value.deviceSensorStatus);
  const perfusion = value.pulseAmplitudeIndex;
  return {
    frameId: frame.frameId,
    profile: ID,
    measurement: value,
    readings: [
      valueDraft('spo2', kind, value.spo2, '%', quality),
      valueDraft('pulse', kind, value.pulseRate, '/min', quality),
      ...(perfusion === null ? [] : [valueDraft('perfusion-index', kind, perfusion, '%', quality)]),
    ],
    deviceTime: null,
    clockNotSet: false,
    fromStorage: value.measurementStatus?.set.includes('from-storage') ?? false,
    userSlot: null,
    deviceSequence: null,
  };
}

function qualityOf(
  measurement: Bits<MeasurementStatusBit> | null,
  sensor: Bits<DeviceSensorStatusBit> | null,
): readonly QualityFlag[] {
  const flags = [
    ...(measurement?.set.map((bit) => MEASUREMENT_QUALITY[bit]) ?? []),
    ...(sensor?.set.map((bit) => SENSOR_QUALITY[bit]) ?? []),
  ];
  return [...new Set(flags.filter((flag) => flag !== undefined))];
}
