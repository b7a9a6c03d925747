/** The bytes of a frame as cells that know their field. Pure. */
import type { Explanation } from '@gaya/protocols/api';
import { unitText } from './metrics.ts';
import type { TimeLang } from './time-text.ts';

export type Frame = NonNullable<Explanation['frame']>;
export type ByteField = Frame['fields'][number];

export interface ByteCell {
  readonly hex: string;
  /** Index into the fields; null: no field says what this byte is. */
  readonly field: number | null;
  /** First and last byte of its field: where the cell has an edge. */
  readonly first: boolean;
  readonly last: boolean;
}

export function byteCells(hex: string, fields: readonly ByteField[]): ByteCell[] {
  const bytes = hex.match(/../g) ?? [];
  const fieldOf = (offset: number) => {
    const index = fields.findIndex((f) => offset >= f.offset && offset < f.offset + f.length);
    return index < 0 ? null : index;
  };
  return bytes.map((byte, offset) => {
    const field = fieldOf(offset);
    return {
      hex: byte.toUpperCase(),
      field,
      first: field === null || fieldOf(offset - 1) !== field,
      last: field === null || fieldOf(offset + 1) !== field,
    };
  });
}

/** "EA 07 0B" of a field. */
export function fieldHex(hex: string, field: ByteField): string {
  const bytes = hex.match(/../g) ?? [];
  return bytes
    .slice(field.offset, field.offset + field.length)
    .join(' ')
    .toUpperCase();
}

/** "0", "1–2" with a word joiner, so that a range is never broken. */
export function fieldPlace(field: ByteField): string {
  const end = field.offset + field.length - 1;
  return field.length <= 1 ? String(field.offset) : `${field.offset}–\u2060${end}`;
}

/**
 * What a field says, as a ward reads it: "108 mmHg" for "108 mm[Hg]", bits by octets so that a line breaks between them,
 * a device's local time without its T.
 */
export function fieldText(text: string, lang: TimeLang): string {
  const value = /^(-?[\d.]+) (\S+)$/.exec(text);
  if (value !== null) return `${value[1] ?? ''}\u00a0${unitText(value[2] ?? '', lang)}`;
  if (/^0b[01]{9,}$/.test(text)) return `0b${text.slice(2).replace(/(?=(?:[01]{8})+$)\B/g, ' ')}`;
  return text.replace(/^(\d{4}-\d\d-\d\d)T/, '$1 ');
}

/** The field that says the value of the reading, to begin with; else the first. */
export function fieldToShow(fields: readonly ByteField[], metric: string): number {
  const wanted: Readonly<Record<string, readonly string[]>> = {
    'blood-pressure': ['systolic'],
    pulse: ['pulseRate', 'pulseRateNormal'],
    spo2: ['spo2', 'spo2Normal'],
    'body-temperature': ['temperature'],
    'perfusion-index': ['pulseAmplitudeIndex'],
    'cuff-pressure': ['cuffPressure'],
  };
  const index = fields.findIndex((f) => wanted[metric]?.includes(f.name) ?? false);
  return Math.max(0, index);
}
