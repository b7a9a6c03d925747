/**
 * FHIR resources as JSON that keeps decimals: a JavaScript number would turn 36.40 into 36.4, so a decimal is a node with its
 * text, and only {@link serialise} prints it as a bare JSON number.
 */
import { decimalText, parseDecimal } from '../bytes/decimal.ts';
import type { DecimalText } from '../readings/reading.ts';

export interface FhirDecimal {
  readonly decimal: DecimalText;
}

export type FhirJson =
  string | number | boolean | FhirDecimal | readonly FhirJson[] | { readonly [key: string]: FhirJson | undefined };

export interface FhirResource {
  readonly resourceType: string;
  readonly id: string;
  readonly [key: string]: FhirJson | undefined;
}

/** JSON text; members that are undefined are left out, decimals printed with their precision. */
export function serialise(value: FhirJson): string {
  if (typeof value !== 'object') return JSON.stringify(value);
  if (isList(value)) return `[${value.map(serialise).join(',')}]`;
  if (isDecimal(value)) return decimalText(parseDecimal(value.decimal));
  const members = Object.entries(value).flatMap(([key, member]) =>
    member === undefined ? [] : [`${JSON.stringify(key)}:${serialise(member)}`],
  );
  return `{${members.join(',')}}`;
}

function isList(value: FhirJson): value is readonly FhirJson[] {
  return Array.isArray(value);
}

/** No FHIR element is called `decimal`, so the shape is enough. */
function isDecimal(value: object): value is FhirDecimal {
  return 'decimal' in value && typeof value.decimal === 'string' && Object.keys(value).length === 1;
}
