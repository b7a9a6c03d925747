import { definitionOf } from '@gaya/protocols/metrics';
import { checkEntry, ENTERABLE, type EntryTexts } from './entry.ts';

const pressure = definitionOf('blood-pressure');
const temperature = definitionOf('body-temperature');
const ofPressure = (texts: EntryTexts) => checkEntry(pressure, pressure.components, texts);
const ofTemperature = (value: string) => checkEntry(temperature, temperature.components, { value });

describe('a reading entered by hand', () => {
  it('keeps each value as precise as it was typed', () => {
    expect(ofTemperature(' 36.80 ')).toEqual({ values: [{ component: 'value', value: '36.80' }], faults: {} });
    expect(ofTemperature('36,8').values).toEqual([{ component: 'value', value: '36.8' }]);
  });

  it('needs both pressures, but no mean', () => {
    expect(ofPressure({ systolic: '120' }).faults).toEqual({ diastolic: 'missing' });
    expect(ofPressure({ systolic: '120', diastolic: '80' })).toEqual({
      values: [
        { component: 'systolic', value: '120' },
        { component: 'diastolic', value: '80' },
      ],
      faults: {},
    });
  });

  it('refuses what is no number and what cannot be', () => {
    for (const text of ['1e2', '36.8.1', 'x', '--', '٣٦'])
      expect(ofTemperature(text).faults, text).toEqual({ value: 'not-a-number' });
    expect(ofTemperature('368').faults).toEqual({ value: 'implausible' });
    expect(ofTemperature('25').faults).toEqual({});
    expect(ofTemperature('24.9').faults).toEqual({ value: 'implausible' });
  });

  it('refuses pressures in the wrong order and a mean outside of them', () => {
    expect(ofPressure({ systolic: '80', diastolic: '120' }).faults).toEqual({ diastolic: 'not-in-order' });
    expect(ofPressure({ systolic: '120', diastolic: '80', mean: '130' }).faults).toEqual({ mean: 'not-in-order' });
    expect(ofPressure({ systolic: '120', diastolic: '80', mean: '93' }).faults).toEqual({});
  });

  it('offers what is measured at single times', () => {
    expect(ENTERABLE.map(({ id }) => id)).toContain('blood-pressure');
    expect(ENTERABLE.map(({ id }) => id)).not.toContain('cuff-pressure');
  });
});
