/** The bytes of a frame as cells that know their field. Pure. */
import type { Explanation } from '@gaya/protocols/api';

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
