/** Vital signs of one seeded body: baseline, daily rhythm and noise that hangs together over time. Plain functions of the time. */
import type { Vitals } from '@gaya/protocols/profiles';
import { hashed } from '../random/prng.ts';

export interface Baseline {
  readonly systolicMmHg: number;
  readonly diastolicMmHg: number;
  readonly pulsePerMin: number;
  readonly spo2Percent: number;
  readonly temperatureCel: number;
  readonly perfusionPercent: number;
}

export interface Body {
  readonly seed: number;
  readonly baseline: Baseline;
  /** 1 is usual; more for a patient whose values swing. */
  readonly variability: number;
  readonly fever: Fever | null;
}

export interface Fever {
  /** UTC ms. */
  readonly onsetMs: number;
  readonly riseCel: number;
}

/** How a value moves around its baseline, in its own unit. */
interface Movement {
  /** Half of the difference between day and night. */
  readonly daily: number;
  /** Hour of the day in Korea with the highest value. */
  readonly peakHour: number;
  /** Standard deviation of the noise. */
  readonly noise: number;
  readonly low: number;
  readonly high: number;
}

const MOVEMENTS: Readonly<Record<keyof Baseline, Movement>> = {
  systolicMmHg: { daily: 8, peakHour: 10, noise: 6, low: 70, high: 230 },
  diastolicMmHg: { daily: 5, peakHour: 10, noise: 4, low: 40, high: 130 },
  pulsePerMin: { daily: 7, peakHour: 15, noise: 5, low: 38, high: 170 },
  spo2Percent: { daily: 0.6, peakHour: 14, noise: 0.5, low: 75, high: 100 },
  temperatureCel: { daily: 0.25, peakHour: 17, noise: 0.12, low: 35, high: 41.5 },
  perfusionPercent: { daily: 0.4, peakHour: 15, noise: 0.6, low: 0.2, high: 15 },
};
const CHANNELS = Object.keys(MOVEMENTS) as (keyof Baseline)[];

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Periods of the noise and their share of its variance: moods of the day, activity, breath. */
const NOISE: readonly (readonly [periodMs: number, share: number])[] = [
  [7 * HOUR_MS, 0.5],
  [40 * MINUTE_MS, 0.35],
  [MINUTE_MS, 0.15],
];
/** Standard deviation of evenly distributed lattice points after smoothing between them. */
const LATTICE_DEVIATION = 0.47;
const KOREA_OFFSET_MS = 9 * HOUR_MS;
/** Pulse and oxygen under fever, per degree above 37. */
const PULSE_PER_CEL = 9;
const SPO2_PER_CEL = -0.6;
const FEVER_RISE_MS = 8 * HOUR_MS;

/** All that the body shows at this time (UTC ms), in catalogue units and a device's resolution or finer. */
export function vitalsAt(body: Body, atMs: number): Required<Omit<Vitals, 'cuffPressureMmHg'>> {
  const excess = feverAt(body, atMs);
  const at = (channel: keyof Baseline, shift = 0): number => valueAt(body, channel, atMs, shift);
  const systolicMmHg = Math.round(at('systolicMmHg'));
  // A pulse pressure under 20 would be no living body.
  const diastolicMmHg = Math.min(Math.round(at('diastolicMmHg')), systolicMmHg - 20);
  return {
    systolicMmHg,
    diastolicMmHg,
    meanMmHg: Math.round(diastolicMmHg + (systolicMmHg - diastolicMmHg) / 3),
    pulsePerMin: Math.round(at('pulsePerMin', excess * PULSE_PER_CEL)),
    spo2Percent: Math.round(at('spo2Percent', excess * SPO2_PER_CEL)),
    temperatureCel: rounded(at('temperatureCel', excess), 1),
    perfusionPercent: rounded(at('perfusionPercent'), 1),
  };
}

function valueAt(body: Body, channel: keyof Baseline, atMs: number, shift: number): number {
  const { daily, peakHour, noise, low, high } = MOVEMENTS[channel];
  const hour = ((atMs + KOREA_OFFSET_MS) / HOUR_MS) % 24;
  const rhythm = daily * Math.cos(((hour - peakHour) / 24) * 2 * Math.PI);
  const value = body.baseline[channel] + rhythm + noise * body.variability * noiseAt(body, channel, atMs) + shift;
  return Math.min(high, Math.max(low, value));
}

/** Degrees above the baseline: rises over hours, then swings with the evening. */
function feverAt({ fever }: Body, atMs: number): number {
  if (!fever || atMs < fever.onsetMs) return 0;
  const risen = Math.min(1, (atMs - fever.onsetMs) / FEVER_RISE_MS);
  const hour = ((atMs + KOREA_OFFSET_MS) / HOUR_MS) % 24;
  return fever.riseCel * risen * (0.85 + 0.15 * Math.cos(((hour - 19) / 24) * 2 * Math.PI));
}

/** About mean 0 and standard deviation 1. Systolic and diastolic pressure move together. */
function noiseAt(body: Body, channel: keyof Baseline, atMs: number): number {
  const own = CHANNELS.indexOf(channel);
  const sum = (index: number): number =>
    NOISE.reduce((total, [periodMs, share], octave) => {
      const point = lattice(body.seed, index * NOISE.length + octave, atMs / periodMs);
      return total + Math.sqrt(share) * (point / LATTICE_DEVIATION);
    }, 0);
  return channel === 'diastolicMmHg' ? 0.7 * sum(CHANNELS.indexOf('systolicMmHg')) + 0.7 * sum(own) : sum(own);
}

/** -1 to 1: random points one unit apart, with a smooth way between them. */
function lattice(seed: number, channel: number, position: number): number {
  const before = Math.floor(position);
  const along = position - before;
  const smooth = along * along * (3 - 2 * along);
  const point = (index: number): number => hashed(seed, channel, index) * 2 - 1;
  return point(before) * (1 - smooth) + point(before + 1) * smooth;
}

function rounded(value: number, decimals: number): number {
  return Math.round(value * 10 ** decimals) / 10 ** decimals;
}
