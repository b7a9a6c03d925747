/**
 * The messages of a bench, as a gateway would publish them. Device, time and value differ from frame to frame, and all follow
 * from their numbers, so that a run can be repeated.
 */
import { dateTimeOf } from '@gaya/protocols/bytes/gatt-date-time';
import { medfloatOf } from '@gaya/protocols/bytes/medfloat';
import { bloodPressureMeasurement, BLOOD_PRESSURE_SERVICE } from '@gaya/protocols/gatt/blood-pressure';
import { plxContinuous, PULSE_OXIMETER_SERVICE } from '@gaya/protocols/gatt/pulse-oximeter';
import type { FramesMessage, WireFrame } from '@gaya/protocols/messages';
import { deviceId, gatewayId, gatewayOfDevice, sessionId, ZONE, type Fleet } from './fleet.ts';

/** Samples (series values) that one 2A5F frame gives: saturation and pulse. */
export const SAMPLES_PER_STREAM_FRAME = 2;

const ZONE_OFFSET_MS = 9 * 3_600_000;
/** From the device's stamp to the gateway's reception. */
const MEASURED_BEFORE_MS = 3_000;

/** Opens the device's session: sequence 0. */
export function connectMessage(fleet: Fleet, device: number): Buffer {
  return bodyOf(fleet, device, [{ ...stampOf(fleet.startAt - 1_000, fleet), sequence: 0, how: 'connect', bytes: '' }]);
}

/** One Blood Pressure Measurement (2A35) with its time stamp. @param n counts the device's messages from 0 @param wall of the reception, UTC ms */
export function spotMessage(fleet: Fleet, device: number, n: number, wall: number): Buffer {
  const random = randomOf(device, n);
  const diastolic = 60 + (random % 40);
  const systolic = diastolic + 25 + ((random >>> 8) % 60);
  const bytes = bloodPressureMeasurement.encode({
    unit: 'mm[Hg]',
    systolic: medfloatOf(systolic, 0),
    diastolic: medfloatOf(diastolic, 0),
    mean: medfloatOf(Math.round(diastolic + (systolic - diastolic) / 3), 0),
    timestamp: dateTimeOf(new Date(wall - MEASURED_BEFORE_MS + ZONE_OFFSET_MS).toISOString().slice(0, 19)),
    pulseRate: null,
    userId: null,
    status: null,
    reserved: 0,
    surplus: '',
  });
  const frame: WireFrame = {
    sequence: n + 1,
    how: 'indicate',
    service: BLOOD_PRESSURE_SERVICE,
    characteristic: bloodPressureMeasurement.uuid,
    bytes: Buffer.from(bytes).toString('hex'),
    ...stampOf(wall, fleet),
  };
  return bodyOf(fleet, device, [frame]);
}

/** Consecutive PLX Continuous Measurements (2A5F). @param n counts the device's messages from 0 */
export function streamMessage(fleet: Fleet, device: number, n: number, frames: number, intervalMs: number): Buffer {
  const first = n * frames;
  return bodyOf(
    fleet,
    device,
    Array.from({ length: frames }, (_, i) => streamFrame(fleet, device, first + i, intervalMs)),
  );
}

function streamFrame(fleet: Fleet, device: number, index: number, intervalMs: number): WireFrame {
  const random = randomOf(device, index);
  const bytes = plxContinuous.encode({
    spo2: medfloatOf(90 + (random % 10), 0),
    pulseRate: medfloatOf(55 + ((random >>> 8) % 60), 0),
    fast: null,
    slow: null,
    measurementStatus: null,
    deviceSensorStatus: null,
    pulseAmplitudeIndex: null,
    reserved: 0,
    surplus: '',
  });
  return {
    sequence: index + 1,
    how: 'notify',
    service: PULSE_OXIMETER_SERVICE,
    characteristic: plxContinuous.uuid,
    bytes: Buffer.from(bytes).toString('hex'),
    ...stampOf(fleet.startAt + index * intervalMs, fleet),
  };
}

function bodyOf(fleet: Fleet, device: number, frames: WireFrame[]): Buffer {
  const message: FramesMessage = {
    schema: 'gaya.frames',
    version: 1,
    gateway: gatewayId(fleet, gatewayOfDevice(fleet, device)),
    device: deviceId(fleet, device),
    session: sessionId(fleet, device),
    zone: ZONE,
    boots: [],
    frames,
  };
  return Buffer.from(JSON.stringify(message));
}

/** A gateway whose own clock is right. */
function stampOf(wall: number, fleet: Fleet): Pick<WireFrame, 'wall' | 'mono' | 'boot' | 'synced'> {
  return { wall, mono: wall - fleet.startAt + 60_000, boot: 'boot1', synced: true };
}

/** 32 well mixed bits of two numbers (the finaliser of MurmurHash3). */
function randomOf(a: number, b: number): number {
  let h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b + 1, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
