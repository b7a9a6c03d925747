import { describe, expect, it } from 'vitest';
import { ProblemError } from '../http/problem.ts';
import { readObservationSearch } from './observation-search.ts';

const search = (query: Record<string, unknown>, lenient = false) =>
  readObservationSearch({ patient: 'p1', ...query }, lenient);
const refusal = (query: Record<string, unknown>, lenient = false): unknown[] => {
  try {
    readObservationSearch(query, lenient);
  } catch (error) {
    if (error instanceof ProblemError) return [error.statusCode, error.code, error.fields?.map((f) => f.pointer)];
    throw error;
  }
  return ['accepted'];
};

describe('search of Observations', () => {
  it('takes the patient by id or reference, newest first, 50 at a time', () => {
    const expected = { patientId: 'p1', codes: [], dates: [], newestFirst: true, count: 50, offset: 0 };
    expect(search({})).toEqual(expected);
    expect(search({ patient: 'Patient/p1', _format: 'json' })).toEqual(expected);
    expect(readObservationSearch({ subject: 'Patient/p1' }, false)).toEqual(expected);
  });

  it('reads codes with and without system, alternatives and repetitions', () => {
    expect(search({ code: ['85354-9,http://loinc.org|8867-4', 'urn:iso:std:iso:11073:10101|150020'] }).codes).toEqual([
      [
        { system: null, code: '85354-9' },
        { system: 'http://loinc.org', code: '8867-4' },
      ],
      [{ system: 'urn:iso:std:iso:11073:10101', code: '150020' }],
    ]);
  });

  it('lowers a count that is too large', () => {
    expect(search({ _count: '100000' }).count).toBe(1000);
    expect(search({ _count: '0' }).count).toBe(0);
  });

  it.each([
    [{}, 'patient-required', ['patient']],
    [{ patient: ['p1', 'p2'] }, 'repeated-parameter', ['patient']],
    [{ patient: "p1' or '1'='1" }, 'invalid-value', ['patient']],
    [{ patient: 'p1', code: '' }, 'invalid-value', ['code']],
    [{ patient: 'p1', code: 'http://loinc.org|' }, 'invalid-value', ['code']],
    [{ patient: 'p1', _sort: 'code' }, 'unknown-sort', ['_sort']],
    [{ patient: 'p1', _count: '-1' }, 'invalid-value', ['_count']],
    [{ patient: 'p1', _offset: '99999999999' }, 'invalid-value', ['_offset']],
    [{ patient: 'p1', 'value-quantity': 'gt5' }, 'unknown-parameter', ['value-quantity']],
    [{ patient: 'p1', 'patient:Patient.name': 'x' }, 'unknown-parameter', ['patient:Patient.name']],
    [{ patient: 'p1', '<script>': 'x' }, 'unknown-parameter', []],
  ])('refuses %o', (query, code, fields) => {
    expect(refusal(query)).toEqual([400, code, fields]);
  });

  it('passes over an unknown parameter only in lenient handling', () => {
    expect(search({ performer: 'x' }, true).patientId).toBe('p1');
    expect(refusal({ patient: 'p1', _sort: 'code' }, true)).toEqual([400, 'unknown-sort', ['_sort']]);
  });
});
