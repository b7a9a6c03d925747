/** The FHIR R4 view: rendered from reading rows and records, read only. */
import { serialise, type FhirJson } from '@gaya/protocols/fhir';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { App, RouteContext } from '../http/app-types.ts';
import { found, ProblemError } from '../http/problem.ts';
import { searchBundle } from './bundle.ts';
import { capabilityStatement } from './capability.ts';
import { KNOWN_PARAMETERS, readObservationSearch } from './observation-search.ts';
import { toOperationOutcome } from './operation-outcome.ts';
import { DeviceProfiles, hubIdOf, renderDevice, renderObservation, renderPatient, type Rendered } from './render.ts';
import { searchObservations } from './search-observations.ts';

const FHIR_JSON = 'application/fhir+json; charset=utf-8';

const resource = (description: string) => ({
  description,
  content: { 'application/fhir+json': { schema: Type.Object({ resourceType: Type.String() }) } },
});
/** Untyped on purpose: a resource is sent as text, because only so its decimals keep their digits. */
const answers: unknown = {
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
    (request, reply) => answer(request, reply, capabilityStatement({ base: baseOf(request), version, date: clock() })),
  );

  app.get(
    '/fhir/Patient/:id',
    { schema: { operationId: 'fhirReadPatient', tags, summary: 'Patient', params: IdPath, response: answers } },
    async (request, reply) => answerRead(request, reply, renderPatient(found(await byFhirId(request, hub.patients)))),
  );

  app.get(
    '/fhir/Device/:id',
    { schema: { operationId: 'fhirReadDevice', tags, summary: 'Device', params: IdPath, response: answers } },
    async (request, reply) => answerRead(request, reply, renderDevice(found(await byFhirId(request, hub.devices)))),
  );

  app.get(
    '/fhir/Observation/:id',
    { schema: { operationId: 'fhirReadObservation', tags, summary: 'Observation', params: IdPath, response: answers } },
    async (request, reply) => {
      const reading = found(await byFhirId(request, hub.readings));
      const profile = await new DeviceProfiles(hub.devices).of(reading.device);
      return answerRead(request, reply, found(renderObservation(reading, profile)));
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
      const { total, resources } = await searchObservations(hub, search);
      const { count, offset } = search;
      const page = {
        base: baseOf(request),
        type: 'Observation',
        query: answered(query),
        count,
        offset,
        total,
        resources,
      };
      return answer(request, reply, searchBundle({ ...page, ignored: ignoredOf(query) }));
    },
  );
}

function byFhirId<T>(
  request: { params: { id: string } },
  records: { byId(id: string): Promise<T | null> },
): Promise<T | null> {
  const id = hubIdOf(request.params.id);
  return id === null ? Promise.resolve(null) : records.byId(id);
}

/** The parameters that were understood, for the links. */
function answered(query: Readonly<Record<string, unknown>>): [string, string][] {
  return Object.entries(query)
    .filter(([name]) => KNOWN_PARAMETERS.has(name) && name !== '_count' && name !== '_offset')
    .flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value]).map((text): [string, string] => [name, String(text)]),
    );
}

function ignoredOf(query: Readonly<Record<string, unknown>>): FhirJson | null {
  const ignored = Object.keys(query).some((name) => !KNOWN_PARAMETERS.has(name));
  return ignored ? toOperationOutcome(new ProblemError(400, 'unknown-parameter'), 'warning') : null;
}

const isLenient = (request: FastifyRequest): boolean =>
  /(^|[,;\s])handling=lenient\b/.test(String(request.headers['prefer'] ?? ''));

const baseOf = (request: FastifyRequest): string => `${request.protocol}://${request.headers.host ?? ''}/fhir`;

function answerRead(
  request: FastifyRequest,
  reply: FastifyReply,
  { resource: body, version, recordedAt }: Rendered,
): FastifyReply {
  const unknown = Object.keys(request.query as object).filter((name) => name !== '_format');
  if (unknown.length > 0 && !isLenient(request)) throw new ProblemError(400, 'unknown-parameter');
  void reply.header('etag', `W/"${version}"`).header('last-modified', new Date(recordedAt).toUTCString());
  return answer(request, reply, body);
}

/** @throws {ProblemError} not-acceptable, when only XML would do */
function answer(request: FastifyRequest, reply: FastifyReply, body: FhirJson): FastifyReply {
  const { _format: format } = request.query as Record<string, unknown>;
  const wanted = typeof format === 'string' ? format : (request.headers.accept ?? 'json');
  if (!/json|\*\/\*|application\/\*/.test(wanted)) throw new ProblemError(406, 'not-acceptable');
  return reply.type(FHIR_JSON).send(serialise(body));
}
