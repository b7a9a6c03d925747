/** Plays the ward on the radio: every device measures its patient, first within seconds, then at the ward's speed. */
import { deviceFromProfile } from '../peripherals/virtual-device.ts';
import type { VirtualDevice } from '../peripherals/virtual-device.ts';
import type { Air } from '../radio/air.ts';
import type { TimerHandle } from '../radio/scheduler.ts';
import { prng, seedOf } from '../random/prng.ts';
import { vitalsAt } from '../vitals/vitals.ts';
import { bodyOf, measurementsPerDay, profileOfDevice, traitsOf, wornMsOf } from './routine.ts';
import { WARD_ZONE } from './ward.ts';
import type { WardDevice, WardPatient } from './ward.ts';

export interface PlayOptions {
  readonly ward: readonly WardPatient[];
  /** How many times more often than in life the devices measure. */
  readonly speed: number;
  readonly seed: number;
  /** Links that break a minute, all devices together; 0 by default. */
  readonly dropsPerMinute?: number;
  /** A value is leaving a device. */
  readonly onValue?: (device: WardDevice, characteristic: string, value: Uint8Array) => void;
}

export interface PlayedWard {
  /** Device key -> device, e.g. to let it vanish. */
  readonly devices: ReadonlyMap<string, VirtualDevice>;
  stop(): void;
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const OUT_OF_RANGE_MS = 1_500;
/** All devices have measured once after this time. */
const FIRST_ROUND_MS = 8_000;
const SHORTEST_INTERVAL_MS = 10_000;
/** Nobody measures on the minute. */
const JITTER = 0.2;

export function playWard(air: Air, options: PlayOptions): PlayedWard {
  const { ward, seed } = options;
  const devices = new Map<string, VirtualDevice>();
  const stops: (() => void)[] = [];
  const count = ward.reduce((sum, patient) => sum + patient.devices.length, 0);
  ward.forEach((patient, patientIndex) => {
    const body = bodyOf(patient, patientIndex, seed, air.scheduler.now());
    for (const wardDevice of patient.devices) {
      const device = createDevice(air, wardDevice, options);
      const measure = () => {
        device.measure(vitalsAt(body, air.scheduler.now()));
        const wornMs = wornMsOf(wardDevice.profile);
        if (wornMs > 0) device.wear(wornMs, (atMs) => vitalsAt(body, atMs));
      };
      const firstMs = (devices.size / count) * FIRST_ROUND_MS;
      devices.set(wardDevice.deviceKey, device);
      stops.push(repeat(air, firstMs, intervals(wardDevice, options), measure));
    }
  });
  if (options.dropsPerMinute) stops.push(dropLinks(air, [...devices.values()], options.dropsPerMinute, seed));
  const stop = () => {
    for (const stopOne of stops) stopOne();
    for (const device of devices.values()) device.stop();
  };
  return { devices, stop };
}

function createDevice(air: Air, wardDevice: WardDevice, options: PlayOptions): VirtualDevice {
  const { address, serial, systemId } = wardDevice;
  const { onValue } = options;
  return deviceFromProfile(air, profileOfDevice(wardDevice), {
    address,
    serial,
    systemId,
    zone: WARD_ZONE,
    ...traitsOf(wardDevice, options.seed),
    ...(onValue && { onValue: (characteristic, value) => onValue(wardDevice, characteristic, value) }),
  });
}

/** Time to the next measurement, ms, each a little different. */
function intervals(device: WardDevice, { speed, seed }: PlayOptions): () => number {
  const random = prng(seedOf(seed, 1, ...Buffer.from(device.deviceKey)));
  const usual = DAY_MS / measurementsPerDay(device.profile) / speed;
  // A worn device is also taken off: it must not stay connected for ever.
  const shortest = Math.max(SHORTEST_INTERVAL_MS, 2 * wornMsOf(device.profile));
  return () => Math.max(shortest, usual * (1 + (random() - 0.5) * JITTER));
}

/** Lets a connected device go out of range for a moment, again and again. */
function dropLinks(air: Air, devices: readonly VirtualDevice[], perMinute: number, seed: number): () => void {
  const random = prng(seedOf(seed, 2));
  // On average as often as wanted, between half and one and a half times.
  const nextMs = () => (MINUTE_MS / perMinute) * (0.5 + random());
  return repeat(air, nextMs(), nextMs, () => {
    const connected = devices.filter((device) => device.peripheral.connected);
    const dropped = connected[Math.floor(random() * connected.length)];
    dropped?.vanish();
    air.scheduler.setTimeout(() => dropped?.comeBack(), OUT_OF_RANGE_MS);
  });
}

function repeat({ scheduler }: Air, firstMs: number, nextMs: () => number, run: () => void): () => void {
  let timer: TimerHandle = scheduler.setTimeout(once, firstMs);
  function once(): void {
    timer = scheduler.setTimeout(once, nextMs());
    run();
  }
  return () => scheduler.clearTimeout(timer);
}
