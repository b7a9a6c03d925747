/** The FHIR R4 view: rendered from reading rows and records, read only. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { App, RouteContext } from '../http/app-types.ts';
import { found, ProblemError } from '../http/problem.ts';
import { searchBundle } from './bundle.ts';
import { capabilityStatement } from './capability.ts';
import { KNOWN_PARAMETERS, readObservationSearch, type ObservationSearch } from './observation-search.ts';
import { toOperationOutcome, type OperationOutcome } from './operation-outcome.ts';
import { readingIdOfFhir, toFhirDevice, toFhirObservation, toFhirPatient, type Rendered } from './render.ts';
import { dateWindow, intersect } from './search-date.ts';

const FHIR_JSON = 'application/fhir+json; charset=utf-8';

const resource = (description: string) => ({
  description,
  content: { 'application/fhir+json': { schema: Type.Object({ resourceType: Type.String() }) } },
});
const answers = {
  200: resource('FHIR R4 resource'),
  '4xx': resource('OperationOutcome'),
  '5xx': resource('OperationOutcome'),
};
const IdPath = Type.Object({ id: Type.String({ pattern: '^[A-Za-z0-9.-]{1,64}$' }) });

export function fhirRoutes(app: App, context: RouteContext): void {
  const { hub, clock, version } = context;
  const tags = ['fhir'];

  app.get(
    '/fhir/metadata',
    { schema: { operationId: 'fhirMetadata', tags, summary: 'CapabilityStatement', response: answers } },
    (request, reply) => send(request, reply, capabilityStatement({ base: baseOf(request), version, date: clock() })),
  );

  app.get(
    '/fhir/Patient/:id',
    { schema: { operationId: 'fhirReadPatient', tags, summary: 'Patient', params: IdPath, response: answers } },
    async (request, reply) =>
      sendRead(request, reply, toFhirPatient(found(await hub.patients.byId(request.params.id)))),
  );

  app.get(
    '/fhir/Device/:id',
    { schema: { operationId: 'fhirReadDevice', tags, summary: 'Device', params: IdPath, response: answers } },
    async (request, reply) => sendRead(request, reply, toFhirDevice(found(await hub.devices.byId(request.params.id)))),
  );

  app.get(
    '/fhir/Observation/:id',
    { schema: { operationId: 'fhirReadObservation', tags, summary: 'Observation', params: IdPath, response: answers } },
    async (request, reply) => {
      const readingId = readingIdOfFhir(request.params.id);
      return sendRead(
        request,
        reply,
        toFhirObservation(found(readingId === null ? null : await hub.readings.byId(readingId))),
      );
    },
  );

  app.get(
    '/fhir/Observation',
    {
      schema: {
        operationId: 'fhirSearchObservation',
        tags,
        summary: 'Observations of a patient by code and date',
        response: answers,
      },
    },
    async (request, reply) => {
      const query = request.query as Record<string, unknown>;
      const search = readObservationSearch(query, isLenient(request));
      return send(request, reply, await searchObservations(context, baseOf(request), query, search));
    },
  );
}

async function searchObservations(
  { hub }: RouteContext,
  base: string,
  query: Readonly<Record<string, unknown>>,
  search: ObservationSearch,
): Promise<object> {
  const { patientId, metrics, count, offset } = search;
  const patient = await hub.patients.byId(patientId);
  const filter = {
    patientId,
    ...(metrics === null ? {} : { metrics }),
    ...windowOf(search, patient?.zone ?? 'UTC'),
    order: search.newestFirst ? ('newest-first' as const) : ('oldest-first' as const),
  };
  const nothing = patient === null || metrics?.length === 0;
  const total = nothing ? 0 : await hub.readings.count(filter);
  const readings = nothing || count === 0 ? [] : await hub.readings.ofPatient({ ...filter, limit: count, offset });
  return searchBundle({
    base,
    type: 'Observation',
    query: answered(query),
    count,
    offset,
    total,
    resources: readings.map((reading) => toFhirObservation(reading).resource),
    ignored: ignoredOf(query),
  });
}

function windowOf({ dates }: ObservationSearch, zone: string): { from?: number; to?: number } {
  return intersect(
    dates.map((text) => {
      const window = dateWindow(text, zone);
      if (window === null) throw new ProblemError(400, 'invalid-value', [{ pointer: 'date', code: 'invalid-value' }]);
      return window;
    }),
  );
}

/** The parameters that were understood, for the links. */
function answered(query: Readonly<Record<string, unknown>>): [string, string][] {
  return Object.entries(query)
    .filter(([name]) => KNOWN_PARAMETERS.has(name) && name !== '_count' && name !== '_offset')
    .flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value]).map((text): [string, string] => [name, String(text)]),
    );
}

function ignoredOf(query: Readonly<Record<string, unknown>>): OperationOutcome | null {
  const ignored = Object.keys(query).some((name) => !KNOWN_PARAMETERS.has(name));
  return ignored ? toOperationOutcome(new ProblemError(400, 'unknown-parameter'), 'warning') : null;
}

const isLenient = (request: FastifyRequest): boolean =>
  /(^|[,;\s])handling=lenient\b/.test(String(request.headers.prefer ?? ''));

const baseOf = (request: FastifyRequest): string => `${request.protocol}://${request.headers.host ?? ''}/fhir`;

function sendRead(
  request: FastifyRequest,
  reply: FastifyReply,
  { resource: body, version, recordedAt }: Rendered,
): FastifyReply {
  const unknown = Object.keys(request.query as object).filter((name) => name !== '_format');
  if (unknown.length > 0 && !isLenient(request)) throw new ProblemError(400, 'unknown-parameter');
  void reply.header('etag', `W/"${version}"`).header('last-modified', new Date(recordedAt).toUTCString());
  return send(request, reply, body);
}

/** @throws {ProblemError} not-acceptable, when only XML would do */
function send(request: FastifyRequest, reply: FastifyReply, body: object): FastifyReply {
  const { _format: format } = request.query as Record<string, unknown>;
  const wanted = typeof format === 'string' ? format : (request.headers.accept ?? 'json');
  if (!/json|\*\/\*|application\/\*/.test(wanted)) throw new ProblemError(406, 'not-acceptable');
  return reply.type(FHIR_JSON).send(body);
}
