import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  cuffMessage,
  CUFF,
  enrol,
  measure,
  NOW,
  openTestApp,
  PATIENT,
  type Enrolled,
  type TestApp,
} from './testing/test-app.ts';

/** The API as it is documented: a change here is a change for its clients. */
const OPERATIONS = {
  getWorklist: 'get /api/worklist',
  listPatients: 'get /api/patients',
  createPatient: 'post /api/patients',
  getPatient: 'get /api/patients/{patientId}',
  updatePatient: 'put /api/patients/{patientId}',
  listReadings: 'get /api/patients/{patientId}/readings',
  enterReading: 'post /api/patients/{patientId}/readings',
  listUnassigned: 'get /api/unassigned',
  getReading: 'get /api/readings/{readingId}',
  explainReading: 'get /api/readings/{readingId}/explain',
  fileReading: 'post /api/readings/{readingId}/file',
  setAsideReading: 'post /api/readings/{readingId}/set-aside',
  restoreReading: 'post /api/readings/{readingId}/restore',
  correctReading: 'post /api/readings/{readingId}/correct',
  getSeries: 'get /api/patients/{patientId}/series',
  listDevices: 'get /api/devices',
  createDevice: 'post /api/devices',
  getDevice: 'get /api/devices/{deviceId}',
  updateDevice: 'put /api/devices/{deviceId}',
  listBindingsOfDevice: 'get /api/devices/{deviceId}/bindings',
  listBindingsOfPatient: 'get /api/patients/{patientId}/bindings',
  createBinding: 'post /api/bindings',
  endBinding: 'post /api/bindings/{bindingId}/end',
  listGateways: 'get /api/gateways',
  createGateway: 'post /api/gateways',
  readFeed: 'get /api/feed',
  getHealth: 'get /api/health',
  listQuarantine: 'get /api/quarantine',
  getMetrics: 'get /metrics',
  fhirMetadata: 'get /fhir/metadata',
  fhirReadPatient: 'get /fhir/Patient/{id}',
  fhirReadDevice: 'get /fhir/Device/{id}',
  fhirReadObservation: 'get /fhir/Observation/{id}',
  fhirSearchObservation: 'get /fhir/Observation',
} as const;
type OperationId = keyof typeof OPERATIONS;

interface Operation {
  readonly operationId: string;
  readonly summary?: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[];
  readonly requestBody?: unknown;
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: object }>> }>
  >;
}

let test: TestApp;
let enrolled: Enrolled;
let bpId: string;
let pulseId: string;
let strayId: string;

beforeAll(async () => {
  test = await openTestApp();
  enrolled = await enrol(test.app);
  await measure(
    test.hub,
    cuffMessage(enrolled.deviceId, 's1', NOW - 60_000),
    cuffMessage('stranger', 's2', NOW - 30_000),
  );
  const readings = await test.hub.readings.ofPatient({ patientId: enrolled.patientId });
  bpId = readings.find((r) => r.metric === 'blood-pressure')?.readingId ?? '';
  pulseId = readings.find((r) => r.metric === 'pulse')?.readingId ?? '';
  strayId = (await test.hub.readings.tray())[0]?.readingId ?? '';
});
afterAll(() => test.close());

const documented = (): { operation: Operation; route: string }[] => {
  const paths = test.app.swagger().paths ?? {};
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, Operation>).map(([method, operation]) => ({
      operation,
      route: `${method} ${path}`,
    })),
  );
};

describe('OpenAPI document', () => {
  it('lists every operation, each with its own id', () => {
    const listed = Object.fromEntries(documented().map(({ operation, route }) => [operation.operationId, route]));
    expect(listed).toEqual(OPERATIONS);
    expect(documented()).toHaveLength(Object.keys(OPERATIONS).length);
  });

  it('says for every operation what it does, what it takes and what it answers, refusals too', () => {
    for (const { operation, route } of documented()) {
      expect(operation.summary, route).toMatch(/\w/);
      if (/^(post|put)/.test(route)) expect(operation.requestBody, route).toBeDefined();
      for (const name of [...route.matchAll(/\{(\w+)\}/g)].map((m) => m[1])) {
        expect(operation.parameters?.find((p) => p.name === name)?.in, route).toBe('path');
      }
      const answers = Object.entries(operation.responses);
      expect(answers.map(([status]) => status[0]).toSorted(), route).toEqual(['2', '4', '5']);
      for (const [status, answer] of answers) {
        const schemas = Object.values(answer.content ?? {}).map((c) => c.schema);
        expect(schemas.length, `${route} ${status}`).toBeGreaterThan(0);
        for (const schema of schemas) expect(schema, `${route} ${status}`).toBeTypeOf('object');
      }
    }
  });

  it('is OpenAPI 3.1, its references lead somewhere, and it is served with its page', async () => {
    const document = (await test.app.inject('/api/openapi.json')).json<{
      openapi: string;
      components: { schemas: object };
    }>();
    expect(document.openapi).toBe('3.1.0');
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(
      (m) => m[1] ?? '',
    );
    expect(new Set(references).size).toBeGreaterThan(5);
    expect(references.filter((name) => !(name in document.components.schemas))).toEqual([]);
    const page = await test.app.inject('/api/docs/');
    expect(page.statusCode).toBe(200);
    expect(page.headers['content-security-policy']).toContain("script-src 'self'");
  });
});

/** One good request per operation; in this order, because decisions build on each other. */
interface GoodRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: string;
  readonly payload?: object;
}

function goodRequests(): Record<Exclude<OperationId, 'readFeed'>, GoodRequest> {
  const { patientId, deviceId } = enrolled;
  const patient = `/api/patients/${patientId}`;
  const post = (url: string, payload: object): GoodRequest => ({ method: 'POST', url, payload });
  const put = (url: string, payload: object): GoodRequest => ({ method: 'PUT', url, payload });
  const get = (url: string): GoodRequest => ({ method: 'GET', url });
  return {
    getWorklist: get('/api/worklist'),
    listPatients: get('/api/patients'),
    createPatient: post('/api/patients', { ...PATIENT, identifier: 'T-002' }),
    getPatient: get(patient),
    updatePatient: put(patient, { ...PATIENT, phone: '010-0000-0000' }),
    listReadings: get(`${patient}/readings?from=${NOW - 3_600_000}&to=${NOW}&limit=20&metric=blood-pressure,pulse`),
    enterReading: post(`${patient}/readings`, {
      metric: 'body-temperature',
      components: [{ component: 'value', value: '36.50' }],
      measuredAt: NOW - 5_000,
    }),
    listUnassigned: get('/api/unassigned?limit=10'),
    getReading: get(`/api/readings/${bpId}`),
    explainReading: get(`/api/readings/${bpId}/explain`),
    fileReading: post(`/api/readings/${strayId}/file`, { patientId, reason: 'asked the patient' }),
    setAsideReading: post(`/api/readings/${pulseId}/set-aside`, { reason: 'moved' }),
    restoreReading: post(`/api/readings/${pulseId}/restore`, { reason: 'did not move' }),
    correctReading: post(`/api/readings/${pulseId}/correct`, {
      components: [{ component: 'value', value: '71' }],
      reason: 'typed',
    }),
    getSeries: get(
      `${patient}/series?metric=blood-pressure&component=systolic&from=${NOW - 86_400_000}&to=${NOW}&buckets=100`,
    ),
    listDevices: get('/api/devices'),
    createDevice: post('/api/devices', { ...CUFF, address: '02:00:00:00:00:02' }),
    getDevice: get(`/api/devices/${deviceId}`),
    updateDevice: put(`/api/devices/${deviceId}`, { ...CUFF, label: 'Cuff of the living room', gateways: ['gw1'] }),
    listBindingsOfDevice: get(`/api/devices/${deviceId}/bindings`),
    listBindingsOfPatient: get(`${patient}/bindings?knownAt=${NOW}`),
    createBinding: post('/api/bindings', { deviceId: 'stranger', patientId, from: NOW - 1000 }),
    endBinding: post('/api/bindings/BINDING/end', { to: NOW + 1000 }),
    listGateways: get('/api/gateways'),
    createGateway: post('/api/gateways', { label: 'Second home' }),
    getHealth: get('/api/health'),
    listQuarantine: get('/api/quarantine'),
    getMetrics: get('/metrics'),
    fhirMetadata: get('/fhir/metadata'),
    fhirReadPatient: get(`/fhir/Patient/${patientId}`),
    fhirReadDevice: get(`/fhir/Device/${deviceId}`),
    fhirReadObservation: get('/fhir/Observation/OBSERVATION'),
    fhirSearchObservation: get(
      `/fhir/Observation?patient=${patientId}&code=85354-9&date=ge2026-11-25&_sort=-date&_count=5`,
    ),
  };
}

describe('every operation', () => {
  it('answers a good request as its schema says', async () => {
    const binding = (await test.hub.bindings.ofDevice(enrolled.deviceId))[0]?.bindingId ?? '';
    const found = await test.app.inject(`/fhir/Observation?patient=${enrolled.patientId}`);
    const observation = found.json<{ entry: { resource: { id: string } }[] }>().entry[0]?.resource.id ?? '';
    const requests = Object.entries(goodRequests());
    expect(requests).toHaveLength(Object.keys(OPERATIONS).length - 1);
    for (const [operation, request] of requests) {
      const url = request.url.replace('BINDING', binding).replace('OBSERVATION', observation);
      const response = await test.app.inject({ ...request, url });
      expect([operation, response.statusCode, response.statusCode < 300 ? '' : response.body]).toEqual([
        operation,
        /^create|^enter/.test(operation) ? 201 : 200,
        '',
      ]);
    }
  });

  it('refuses bad text in every parameter with a 4xx that carries a code, never with a 5xx', async () => {
    const bad = [
      "' or 1=1 --",
      '../../etc/passwd',
      '%00',
      '<script>',
      '-1',
      '1e400',
      '9'.repeat(30),
      'x'.repeat(400),
      '가',
      '{{7*7}}',
      '%ff',
      'NaN',
      '[]',
      '',
    ];
    let asked = 0;
    for (const { operation, route } of documented().filter((d) => d.operation.operationId !== 'readFeed')) {
      const [method = 'get', path = ''] = route.split(' ');
      const parameters = operation.parameters ?? [];
      for (const parameter of parameters) {
        for (const text of bad) {
          const encoded = text.startsWith('%') ? text : encodeURIComponent(text);
          const filled = path.replace(/\{(\w+)\}/g, (_all, name: string) => (name === parameter.name ? encoded : 'p1'));
          const url = parameter.in === 'query' ? `${filled}?${parameter.name}=${encoded}` : filled;
          const response = await test.app.inject({
            method: method.toUpperCase() as 'GET',
            url,
            ...(method === 'get' ? {} : { payload: {} }),
          });
          asked += 1;
          expect(response.statusCode, `${route} ${parameter.name}=${text}: ${response.body}`).toBeLessThan(500);
          if (response.statusCode >= 400) expect(codeOf(response.json()), url).toMatch(/^[a-z-]+$/);
        }
      }
    }
    expect(asked).toBeGreaterThan(300);
  });

  it('refuses bad bodies with a 4xx that carries a code, never with a 5xx', async () => {
    const bodies = [
      '',
      '{',
      'null',
      '[]',
      '{}',
      '"x"',
      '{"a":1}',
      '\u0000',
      JSON.stringify({ label: 'x'.repeat(1e5) }),
      `{"reason":${'['.repeat(5000)}`,
    ];
    const changing = Object.values(goodRequests()).filter((request) => request.method !== 'GET');
    expect(changing).toHaveLength(12);
    for (const { method, url } of changing) {
      for (const payload of bodies) {
        const response = await test.app.inject({
          method,
          url,
          payload,
          headers: { 'content-type': 'application/json' },
        });
        expect([400, 413, 415], `${url} ${payload.slice(0, 20)}`).toContain(response.statusCode);
        expect(codeOf(response.json())).toMatch(/^[a-z-]+$/);
      }
    }
  });

  it('refuses each field of a good body when it is of another kind, and says which', async () => {
    const strange: unknown[] = [null, true, {}, [], -1, 1.5, 'x'.repeat(1000), '\ud800'];
    let refused = 0;
    for (const { method, url, payload } of Object.values(goodRequests()).filter(
      (request) => request.method !== 'GET',
    )) {
      for (const field of Object.keys(payload ?? {})) {
        for (const value of strange) {
          const response = await test.app.inject({
            method,
            url,
            payload: { ...payload, [field]: value },
          });
          expect(response.statusCode, `${url} ${field}=${JSON.stringify(value)}: ${response.body}`).toBeLessThan(500);
          if (response.statusCode >= 400) refused += 1;
        }
      }
    }
    expect(refused).toBeGreaterThan(200);
  });
});

const codeOf = (answer: unknown): string => {
  const { code, issue } = answer as { code?: string; issue?: { details: { text: string } }[] };
  return code ?? issue?.[0]?.details.text ?? '';
};

describe('addresses that are no operation', () => {
  it.each(['/api', '/api/', '/api/nothing', '/api/patients/p1/nothing', '/metrics/x'])(
    '%s is a problem',
    async (url) => {
      const response = await test.app.inject(url);
      expect([response.statusCode, response.headers['content-type']]).toEqual([
        404,
        'application/problem+json; charset=utf-8',
      ]);
      expect(response.json()).toEqual({ type: 'about:blank', title: 'not found', status: 404, code: 'not-found' });
    },
  );

  it('an unknown FHIR type is an OperationOutcome', async () => {
    const response = await test.app.inject('/fhir/Encounter/1');
    expect([response.statusCode, response.headers['content-type']]).toEqual([
      404,
      'application/fhir+json; charset=utf-8',
    ]);
    expect(response.json()).toEqual({
      resourceType: 'OperationOutcome',
      issue: [{ severity: 'error', code: 'not-found', details: { text: 'not-found' } }],
    });
  });

  it('a broken escape is refused', async () => {
    expect((await test.app.inject('/api/patients/%E0%A4%A')).statusCode).toBe(400);
  });
});

describe('records', () => {
  it('keep their own business: no address and no internal field in an answer', async () => {
    const device = (await test.app.inject(`/api/devices/${enrolled.deviceId}`)).json<object>();
    expect(Object.keys(device)).not.toContain('address');
    expect(Object.keys(device)).not.toContain('recordedAt');
    const gateways = (await test.app.inject('/api/gateways')).json<object[]>();
    expect(gateways.flatMap(Object.keys)).not.toContain('secret');
  });

  it.each([
    ['/api/patients', { ...PATIENT }, 409, 'already-exists'],
    ['/api/patients', { ...PATIENT, identifier: 'T-9', zone: 'Mars/Olympus' }, 422, 'unknown-zone'],
    ['/api/devices', { ...CUFF }, 409, 'already-exists'],
    ['/api/gateways', { gatewayId: 'gw1', label: 'again' }, 409, 'already-exists'],
    ['/api/bindings', { deviceId: 'nobody', patientId: 'nobody', from: 0 }, 422, 'unknown-device'],
    ['/api/readings/unknown/file', { patientId: 'p' }, 404, 'not-found'],
  ])('%s with %o is refused', async (url, payload, status, code) => {
    const response = await test.app.inject({ method: 'POST', url, payload });
    expect([response.statusCode, codeOf(response.json())]).toEqual([status, code]);
  });
});

describe('the log of the process', () => {
  it('tells of a failure by its route, never by the address that was asked for, and the answer tells nothing', async () => {
    const lines: string[] = [];
    const logger = pino({ level: 'trace' }, { write: (line) => void lines.push(line) });
    const failing = new Proxy(test.hub, {
      get: (hub, key) => {
        if (key === 'patients') return { byId: () => Promise.reject(new Error('disk I/O error')) };
        const member: unknown = Reflect.get(hub, key);
        return typeof member === 'function' ? (member.bind(hub) as unknown) : member;
      },
    });
    const other = await openTestApp({ hub: failing, logger });
    try {
      for (const url of ['/fhir/Observation?patient=privateid&code=private-code', '/api/patients/private-id']) {
        const response = await other.app.inject(url);
        expect([response.statusCode, codeOf(response.json())]).toEqual([500, 'internal']);
        expect(response.body).not.toContain('disk');
      }
      expect((await other.app.inject('/api/patients/private-id/nothing?name=private-name')).statusCode).toBe(404);
    } finally {
      await other.close();
    }
    const log = lines.join('');
    expect(log).toContain('"route":"/fhir/Observation"');
    expect(log).toContain('"route":"/api/patients/:patientId"');
    expect(log).toContain('disk I/O error');
    expect(log).not.toContain('private');
  });
});
