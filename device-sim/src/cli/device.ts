/** `gaya-sim device PROFILE`: one device, for a gateway on the socket or a foreign Bluetooth stack on a serial line. */
import { profileOf, profiles } from '@gaya/protocols/profiles';
import { deviceFromProfile } from '../peripherals/virtual-device.ts';
import { vitalsAt } from '../vitals/vitals.ts';
import type { Body } from '../vitals/vitals.ts';
import { wornMsOf } from '../ward/routine.ts';
import { wardPatients } from '../ward/ward.ts';
import { announce, untilStopped } from './lifetime.ts';
import { openRadio } from './open-radio.ts';
import type { RadioOptions } from './open-radio.ts';
import { printTruth } from './truth.ts';

export interface DeviceCommandOptions extends RadioOptions {
  readonly every: number;
  readonly address: string;
  readonly serial: string;
  readonly truth: boolean;
  readonly count?: number;
  readonly advertising: 'legacy' | 'extended';
  readonly secure: boolean;
  readonly clockOffset: number;
  readonly seed: number;
}

/** The first measurement, so that a gateway that starts at the same time is there. */
const FIRST_MS = 300;
const STREAM_FOR_EVER_MS = 2 ** 31;

/** @throws {Error} with a sentence for the user */
export async function runDevice(profileId: string, options: DeviceCommandOptions): Promise<void> {
  const profile = profileOf(profileId);
  if (!profile) {
    throw new Error(`There is no profile "${profileId}". There are: ${profiles.map(({ id }) => id).join(', ')}.`);
  }
  const stopped = untilStopped();
  const radio = await openRadio(options);
  const { scheduler } = radio.air;
  const body = bodyOfSeed(options.seed);
  const counted = countdown(options.count);
  const device = deviceFromProfile(radio.air, profile, {
    address: options.address,
    serial: options.serial,
    systemId: `${options.address.replaceAll(':', '').slice(2)}616702`,
    clockOffsetMs: options.clockOffset * 1000,
    advertising: options.advertising,
    secure: options.secure,
    onConfirmed: counted.down,
    ...(options.truth && { onValue: (chr: string, value: Uint8Array) => printTruth(options.address, chr, value) }),
  });
  let measured = 0;
  const measure = () => {
    if (options.count !== undefined && measured >= options.count) return;
    measured++;
    device.measure(vitalsAt(body, scheduler.now()));
  };
  const first = setTimeout(() => {
    measure();
    if (wornMsOf(profile.id) > 0) device.wear(STREAM_FOR_EVER_MS, (atMs) => vitalsAt(body, atMs));
  }, FIRST_MS);
  const timer = setInterval(measure, options.every * 1000);
  console.error(`${profile.label.en} ${options.address} is on the radio at ${radio.address ?? options.attach ?? ''}.`);
  announce({ radio: radio.address, devices: 1 });
  await Promise.race([stopped, radio.lineClosed, counted.reached]);
  clearTimeout(first);
  clearInterval(timer);
  device.stop();
  await radio.close();
}

/** Settles when it was counted down; without a number never. */
function countdown(count: number | undefined): { readonly down: () => void; readonly reached: Promise<void> } {
  let left = count ?? Infinity;
  let reach: () => void = () => undefined;
  const reached = new Promise<void>((resolve) => (reach = resolve));
  const down = () => {
    left--;
    // The central's answers to what it still asks go first.
    if (left === 0) setTimeout(reach, 500);
  };
  return { down, reached };
}

function bodyOfSeed(seed: number): Body {
  const patient = wardPatients[seed % wardPatients.length] ?? wardPatients[0];
  if (!patient) throw new Error('The ward is empty.');
  return { seed, baseline: patient.baseline, variability: patient.variability, fever: null };
}
