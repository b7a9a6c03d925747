import { aReading, HOUR, MINUTE, NOON } from '../testing/samples.ts';
import { withReading, type ListScope } from './reading-list.ts';

const scope: ListScope = {
  patientId: 'p-1',
  window: { from: NOON - 24 * HOUR, to: NOON, range: '1d' },
  limit: 4,
};
const at = (id: string, minutes: number, change: Parameters<typeof aReading>[2] = {}) =>
  aReading('spo2', ['97'], { readingId: id, at: NOON + minutes * MINUTE, ...change });
const list = [at('c', -1), at('b', -2), at('a', -3)];
const ids = (readings: readonly { readingId: string }[]) => readings.map((r) => r.readingId).join('');

describe('the list of readings', () => {
  it('takes a reading in at its time, newest first', () => {
    expect(ids(withReading(list, at('d', -2.5), scope))).toBe('cbda');
    expect(ids(withReading(list, at('d', 0.5), scope))).toBe('dcba');
    expect(ids(withReading(list, at('d', -4), scope))).toBe('cbad');
    expect(ids(withReading(list, at('x', -2), scope))).toBe('cxba');
  });

  it('is never longer than asked for', () => {
    const full = withReading(list, at('d', 0), scope);
    expect(ids(withReading(full, at('e', 0.5), scope))).toBe('edcb');
    expect(ids(withReading(full, at('0', -9), scope))).toBe('dcba');
  });

  it('shows a later version in the earlier one’s place, and never the other way round', () => {
    const later = at('b', -2, { version: 2, status: 'set-aside' });
    const shown = withReading(list, later, scope);
    expect(shown[1]).toBe(later);
    expect(withReading(shown, at('b', -2), scope)).toBe(shown);
  });

  it('moves a reading whose time was corrected', () => {
    expect(ids(withReading(list, at('a', -0.5, { version: 2 }), scope))).toBe('acb');
    expect(ids(withReading(list, at('a', -25 * 60, { version: 2 }), scope))).toBe('cb');
  });

  it('lets go what went to another patient, and what a new interpretation replaced', () => {
    expect(ids(withReading(list, at('b', -2, { version: 2, patientId: 'p-2' }), scope))).toBe('ca');
    expect(ids(withReading(list, at('b', -2, { version: 2, status: 'superseded' }), scope))).toBe('ca');
  });

  it('stays as it is for samples, other patients and other periods', () => {
    const fixed = { ...scope, window: { ...scope.window, range: null } };
    expect(withReading(list, at('d', 0, { kind: 'sample' }), scope)).toBe(list);
    expect(withReading(list, at('d', 0, { patientId: 'p-2' }), scope)).toBe(list);
    expect(withReading(list, at('d', 0, { at: null }), scope)).toBe(list);
    expect(withReading(list, at('d', 0), fixed)).toBe(list);
  });
});
