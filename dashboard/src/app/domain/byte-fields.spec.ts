import { byteCells, fieldHex, fieldPlace, fieldText, fieldToShow } from './byte-fields.ts';

const FIELDS = [
  { name: 'flags', offset: 0, length: 1, text: '0b00000000' },
  { name: 'systolic', offset: 1, length: 2, text: '148 mm[Hg]' },
  { name: 'surplus', offset: 4, length: 1, text: 'ff' },
];

describe('byte cells', () => {
  it('give every byte, each with the field that it belongs to and its edges', () => {
    expect(byteCells('00940a01ff', FIELDS)).toEqual([
      { hex: '00', field: 0, first: true, last: true },
      { hex: '94', field: 1, first: true, last: false },
      { hex: '0A', field: 1, first: false, last: true },
      { hex: '01', field: null, first: true, last: true },
      { hex: 'FF', field: 2, first: true, last: true },
    ]);
  });

  it('write a field as bytes and as a place', () => {
    const systolic = { name: 'systolic', offset: 1, length: 2, text: '' };
    expect(fieldHex('00940a01ff', systolic)).toBe('94 0A');
    expect(fieldPlace(systolic).replace('\u2060', '')).toBe('1–2');
  });

  it('write what a field says in the units of a ward, and long bits by octets', () => {
    const text = (said: string) => fieldText(said, 'en').replace('\u00a0', ' ');
    expect(text('108 mm[Hg]')).toBe('108 mmHg');
    expect(text('95 /min')).toBe('95 bpm');
    expect(text('36.85 Cel')).toBe('36.85 °C');
    expect(text('2026-11-25T10:56:08')).toBe('2026-11-25 10:56:08');
    expect(text('0b00010110')).toBe('0b00010110');
    expect(text('0b0000000100000010')).toBe('0b00000001 00000010');
    expect(text('not a number')).toBe('not a number');
  });

  it('begin with the field that carries the value', () => {
    expect(fieldToShow(FIELDS, 'blood-pressure')).toBe(1);
    expect(fieldToShow(FIELDS, 'spo2')).toBe(0);
  });
});
