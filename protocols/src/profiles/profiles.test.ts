import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toNumber } from '../bytes/decimal.ts';
import { codecOf } from '../gatt/index.ts';
import { definitionOf } from '../metrics/catalogue.ts';
import type { ReadingDraft } from '../readings/reading.ts';
import { commonCharacteristics, profileOf, profiles, profilesFor, profilesMatching } from './index.ts';
import type { ComposeContext, ComposedFrame, DeviceProfile, Measured, Vitals } from './define-profile.ts';

/** What the vital signs of the body are called in readings. */
const VITALS: readonly (readonly [keyof Vitals, string, string])[] = [
  ['systolicMmHg', 'blood-pressure', 'systolic'],
  ['diastolicMmHg', 'blood-pressure', 'diastolic'],
  ['meanMmHg', 'blood-pressure', 'mean'],
  ['pulsePerMin', 'pulse', 'value'],
  ['spo2Percent', 'spo2', 'value'],
  ['perfusionPercent', 'perfusion-index', 'value'],
  ['temperatureCel', 'body-temperature', 'value'],
  ['cuffPressureMmHg', 'cuff-pressure', 'value'],
];

/** Half of the step in which the devices show the metric. */
const resolution = (metric: ReadingDraft['metric']): number => 10 ** -definitionOf(metric).decimals / 2 + 1e-9;

const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });

const vitals: fc.Arbitrary<Vitals> = fc.record({
  systolicMmHg: between(90, 200),
  diastolicMmHg: between(40, 85),
  meanMmHg: between(86, 89),
  pulsePerMin: between(30, 200),
  spo2Percent: between(60, 100),
  perfusionPercent: between(0.1, 20),
  temperatureCel: between(34, 42),
  cuffPressureMmHg: between(0, 250),
});

const contexts: fc.Arbitrary<ComposeContext> = fc.record({
  deviceTime: fc.constantFrom(null, '2026-11-25T08:14:00'),
  clockNotSet: fc.boolean(),
  fromStorage: fc.boolean(),
  userSlot: fc.constantFrom(null, 0, 1),
  mode: fc.constantFrom('spot' as const, 'stream' as const),
});

function interpretAll(profile: DeviceProfile, frames: readonly ComposedFrame[]): readonly Measured[] {
  const measured: Measured[] = [];
  let state = profile.initial();
  for (const [index, frame] of frames.entries()) {
    const step = profile.interpret(state, { ...frame, frameId: `s.${index}` });
    state = step.state;
    measured.push(...step.measured);
  }
  return measured;
}

function valuesOf(readings: readonly ReadingDraft[]): Map<string, number | null> {
  const entries = readings.flatMap((reading) =>
    reading.components.map(({ component, value }): [string, number | null] => [
      `${reading.metric} ${component}`,
      value === null ? null : toNumber(value),
    ]),
  );
  return new Map(entries);
}

describe('every profile', () => {
  it('is listed once, by id and by service', () => {
    expect(profiles.map((profile) => profile.id)).toEqual(['blood-pressure', 'thermometer', 'pulse-oximeter']);
    expect(profileOf('thermometer')?.service).toBe('1809');
    expect(profileOf('scale')).toBeUndefined();
    expect(profilesMatching(['180a', '1822']).map((profile) => profile.id)).toEqual(['pulse-oximeter']);
  });

  it.each(profiles.map((profile) => [profile.id, profile] as const))(
    '%s uses characteristics that have a codec',
    (_id, profile) => {
      for (const { characteristic } of [...profile.characteristics, ...commonCharacteristics]) {
        expect(codecOf(characteristic), characteristic).toBeDefined();
      }
      for (const { characteristic } of profile.characteristics) expect(profilesFor(characteristic)).toContain(profile);
      for (const metric of profile.metrics) expect(definitionOf(metric).id).toBe(metric);
    },
  );

  it.each(profiles.map((profile) => [profile.id, profile] as const))(
    '%s answers reads that its codecs understand',
    (_id, profile) => {
      for (const [characteristic, octets] of Object.entries(profile.reads)) {
        expect(() => codecOf(characteristic)?.decode(octets)).not.toThrow();
      }
      const required = profile.characteristics.filter((use) => use.use === 'read' && use.required);
      for (const { characteristic } of required) expect(profile.reads[characteristic]).toBeDefined();
    },
  );

  it.each(profiles.map((profile) => [profile.id, profile] as const))(
    '%s gives the vital signs that it composed',
    (_id, profile) => {
      fc.assert(
        fc.property(vitals, contexts, (body, context) => {
          const frames = profile.compose(body, context);
          expect(frames).toHaveLength(1);
          const [measured] = interpretAll(profile, frames);
          const readings = measured?.readings ?? [];
          const values = valuesOf(readings);
          expect(values.size).toBeGreaterThan(0);
          for (const [vital, metric, component] of VITALS) {
            const value = values.get(`${metric} ${component}`);
            if (value === undefined) continue;
            const step = resolution(readings.find((reading) => reading.metric === metric)?.metric ?? 'pulse');
            expect(Math.abs((value ?? Number.NaN) - (body[vital] ?? Number.NaN))).toBeLessThanOrEqual(step);
          }
          for (const reading of readings) expect(reading.kind).toBe(context.mode === 'spot' ? 'spot' : 'sample');
          expect(measured?.deviceTime ?? null).toBe(
            profile.id === 'pulse-oximeter' && context.mode === 'stream' ? null : context.deviceTime,
          );
        }),
      );
    },
  );

  it.each(profiles.map((profile) => [profile.id, profile] as const))(
    '%s gives every metric that it names',
    (_id, profile) => {
      const body: Vitals = {
        systolicMmHg: 120,
        diastolicMmHg: 80,
        meanMmHg: 93,
        pulsePerMin: 70,
        spo2Percent: 97,
        perfusionPercent: 3.2,
        temperatureCel: 36.6,
        cuffPressureMmHg: 140,
      };
      const frames = (['spot', 'stream'] as const).flatMap((mode) => profile.compose(body, { deviceTime: null, mode }));
      const metrics = interpretAll(profile, frames).flatMap((measured) =>
        measured.readings.map((reading) => reading.metric),
      );
      expect(new Set(metrics)).toEqual(new Set(profile.metrics));
    },
  );

  it.each(profiles.map((profile) => [profile.id, profile] as const))(
    '%s composes nothing from nothing',
    (_id, profile) => {
      expect(profile.compose({}, { deviceTime: null, mode: 'spot' })).toEqual([]);
      expect(profile.compose({}, { deviceTime: null, mode: 'stream' })).toEqual([]);
    },
  );

  it.each(profiles.map((profile) => [profile.id, profile] as const))(
    '%s ignores what it does not use',
    (_id, profile) => {
      const state = profile.initial();
      const frame = { frameId: 's.0', how: 'read', characteristic: '2a19', bytes: Uint8Array.of(80) } as const;
      expect(profile.interpret(state, frame)).toEqual({ state, measured: [] });
    },
  );

  it.each(profiles.map((profile) => [profile.id, profile] as const))(
    '%s has slots that name its readings uniquely',
    (_id, profile) => {
      fc.assert(
        fc.property(vitals, contexts, (body, context) => {
          const slots = interpretAll(profile, profile.compose(body, context)).flatMap((m) =>
            m.readings.map((r) => r.slot),
          );
          expect(new Set(slots).size).toBe(slots.length);
          for (const slot of slots) expect(slot).toMatch(/^[A-Za-z0-9_.:-]+$/);
        }),
      );
    },
  );
});
