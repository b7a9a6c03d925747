import type { Series } from '@gaya/protocols/api';
import { chartData, gapsOf } from './chart-data.ts';

const MIN = 60_000;
const series = (component: string, t: number[], stepMs = 0): Series => ({
  metric: 'spo2',
  component,
  unit: '%',
  from: 0,
  to: 100 * MIN,
  stepMs,
  t,
  min: t.map(() => 90),
  max: t.map(() => 99),
  mean: t.map((_, i) => 95 + i),
  n: t.map(() => 2),
});
const every = (count: number, from = 0) => Array.from({ length: count }, (_, i) => from + i * MIN);

describe('gaps', () => {
  it('finds a stretch longer than three times the usual distance', () => {
    expect(gapsOf([...every(10), ...every(10, 30 * MIN)], 0, 0, 40 * MIN)).toEqual([{ from: 9 * MIN, to: 30 * MIN }]);
  });

  it('finds missing data before the first and after the last value', () => {
    expect(gapsOf(every(10, 50 * MIN), 0, 0, 100 * MIN)).toEqual([
      { from: 0, to: 50 * MIN },
      { from: 59 * MIN, to: 100 * MIN },
    ]);
  });

  it('does not take the hours between two home measurements for a gap', () => {
    const twiceADay = [0, 12, 24, 36, 48].map((h) => h * 60 * MIN);
    expect(gapsOf(twiceADay, 0, 0, 50 * 60 * MIN)).toEqual([]);
  });

  it('does not take them for gaps either when someone measured many times in a row', () => {
    const hours = [0, 6, 12, 18].map((h) => h * 60 * MIN);
    const inARow = Array.from({ length: 30 }, (_, i) => 20 * 60 * MIN + i * 10_000);
    expect(gapsOf([...hours, ...inARow], 0, 0, 20 * 60 * MIN + 10 * MIN)).toEqual([]);
  });

  it('finds a gap that fills most of the period', () => {
    expect(gapsOf([...every(10), ...every(10, 900 * MIN)], 0, 0, 910 * MIN)).toEqual([
      { from: 9 * MIN, to: 900 * MIN },
    ]);
  });

  it('is the whole period where nothing was measured', () => {
    expect(gapsOf([], 0, 5, 10)).toEqual([{ from: 5, to: 10 }]);
  });
});

describe('chart data', () => {
  it('breaks the line inside a gap', () => {
    const data = chartData(
      [series('value', [...every(10), ...every(10, 40 * MIN)])],
      { from: 0, to: 50 * MIN },
      50 * MIN,
    );
    const middle = data.t.indexOf((9 * MIN + 40 * MIN) / 2);
    expect(middle).toBe(10);
    expect(data.lines[0]?.mean[middle]).toBeNull();
    expect(data.lines[0]?.mean.filter((v) => v === null)).toHaveLength(1);
  });

  it('puts two components on one time axis, with nothing where one was not measured', () => {
    const data = chartData(
      [series('systolic', [0, MIN, 2 * MIN]), series('diastolic', [0, 2 * MIN])],
      { from: 0, to: 3 * MIN },
      3 * MIN,
    );
    expect(data.t).toEqual([0, MIN, 2 * MIN]);
    expect(data.lines.map((l) => l.mean)).toEqual([
      [95, 96, 97],
      [95, null, 96],
    ]);
  });

  it('knows whether points are values or buckets, and how many values they stand for', () => {
    const data = chartData([series('value', every(5), MIN)], { from: 0, to: 5 * MIN }, 5 * MIN);
    expect([data.stepMs, data.count]).toEqual([MIN, 10]);
  });

  it('expects nothing of the time that has not come yet', () => {
    const data = chartData([series('value', every(10))], { from: 0, to: 60 * MIN }, 10 * MIN);
    expect(data.gaps).toEqual([]);
  });
});
