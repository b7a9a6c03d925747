/** Our ids as FHIR ids (letters, digits, '-' and '.') and back, without a table. */

const ESCAPES: Readonly<Record<string, string>> = { '-': '--', ':': '-c', _: '-u' };
const ORIGINALS: Readonly<Record<string, string>> = { '--': '-', '-c': ':', '-u': '_' };

/** Ids of FHIR may have 64 characters; the ids that the hub makes stay below that. */
export function toFhirId(id: string): string {
  return id.replace(/[-:_]/g, (character) => ESCAPES[character] ?? character);
}

/** null for a FHIR id that is not one of ours. */
export function fromFhirId(fhirId: string): string | null {
  if (!/^(?:[A-Za-z0-9.]|-[-cu])+$/.test(fhirId)) return null;
  return fhirId.replace(/-[-cu]/g, (escape) => ORIGINALS[escape] ?? escape);
}
