import { describe, expect, it } from 'vitest';
import { fromHex } from '../bytes/hex.ts';
import { bloodPressure } from './blood-pressure.ts';
import type { DeviceProfile, Measured } from './define-profile.ts';
import { pulseOximeter } from './pulse-oximeter.ts';
import { thermometer, type ThermometerMeasurement } from './thermometer.ts';

/** The last frame's measurement; the frames before it are read first. */
function interpret(
  profile: DeviceProfile,
  ...frames: readonly (readonly [characteristic: string, hex: string])[]
): Measured {
  let state = profile.initial();
  let last: Measured | undefined;
  for (const [characteristic, hex] of frames) {
    const step = profile.interpret(state, { frameId: 's.1', how: 'read', characteristic, bytes: fromHex(hex) });
    state = step.state;
    last = step.measured[0] ?? last;
  }
  if (last === undefined) throw new Error('nothing was measured');
  return last;
}

const qualities = (measured: Measured) => measured.readings.map((reading) => reading.quality);

describe('a blood pressure meter', () => {
  it('that sends kPa is read in mm[Hg]; what it sent stays in the measurement', () => {
    const measured = interpret(bloodPressure, ['2a35', '01a0f06af07cf0']);
    expect(measured.readings[0]?.components).toEqual([
      { component: 'systolic', value: '120.01', unit: 'mm[Hg]' },
      { component: 'diastolic', value: '79.51', unit: 'mm[Hg]' },
      { component: 'mean', value: '93.01', unit: 'mm[Hg]' },
    ]);
    expect(measured.measurement).toMatchObject({ unit: 'kPa', systolic: { mantissa: 160, exponent: -1 } });
    expect(qualities(measured)).toEqual([[]]);
  });

  it('says for each special value why there is no number', () => {
    const { readings } = interpret(bloodPressure, ['2a35', '04ff070008fe070208']);
    expect(readings.flatMap((reading) => reading.components.map((c) => [c.component, c.value, c.absent]))).toEqual([
      ['systolic', null, 'not-a-number'],
      ['diastolic', null, 'error'],
      ['mean', null, 'positive-infinity'],
      ['value', null, 'negative-infinity'],
    ]);
  });

  it.each([
    ['no bit', '0000', []],
    ['body movement', '0100', ['body-movement']],
    ['a loose cuff', '0200', ['cuff-loose']],
    ['an irregular pulse', '0400', ['irregular-pulse']],
    ['a pulse above the range', '0800', ['pulse-out-of-range']],
    ['a pulse below the range', '1000', ['pulse-out-of-range']],
    ['a wrong position', '2000', ['improper-position']],
    ['a reserved bit', '8000', []],
  ])('with %s', (_name, status, quality) => {
    expect(qualities(interpret(bloodPressure, ['2a35', `14780050005d004600${status}`]))).toEqual([quality, quality]);
  });

  it('whose user is 255 does not say who it was', () => {
    expect(interpret(bloodPressure, ['2a35', '08780050005d00ff']).userSlot).toBeNull();
    expect(interpret(bloodPressure, ['2a35', '08780050005d0001']).userSlot).toBe(1);
  });

  it('with a date that has unknown parts has an unknown time', () => {
    expect(interpret(bloodPressure, ['2a35', '02780050005d0000000411142900']).deviceTime).toBe('unknown');
    expect(interpret(bloodPressure, ['2a35', '02780050005d00ea070d01000000']).deviceTime).toBe('unknown');
    expect(interpret(bloodPressure, ['2a35', '00780050005d00']).deviceTime).toBeNull();
  });

  it('inflating gives samples of the cuff, never a blood pressure', () => {
    const { readings } = interpret(bloodPressure, ['2a36', '008c00ff07ff07']);
    expect(readings).toMatchObject([
      { metric: 'cuff-pressure', kind: 'sample', components: [{ value: '140', unit: 'mm[Hg]' }] },
    ]);
  });

  it('with systolic under diastolic is implausible and kept', () => {
    const { readings } = interpret(bloodPressure, ['2a35', '0050007800ff07']);
    expect(readings[0]?.quality).toEqual(['implausible']);
    expect(readings[0]?.components[0]?.value).toBe('80');
  });
});

describe('a thermometer', () => {
  const site = (...frames: readonly (readonly [string, string])[]) =>
    (interpret(thermometer, ...frames).measurement as ThermometerMeasurement).site;

  it('has the site of its static type where the measurement has none', () => {
    expect(site(['2a1d', '06'], ['2a1c', '006c0100ff'])).toBe('mouth');
    expect(site(['2a1d', '06'], ['2a1c', '046c0100ff03'])).toBe('ear');
    expect(site(['2a1c', '006c0100ff'])).toBeNull();
    expect(site(['2a1d', '63'], ['2a1c', '006c0100ff'])).toBeNull();
  });

  it('in Fahrenheit is read in Celsius, exactly where that is exact', () => {
    const { readings } = interpret(thermometer, ['2a1c', '01da0300ff']);
    expect(readings[0]?.components).toEqual([{ component: 'value', value: '37.0', unit: 'Cel' }]);
  });

  it('still rising gives samples that are early estimates', () => {
    const { readings } = interpret(thermometer, ['2a1e', '006c0100ff']);
    expect(readings).toMatchObject([{ kind: 'sample', quality: ['early-estimate'] }]);
  });

  it('keeps the interval that it reports', () => {
    const step = thermometer.interpret(thermometer.initial(), {
      frameId: 's.0',
      how: 'read',
      characteristic: '2a21',
      bytes: fromHex('3c00'),
    });
    expect(step.state).toEqual({ staticType: null, intervalSeconds: 60 });
  });
});

describe('a pulse oximeter', () => {
  it.each([
    ['0x0020 ongoing', '2000', []],
    ['0x0040 early estimate', '4000', ['early-estimate']],
    ['0x0080 validated', '8000', []],
    ['0x0100 fully qualified', '0001', []],
    ['0x0200 from storage', '0002', ['from-storage']],
    ['0x0400 demo', '0004', ['demo']],
    ['0x0800 testing', '0008', ['demo']],
    ['0x1000 calibration', '0010', ['calibrating']],
    ['0x2000 unavailable', '0020', ['invalid']],
    ['0x4000 questionable', '0040', ['questionable']],
    ['0x8000 invalid', '0080', ['invalid']],
  ])('with measurement status %s', (_name, status, quality) => {
    expect(qualities(interpret(pulseOximeter, ['2a5e', `0261004800${status}`]))).toEqual([quality, quality]);
  });

  it.each([
    ['extended display', '010000', []],
    ['malfunction', '020000', ['equipment-malfunction']],
    ['irregular processing', '040000', ['questionable']],
    ['inadequate signal', '080000', ['poor-signal']],
    ['poor signal', '100000', ['poor-signal']],
    ['low perfusion', '200000', ['low-perfusion']],
    ['erratic', '400000', ['poor-signal']],
    ['not pulsatile', '800000', ['questionable']],
    ['questionable pulse', '000100', ['questionable']],
    ['analysis ongoing', '000200', []],
    ['interference', '000400', ['interference']],
    ['unconnected to the user', '000800', ['sensor-off']],
    ['unknown sensor', '001000', ['questionable']],
    ['displaced', '002000', ['sensor-off']],
    ['sensor malfunction', '004000', ['equipment-malfunction']],
    ['disconnected', '008000', ['sensor-off']],
    ['reserved', '000001', []],
  ])('with sensor status %s', (_name, status, quality) => {
    expect(qualities(interpret(pulseOximeter, ['2a5f', `0861004800${status}`]))).toEqual([quality, quality]);
  });

  it('says that its clock is not set and that a value is from storage', () => {
    const measured = interpret(pulseOximeter, ['2a5e', '1361004800e1070101000000' + '0002']);
    expect(measured).toMatchObject({ clockNotSet: true, fromStorage: true, deviceTime: '2017-01-01T00:00:00' });
  });

  it('keeps fast and slow averages in the measurement alone', () => {
    const measured = interpret(pulseOximeter, ['2a5f', '03610048005f004a0062004600']);
    expect(measured.measurement).toMatchObject({ fast: { spo2: { mantissa: 95 } }, slow: { spo2: { mantissa: 98 } } });
    expect(measured.readings.map((reading) => reading.slot)).toEqual(['spo2', 'pulse']);
  });

  it('keeps the features that it reports', () => {
    const step = pulseOximeter.interpret(pulseOximeter.initial(), {
      frameId: 's.0',
      how: 'read',
      characteristic: '2a60',
      bytes: fromHex('1000'),
    });
    expect(step.state).toMatchObject({ features: { features: { set: ['fast-metric'] } } });
  });
});
