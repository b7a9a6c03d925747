import { describe, expect, it } from 'vitest';
import { isPlausible } from './plausibility.ts';
import { definitionOf, metricOf, metrics } from './catalogue.ts';
import { canConvert } from './units.ts';

describe('the catalogue', () => {
  it('has each metric once', () => {
    expect(metrics.map((metric) => metric.id)).toEqual([
      'blood-pressure',
      'pulse',
      'spo2',
      'body-temperature',
      'perfusion-index',
      'cuff-pressure',
    ]);
  });

  it.each(metrics.map((metric) => [metric.id, metric] as const))('%s is complete', (_id, metric) => {
    expect(metric.label.ko).not.toBe('');
    expect(metric.label.en).not.toBe('');
    expect(metric.components.length).toBeGreaterThan(0);
    expect(canConvert(metric.unit, metric.unit)).toBe(true);
    expect(metric.mdc >> 16).toBe(2);
    const ids = metric.components.map((component) => component.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [id, range] of Object.entries(metric.reference)) {
      const plausible = metric.components.find((component) => component.id === id)?.plausible ?? [
        Number.NaN,
        Number.NaN,
      ];
      expect(range[0]).toBeGreaterThanOrEqual(plausible[0]);
      expect(range[1]).toBeLessThanOrEqual(plausible[1]);
    }
  });

  it('does not know what it does not list', () => {
    expect(metricOf('weight')).toBeUndefined();
    expect(metricOf('pulse')).toBe(definitionOf('pulse'));
  });
});

describe('plausibility', () => {
  const pressure = (systolic: string, diastolic: string, mean: string | null) =>
    isPlausible('blood-pressure', [
      { component: 'systolic', value: systolic, unit: 'mm[Hg]' },
      { component: 'diastolic', value: diastolic, unit: 'mm[Hg]' },
      mean === null
        ? { component: 'mean', value: null, unit: 'mm[Hg]', absent: 'not-a-number' }
        : { component: 'mean', value: mean, unit: 'mm[Hg]' },
    ]);

  it.each([
    ['120', '80', '93', true],
    ['120', '80', null, true],
    ['80', '120', null, false],
    ['120', '120', null, false],
    ['120', '80', '121', false],
    ['120', '80', '79', false],
    ['301', '80', null, false],
    ['39', '30', null, false],
    ['250', '201', null, false],
  ])('of %s over %s, mean %s is %s', (systolic, diastolic, mean, expected) => {
    expect(pressure(systolic, diastolic, mean)).toBe(expected);
  });

  it.each([
    ['spo2', '49', '%', false],
    ['spo2', '100', '%', true],
    ['body-temperature', '45.1', 'Cel', false],
    ['pulse', '19', '/min', false],
  ] as const)('of %s %s is %s', (metric, value, unit, expected) => {
    expect(isPlausible(metric, [{ component: 'value', value, unit }])).toBe(expected);
  });
});
