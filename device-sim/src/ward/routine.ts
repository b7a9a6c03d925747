/** How often a patient's devices measure, and how the devices of the ward differ from each other. */
import { profileOf } from '@gaya/protocols/profiles';
import type { DeviceProfile } from '@gaya/protocols/profiles';
import { prng, seedOf } from '../random/prng.ts';
import type { Body } from '../vitals/vitals.ts';
import type { WardDevice, WardPatient } from './ward.ts';

const DAY_MS = 86_400_000;
const KOREA_OFFSET_MS = 9 * 3_600_000;

/** Measurements a day at speed 1, by profile. */
const PER_DAY: Readonly<Record<string, number>> = { 'blood-pressure': 2, thermometer: 4, 'pulse-oximeter': 36 };
const PER_DAY_OTHERS = 2;
/** Profiles whose device is worn for a while, ms. */
const WORN_MS: Readonly<Record<string, number>> = { 'pulse-oximeter': 60_000 };

export function measurementsPerDay(profile: string): number {
  return PER_DAY[profile] ?? PER_DAY_OTHERS;
}

/** 0: it measures and is put away. */
export function wornMsOf(profile: string): number {
  return WORN_MS[profile] ?? 0;
}

/** The patient's body; its fever began some days before the Korean day of `nowMs`. */
export function bodyOf(patient: WardPatient, patientIndex: number, seed: number, nowMs: number): Body {
  const { baseline, variability, fever } = patient;
  const today = Math.floor((nowMs + KOREA_OFFSET_MS) / DAY_MS) * DAY_MS - KOREA_OFFSET_MS;
  return {
    seed: seedOf(seed, patientIndex),
    baseline,
    variability,
    fever: fever && { onsetMs: today - fever.daysAgo * DAY_MS, riseCel: fever.riseCel },
  };
}

export interface DeviceTraits {
  /** Device clock minus true time, ms. */
  readonly clockOffsetMs: number;
  readonly clockDriftPpm: number;
  readonly rssiDbm: number;
  readonly batteryPercent: number;
}

/** Home devices are a few minutes off at most, and some lose or gain seconds a week. */
export function traitsOf(device: WardDevice, seed: number): DeviceTraits {
  const random = prng(seedOf(seed, ...Buffer.from(device.deviceKey)));
  return {
    clockOffsetMs: Math.round((random() - 0.5) * 240_000),
    clockDriftPpm: Math.round((random() - 0.5) * 60),
    rssiDbm: -45 - Math.round(random() * 35),
    batteryPercent: 55 + Math.round(random() * 45),
  };
}

/** @throws {Error} the ward names a profile that does not exist */
export function profileOfDevice(device: WardDevice): DeviceProfile {
  const profile = profileOf(device.profile);
  if (!profile) throw new Error(`the ward's ${device.deviceKey} has no profile`);
  return profile;
}
