import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  cuffMessage,
  enrol,
  measure,
  NOW,
  openTestApp,
  post,
  type Enrolled,
  type TestApp,
} from '../testing/test-app.ts';

interface Bundle {
  readonly resourceType: string;
  readonly total: number;
  readonly link: { readonly relation: string; readonly url: string }[];
  readonly entry?: {
    readonly fullUrl?: string;
    readonly resource: Record<string, unknown>;
    readonly search: { readonly mode: string };
  }[];
}

let test: TestApp;
let enrolled: Enrolled;
const HOUR = 3_600_000;

beforeAll(async () => {
  test = await openTestApp();
  enrolled = await enrol(test.app);
  // 120/80 pulse 72 on each of six hours before noon.
  const messages = [6, 5, 4, 3, 2, 1].map((hours) => cuffMessage(enrolled.deviceId, `s${hours}`, NOW - hours * HOUR));
  await measure(test.hub, ...messages);
});
afterAll(() => test.close());

const get = (url: string, headers: Record<string, string> = {}) => test.app.inject({ url, headers });
const search = async (query: string): Promise<Bundle> =>
  (await get(`/fhir/Observation?patient=${enrolled.patientId}${query}`)).json();
const effective = (bundle: Bundle): unknown[] => (bundle.entry ?? []).map((e) => e.resource['effectiveDateTime']);
const linkOf = (bundle: Bundle, relation: string): string | undefined =>
  bundle.link.find((l) => l.relation === relation)?.url;
const hoursBefore = (...hours: number[]): string[] => hours.map((h) => new Date(NOW - h * HOUR).toISOString());

describe('FHIR search of Observations', () => {
  it('gives a page of one code, newest first, with the number of all', async () => {
    const bundle = await search('&code=http://loinc.org|85354-9&_count=4');
    expect(bundle).toMatchObject({ resourceType: 'Bundle', type: 'searchset', total: 6 });
    expect(effective(bundle)).toEqual(hoursBefore(1, 2, 3, 4));
    expect(bundle.entry?.map((e) => e.search.mode)).toEqual(['match', 'match', 'match', 'match']);
  });

  it('leads from page to page until nothing is left, each Observation once', async () => {
    const seen: unknown[] = [];
    let url: string | undefined = `/fhir/Observation?patient=${enrolled.patientId}&code=85354-9&_sort=date&_count=4`;
    let pages = 0;
    while (url !== undefined) {
      const bundle: Bundle = (await get(url)).json();
      seen.push(...effective(bundle));
      url = linkOf(bundle, 'next')?.replace('http://localhost:80', '');
      pages += 1;
    }
    expect(seen).toEqual(hoursBefore(6, 5, 4, 3, 2, 1));
    expect(pages).toBe(2);
  });

  it('takes dates local to the patient, and instants', async () => {
    expect((await search('&code=85354-9&date=2026-11-25')).total).toBe(6);
    expect((await search('&code=85354-9&date=lt2026-11-25')).total).toBe(0);
    expect(
      effective(await search(`&code=85354-9&date=ge${hoursBefore(3)[0] ?? ''}&date=lt${hoursBefore(1)[0] ?? ''}`)),
    ).toEqual(hoursBefore(2, 3));
    // 09:00 in Seoul is midnight UTC, three hours before.
    expect(effective(await search('&code=85354-9&date=gt2026-11-25T09:00'))).toEqual(hoursBefore(1, 2));
  });

  it('finds by a code that depends on the device, and pages those too', async () => {
    expect((await search('&code=urn:iso:std:iso:11073:10101|149530')).total).toBe(0);
    const bundle = await search('&code=urn:iso:std:iso:11073:10101|149546&_count=2&_offset=2');
    expect([bundle.total, ...effective(bundle)]).toEqual([6, ...hoursBefore(3, 4)]);
  });

  it('gives nothing for a code, a patient or a date that nothing has', async () => {
    expect(await search('&code=99999-9')).toMatchObject({ total: 0 });
    expect((await get('/fhir/Observation?patient=nobody')).json()).toMatchObject({ total: 0 });
    const empty = await search('&date=ge2030');
    expect(empty).not.toHaveProperty('entry');
  });

  it('counts only, when no entry is wanted', async () => {
    const bundle = await search('&_count=0');
    expect([bundle.total, bundle.entry]).toEqual([12, undefined]);
  });

  it('refuses what it does not know, and says so in lenient handling instead of hiding it', async () => {
    const url = `/fhir/Observation?patient=${enrolled.patientId}&performer=x&code=85354-9`;
    const refused = await get(url);
    expect(refused.statusCode).toBe(400);
    expect(refused.json()).toEqual({
      resourceType: 'OperationOutcome',
      issue: [
        { severity: 'error', code: 'invalid', details: { text: 'unknown-parameter' }, expression: ['performer'] },
      ],
    });
    const bundle = (await get(url, { prefer: 'handling=lenient' })).json<Bundle>();
    expect(bundle.total).toBe(6);
    expect(bundle.entry?.at(-1)).toMatchObject({
      resource: { resourceType: 'OperationOutcome' },
      search: { mode: 'outcome' },
    });
    expect(linkOf(bundle, 'self')).not.toContain('performer');
  });

  it('names each Observation by the address at which it can be read', async () => {
    const first = (await search('&_count=1')).entry?.[0];
    const read = await get(new URL(first?.fullUrl ?? '').pathname);
    expect(read.statusCode).toBe(200);
    expect(read.json()).toEqual(first?.resource);
  });
});

describe('FHIR read', () => {
  it('prints decimals as precise as they were given', async () => {
    const reading = {
      metric: 'body-temperature',
      components: [{ component: 'value', value: '36.50' }],
      measuredAt: NOW - 7 * HOUR,
    };
    const { readingId } = await post<{ readingId: string }>(
      test.app,
      `/api/patients/${enrolled.patientId}/readings`,
      reading,
    );
    const bundle = await get(`/fhir/Observation?patient=${enrolled.patientId}&code=8310-5`);
    expect(bundle.body).toContain('"value":36.50,');
    expect(bundle.json<Bundle>().entry?.[0]?.resource['identifier']).toEqual([
      expect.objectContaining({ value: readingId }),
    ]);
  });

  it('carries version and commit time', async () => {
    const response = await get(`/fhir/Patient/${enrolled.patientId}`);
    expect(response.headers).toMatchObject({
      etag: 'W/"1"',
      'content-type': 'application/fhir+json; charset=utf-8',
      'cache-control': 'no-store',
    });
    expect(response.json()).toMatchObject({
      resourceType: 'Patient',
      id: enrolled.patientId,
      meta: { versionId: '1', lastUpdated: new Date(NOW).toISOString() },
    });
    expect((await get(`/fhir/Device/${enrolled.deviceId}`)).json()).toMatchObject({
      resourceType: 'Device',
      meta: { versionId: '1' },
    });
  });

  it.each([
    '/fhir/Patient/nobody',
    '/fhir/Device/-',
    '/fhir/Observation/a-x',
    '/fhir/Observation/a_b',
    '/fhir/Patient',
  ])('%s is an OperationOutcome', async (url) => {
    const response = await get(url);
    expect([400, 404]).toContain(response.statusCode);
    expect(response.json()).toMatchObject({ resourceType: 'OperationOutcome', issue: [{ severity: 'error' }] });
  });

  it('refuses a parameter that it does not know', async () => {
    const url = `/fhir/Patient/${enrolled.patientId}`;
    expect((await get(`${url}?_summary=true`)).statusCode).toBe(400);
    expect((await get(`${url}?_format=json`)).statusCode).toBe(200);
    expect((await get(`${url}?_summary=true`, { prefer: 'handling=lenient' })).statusCode).toBe(200);
  });

  it('has no XML', async () => {
    expect((await get('/fhir/metadata', { accept: 'application/fhir+xml' })).statusCode).toBe(406);
    expect((await get('/fhir/metadata?_format=xml')).statusCode).toBe(406);
    expect((await get('/fhir/metadata?_format=json', { accept: 'text/html' })).statusCode).toBe(200);
  });

  it('says what it can do, and every search parameter that it says works', async () => {
    const statement = (await get('/fhir/metadata')).json<{
      rest: { resource: { type: string; interaction: { code: string }[]; searchParam?: { name: string }[] }[] }[];
    }>();
    const resources = statement.rest[0]?.resource ?? [];
    expect(resources.map((r) => `${r.type} ${r.interaction.map((i) => i.code).join(' ')}`)).toEqual([
      'Patient read',
      'Device read',
      'Observation read search-type',
    ]);
    const samples: Record<string, string> = {
      patient: enrolled.patientId,
      subject: enrolled.patientId,
      code: '85354-9',
      date: '2026',
    };
    for (const { name } of resources.at(-1)?.searchParam ?? []) {
      const query = new URLSearchParams({
        ...(name === 'subject' ? {} : { patient: enrolled.patientId }),
        [name]: samples[name] ?? '',
      });
      expect((await get(`/fhir/Observation?${query.toString()}`)).statusCode, name).toBe(200);
    }
  });
});
