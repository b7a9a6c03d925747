/** Thermometer: a spot reading, and the value while it is still rising as a stream of early estimates. */
import { medfloatOf } from '../bytes/medfloat.ts';
import {
  HEALTH_THERMOMETER_SERVICE,
  intermediateTemperature,
  measurementInterval,
  TEMPERATURE_SITES,
  temperatureMeasurement,
  temperatureType,
  type TemperatureMeasurement,
  type TemperatureSite,
} from '../gatt/health-thermometer.ts';
import { defineProfile, type Measured, type ProfileFrame } from './define-profile.ts';
import { deviceTimeOf, timestampOf } from './device-time.ts';
import { valueDraft } from './draft.ts';

const ID = 'thermometer';
/** Body thermometers show tenths. */
const DECIMALS = 1;
const EAR = 3;

interface State {
  /** A device whose site never changes says so once, in Temperature Type, and not in its measurements; null until read. */
  readonly staticType: number | null;
  /** Null until read. */
  readonly intervalSeconds: number | null;
}

/** The decoded value with the site, wherever it was said. */
export interface ThermometerMeasurement extends TemperatureMeasurement {
  /** null = not said, or reserved. */
  readonly site: TemperatureSite | null;
}

export const thermometer = defineProfile<State>({
  id: ID,
  label: { ko: '체온계', en: 'Thermometer' },
  service: HEALTH_THERMOMETER_SERVICE,
  metrics: ['body-temperature'],
  mdcSpecialization: 528392,
  characteristics: [
    {
      service: HEALTH_THERMOMETER_SERVICE,
      characteristic: temperatureMeasurement.uuid,
      use: 'indicate',
      required: true,
    },
    {
      service: HEALTH_THERMOMETER_SERVICE,
      characteristic: intermediateTemperature.uuid,
      use: 'notify',
      required: false,
    },
    { service: HEALTH_THERMOMETER_SERVICE, characteristic: temperatureType.uuid, use: 'read', required: false },
    { service: HEALTH_THERMOMETER_SERVICE, characteristic: measurementInterval.uuid, use: 'read', required: false },
  ],
  initial: () => ({ staticType: null, intervalSeconds: null }),
  interpret: (state, frame) => {
    switch (frame.characteristic) {
      case temperatureMeasurement.uuid:
        return { state, measured: [toMeasured(state, frame, 'spot')] };
      case intermediateTemperature.uuid:
        return { state, measured: [toMeasured(state, frame, 'sample')] };
      case temperatureType.uuid:
        return { state: { ...state, staticType: temperatureType.decode(frame.bytes).temperatureType }, measured: [] };
      case measurementInterval.uuid:
        return { state: { ...state, ...measurementInterval.decode(frame.bytes) }, measured: [] };
      default:
        return { state, measured: [] };
    }
  },
  compose: (vitals, context) => {
    if (vitals.temperatureCel === undefined) return [];
    const value: TemperatureMeasurement = {
      unit: 'Cel',
      temperature: medfloatOf(vitals.temperatureCel, DECIMALS),
      timestamp: timestampOf(context),
      temperatureType: null,
      reserved: 0,
      surplus: '',
    };
    const [codec, how] =
      context.mode === 'spot'
        ? [temperatureMeasurement, 'indicate' as const]
        : [intermediateTemperature, 'notify' as const];
    return [{ service: HEALTH_THERMOMETER_SERVICE, characteristic: codec.uuid, how, bytes: codec.encode(value) }];
  },
  reads: {
    [temperatureType.uuid]: temperatureType.encode({ temperatureType: EAR }),
  },
});

function toMeasured(state: State, frame: ProfileFrame, kind: 'spot' | 'sample'): Measured {
  const codec = kind === 'spot' ? temperatureMeasurement : intermediateTemperature;
  const value = codec.decode(frame.bytes);
  const type = value.temperatureType ?? state.staticType;
  const measurement: ThermometerMeasurement = {
    ...value,
    site: type === null ? null : (TEMPERATURE_SITES[type] ?? null),
  };
  return {
    frameId: frame.frameId,
    profile: ID,
    measurement,
    readings: [
      valueDraft('body-temperature', kind, value.temperature, value.unit, kind === 'sample' ? ['early-estimate'] : []),
    ],
    deviceTime: deviceTimeOf(value.timestamp),
    clockNotSet: false,
    fromStorage: false,
    userSlot: null,
    deviceSequence: null,
  };
}
