import { describe, expect, it } from 'vitest';
import { dateWindow, intersect } from './search-date.ts';

const at = (iso: string): number => Date.parse(iso);
const SEOUL = 'Asia/Seoul';

describe('FHIR search dates', () => {
  it.each([
    ['2026-11-25', '2026-11-24T15:00:00Z', '2026-11-25T15:00:00Z'],
    ['eq2026-11-30', '2026-11-29T15:00:00Z', '2026-11-30T15:00:00Z'],
    ['2026-12', '2026-11-30T15:00:00Z', '2026-12-31T15:00:00Z'],
    ['2026', '2025-12-31T15:00:00Z', '2026-12-31T15:00:00Z'],
    ['2026-11-25T08:14', '2026-11-24T23:14:00Z', '2026-11-24T23:15:00Z'],
    ['2026-11-25T08:14:30Z', '2026-11-25T08:14:30Z', '2026-11-25T08:14:31Z'],
    ['2026-11-25T08:14:30.25+01:00', '2026-11-25T07:14:30.250Z', '2026-11-25T07:14:30.251Z'],
    ['2024-02-29', '2024-02-28T15:00:00Z', '2024-02-29T15:00:00Z'],
  ])('%s is an interval, local where it has no zone', (text, from, to) => {
    expect(dateWindow(text, SEOUL)).toEqual({ from: at(from), to: at(to) });
  });

  it.each([
    ['ge2026-11-25', { from: at('2026-11-24T15:00:00Z') }],
    ['gt2026-11-25', { from: at('2026-11-25T15:00:00Z') }],
    ['sa2026-11-25', { from: at('2026-11-25T15:00:00Z') }],
    ['le2026-11-25', { to: at('2026-11-25T15:00:00Z') }],
    ['lt2026-11-25', { to: at('2026-11-24T15:00:00Z') }],
    ['eb2026-11-25', { to: at('2026-11-24T15:00:00Z') }],
  ])('%s leaves one end open', (text, window) => {
    expect(dateWindow(text, SEOUL)).toEqual(window);
  });

  it.each([
    '',
    'x',
    'ge',
    '2026-13',
    '2026-02-30',
    '2026-11-25T24:00',
    '2026-11-25T08',
    'ne2026',
    'ap2026',
    '0000',
    '9999-01-01',
    "2026' or 1=1",
    '2026-11-25T08:61',
  ])('%s is refused', (text) => {
    expect(dateWindow(text, SEOUL)).toBeNull();
  });

  it('takes what several windows have in common', () => {
    expect(intersect([{ from: 1 }, { from: 3, to: 9 }, { to: 7 }])).toEqual({ from: 3, to: 7 });
    expect(intersect([])).toEqual({});
  });
});
