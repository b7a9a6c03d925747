import { describe, expect, it } from 'vitest';
import { bodyOf } from '../ward/routine.ts';
import { wardPatients } from '../ward/ward.ts';
import { vitalsAt } from './vitals.ts';
import type { Body } from './vitals.ts';

const NOW = Date.UTC(2026, 10, 25);
const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const PLAIN: Body = {
  seed: 5,
  baseline: {
    systolicMmHg: 122,
    diastolicMmHg: 76,
    pulsePerMin: 70,
    spo2Percent: 97,
    temperatureCel: 36.5,
    perfusionPercent: 3.5,
  },
  variability: 1,
  fever: null,
};

/** Ten days, a value every ten minutes. */
const sampled = (body: Body, days = 10) =>
  Array.from({ length: days * 144 }, (_, index) => vitalsAt(body, NOW - days * DAY + index * 10 * MINUTE));
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: readonly number[]) => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));

describe('vital signs', () => {
  it('are the same for the same seed and time, and others for another seed', () => {
    expect(vitalsAt(PLAIN, NOW)).toEqual(vitalsAt(PLAIN, NOW));
    expect(sampled(PLAIN)).not.toEqual(sampled({ ...PLAIN, seed: 6 }));
  });

  it('stay around their baseline', () => {
    const values = sampled(PLAIN, 30);
    expect(mean(values.map((v) => v.systolicMmHg))).toBeCloseTo(122, -1);
    expect(deviation(values.map((v) => v.systolicMmHg))).toBeGreaterThan(4);
    expect(deviation(values.map((v) => v.systolicMmHg))).toBeLessThan(14);
    expect(deviation(values.map((v) => v.temperatureCel))).toBeLessThan(0.4);
  });

  it('hang together from one minute to the next', () => {
    const pulse = Array.from({ length: 600 }, (_, index) => vitalsAt(PLAIN, NOW + index * 10_000).pulsePerMin);
    const steps = pulse.slice(1).map((value, index) => Math.abs(value - (pulse[index] ?? value)));
    expect(Math.max(...steps)).toBeLessThanOrEqual(4);
    expect(new Set(pulse).size).toBeGreaterThan(5);
  });

  it('are lower at night than in the morning', () => {
    const at = (hourKorea: number) =>
      mean(
        Array.from(
          { length: 30 },
          (_, day) => vitalsAt(PLAIN, NOW - day * DAY + (hourKorea - 9) * 60 * MINUTE).systolicMmHg,
        ),
      );
    expect(at(10) - at(3)).toBeGreaterThan(6);
  });

  it('are possible for every patient of the ward, all month', () => {
    const all = wardPatients.flatMap((patient, index) => sampled(bodyOf(patient, index, 1, NOW), 30));
    const impossible = all.filter(
      ({ systolicMmHg, diastolicMmHg, meanMmHg, spo2Percent, temperatureCel }) =>
        systolicMmHg - diastolicMmHg < 20 ||
        meanMmHg <= diastolicMmHg ||
        meanMmHg >= systolicMmHg ||
        spo2Percent > 100 ||
        temperatureCel <= 35,
    );
    expect(impossible).toEqual([]);
    expect(all).toHaveLength(12 * 30 * 144);
  });

  it('tell the stories of the ward', () => {
    const valuesOf = (name: string) => {
      const index = wardPatients.findIndex(({ record }) => record.nameLatin === name);
      const patient = wardPatients[index];
      if (!patient) throw new Error(`no patient ${name}`);
      return sampled(bodyOf(patient, index, 1, NOW), 10);
    };
    const pressures = valuesOf('Kim Bok-rye').map((v) => v.systolicMmHg);
    expect(mean(pressures)).toBeGreaterThan(160);
    const oxygen = valuesOf('Park Young-ho').map((v) => v.spo2Percent);
    expect(mean(oxygen)).toBeGreaterThan(88);
    expect(mean(oxygen)).toBeLessThan(91);
    const fever = valuesOf('Lee Ok-bun');
    const [before, during] = [fever.slice(0, 6 * 144), fever.slice(-144)];
    expect(mean(before.map((v) => v.temperatureCel))).toBeLessThan(37);
    expect(mean(during.map((v) => v.temperatureCel))).toBeGreaterThan(37.8);
    expect(mean(during.map((v) => v.pulsePerMin)) - mean(before.map((v) => v.pulsePerMin))).toBeGreaterThan(8);
  });
});
