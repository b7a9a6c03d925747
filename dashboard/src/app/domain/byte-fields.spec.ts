import { byteCells, fieldHex, fieldPlace, fieldToShow } from './byte-fields.ts';

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

  it('begin with the field that carries the value', () => {
    expect(fieldToShow(FIELDS, 'blood-pressure')).toBe(1);
    expect(fieldToShow(FIELDS, 'spo2')).toBe(0);
  });
});
