/** A page of search results. @see FHIR R4 Bundle (searchset) */
import type { FhirJson, FhirResource } from '@gaya/protocols/fhir';

export interface SearchPage {
  /** `http://127.0.0.1:8080/fhir` */
  readonly base: string;
  /** `Observation` */
  readonly type: string;
  /** What was answered, name and value, without count and offset. */
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly count: number;
  readonly offset: number;
  readonly total: number;
  readonly resources: readonly FhirResource[];
  /** What was asked for and not answered, where the client allowed that. */
  readonly ignored: FhirJson | null;
}

export function searchBundle(page: SearchPage): FhirJson {
  const { base, type, count, offset, total, resources, ignored } = page;
  const link = (relation: string, at: number) => ({ relation, url: addressOf(page, at) });
  const links = [link('self', offset)];
  if (count > 0 && offset > 0) links.push(link('previous', Math.max(0, offset - count)));
  if (count > 0 && offset + resources.length < total) links.push(link('next', offset + resources.length));
  const matches = resources.map((resource) => ({
    fullUrl: `${base}/${type}/${resource.id}`,
    resource,
    search: { mode: 'match' },
  }));
  const outcomes = ignored === null ? [] : [{ resource: ignored, search: { mode: 'outcome' } }];
  const entry = [...matches, ...outcomes];
  return { resourceType: 'Bundle', type: 'searchset', total, link: links, ...(entry.length > 0 ? { entry } : {}) };
}

function addressOf({ base, type, query, count }: SearchPage, offset: number): string {
  const parameters = new URLSearchParams([
    ...query.map(([name, value]): [string, string] => [name, value]),
    ['_count', String(count)],
  ]);
  if (offset > 0) parameters.set('_offset', String(offset));
  return `${base}/${type}?${parameters.toString()}`;
}
