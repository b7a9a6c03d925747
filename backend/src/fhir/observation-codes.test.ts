import { metricOf } from '@gaya/protocols/metrics';
import { profileOf } from '@gaya/protocols/profiles';
import { describe, expect, it } from 'vitest';
import { candidatesFor, matchesCodes, readTokens, type CodeFilter } from './observation-codes.ts';

const filter = (...texts: string[]): CodeFilter => texts.map((text) => readTokens(text) ?? []);

describe('codes of Observations', () => {
  it.each([
    ['85354-9', ['blood-pressure'], false],
    ['http://loinc.org|85354-9', ['blood-pressure'], false],
    ['urn:iso:std:iso:11073:10101|150020', ['blood-pressure'], false],
    ['59408-5', ['spo2'], false],
    ['http://loinc.org|2708-6', ['spo2'], false],
    ['8867-4,http://loinc.org|8310-5', ['pulse', 'body-temperature'], false],
    ['urn:iso:std:iso:11073:10101|85354-9', [], false],
    ['http://snomed.info/sct|85354-9', [], false],
    ['99999-9', [], false],
    ['urn:iso:std:iso:11073:10101|149530', ['pulse'], true],
  ])('%s is found in %j', (text, metrics, byDevice) => {
    expect(candidatesFor(filter(text))).toEqual({ metrics, byDevice });
  });

  it('each repetition must match', () => {
    expect(candidatesFor(filter('85354-9,8867-4', '8867-4')).metrics).toEqual(['pulse']);
    expect(candidatesFor(filter('85354-9', '8867-4')).metrics).toEqual([]);
  });

  it('no code means any metric', () => {
    expect(candidatesFor([])).toMatchObject({ byDevice: false });
    expect(candidatesFor([]).metrics).toContain('cuff-pressure');
  });

  it('the pulse of an oximeter has another 11073 code than that of a cuff', () => {
    const pulse = metricOf('pulse');
    if (pulse === undefined) throw new Error('no pulse');
    const wanted = filter('urn:iso:std:iso:11073:10101|149530');
    expect(matchesCodes(pulse, profileOf('pulse-oximeter'), wanted)).toBe(true);
    expect(matchesCodes(pulse, profileOf('blood-pressure'), wanted)).toBe(false);
  });

  it('an empty code is none', () => {
    expect(readTokens('')).toBeNull();
    expect(readTokens('a,')).toBeNull();
    expect(readTokens('http://loinc.org|')).toBeNull();
  });
});
