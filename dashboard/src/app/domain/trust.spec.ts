import { aReading } from '../testing/samples.ts';
import { qualityBars, trustOf } from './trust.ts';

const verdict = (...args: Parameters<typeof aReading>) => trustOf(aReading(...args)).verdict;

describe('trust in a value', () => {
  it('is given where nothing speaks against it', () => {
    expect(verdict('spo2', ['97'])).toBe('good');
    expect(verdict('spo2', ['97'], { quality: ['test-data', 'from-storage'] })).toBe('good');
  });

  it('is limited by doubts about quality or time', () => {
    expect(verdict('spo2', ['97'], { quality: ['body-movement'] })).toBe('careful');
    expect(verdict('spo2', ['97'], { at: null })).toBe('careful');
  });

  it('is refused to invalid, implausible and demo values and to those without a number', () => {
    for (const mark of ['invalid', 'implausible', 'demo'])
      expect(verdict('spo2', ['97'], { quality: [mark] })).toBe('unusable');
    expect(verdict('spo2', [null])).toBe('unusable');
  });

  it('gives way to what a person decided', () => {
    expect(verdict('spo2', ['97'], { status: 'set-aside', quality: ['invalid'] })).toBe('aside');
    expect(verdict('spo2', ['97'], { status: 'superseded' })).toBe('superseded');
  });

  it('is drawn as bars that do not depend on that decision', () => {
    expect(qualityBars(aReading('spo2', ['97'], { status: 'set-aside' }))).toBe(3);
    expect(qualityBars(aReading('spo2', ['97'], { quality: ['poor-signal'] }))).toBe(2);
    expect(qualityBars(aReading('spo2', ['97'], { quality: ['invalid'] }))).toBe(1);
  });
});
