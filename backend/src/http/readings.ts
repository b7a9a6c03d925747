/** Readings: a patient's list, one with everything that is known about it, and what a person may decide about it. */
import {
  ApiReading,
  CorrectReading,
  Explanation,
  FileReading,
  Instant,
  ManualReading,
  RestoreReading,
  SetAside,
} from '@gaya/protocols/api';
import { Type } from 'typebox';
import { LOCAL_AUTHOR, type App, type RouteContext } from './app-types.ts';
import { found, ProblemError } from './problem.ts';
import { only, PatientPath, ReadingPath, refusals } from './schemas.ts';

const tags = ['readings'];
const answer = { response: { 200: ApiReading, ...refusals } };

const Window = Type.Object({
  from: Type.Optional(Instant),
  to: Type.Optional(Instant),
  /** Several: separated by commas. */
  metric: Type.Optional(Type.String({ pattern: '^[a-z0-9-]+(,[a-z0-9-]+)*$', maxLength: 400 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000_000 })),
});
const DEFAULT_LIMIT = 200;

const Page = Type.Object({ limit: Window.properties.limit, offset: Window.properties.offset });

export function readingRoutes(app: App, context: RouteContext): void {
  lists(app, context);
  single(app, context);
  decisions(app, context);
}

function lists(app: App, { hub }: RouteContext): void {
  app.get(
    '/api/patients/:patientId/readings',
    {
      schema: {
        operationId: 'listReadings',
        tags,
        summary: "A patient's readings, newest first",
        params: PatientPath,
        querystring: Window,
        response: { 200: Type.Array(ApiReading), ...refusals },
      },
    },
    async (request) => {
      const { patientId } = request.params;
      const { metric, limit = DEFAULT_LIMIT, ...window } = request.query;
      if (window.from !== undefined && window.to !== undefined && window.from > window.to)
        throw new ProblemError(422, 'invalid-interval');
      found(await hub.patients.byId(patientId));
      const metrics = metric === undefined ? {} : { metrics: metric.split(',') };
      const readings = await hub.readings.ofPatient({ patientId, ...metrics, ...window, limit, order: 'newest-first' });
      return readings.map((reading) => only(ApiReading, reading));
    },
  );

  app.get(
    '/api/unassigned',
    {
      schema: {
        operationId: 'listUnassigned',
        tags,
        summary: 'Readings that belong to no patient yet, each with the reason',
        querystring: Page,
        response: { 200: Type.Array(ApiReading), ...refusals },
      },
    },
    async (request) => {
      const readings = await hub.readings.tray({ limit: DEFAULT_LIMIT, ...request.query });
      return readings.map((reading) => only(ApiReading, reading));
    },
  );
}

function single(app: App, { hub }: RouteContext): void {
  app.get(
    '/api/readings/:readingId',
    { schema: { operationId: 'getReading', tags, summary: 'One reading', params: ReadingPath, ...answer } },
    async (request) => only(ApiReading, found(await hub.readings.byId(request.params.readingId))),
  );

  app.get(
    '/api/readings/:readingId/explain',
    {
      schema: {
        operationId: 'explainReading',
        tags,
        summary: 'Bytes, decoded fields, way, times, decisions and earlier versions of a reading',
        params: ReadingPath,
        response: { 200: Explanation, ...refusals },
      },
    },
    async (request) => found(await hub.readings.explain(request.params.readingId)),
  );
}

function decisions(app: App, { hub }: RouteContext): void {
  const { decisions: decide } = hub;
  const schema = <T>(operationId: string, summary: string, body: T) => ({
    schema: { operationId, tags, summary, params: ReadingPath, body, ...answer },
  });

  app.post(
    '/api/readings/:readingId/file',
    schema('fileReading', 'Gives a reading to a patient', FileReading),
    async (request) =>
      only(ApiReading, await decide.file(request.params.readingId, only(FileReading, request.body), LOCAL_AUTHOR)),
  );

  app.post(
    '/api/readings/:readingId/set-aside',
    schema('setAsideReading', 'Keeps a reading out of charts and lists', SetAside),
    async (request) =>
      only(ApiReading, await decide.setAside(request.params.readingId, only(SetAside, request.body), LOCAL_AUTHOR)),
  );

  app.post(
    '/api/readings/:readingId/restore',
    schema('restoreReading', 'Takes a set-aside back', RestoreReading),
    async (request) =>
      only(
        ApiReading,
        await decide.restore(request.params.readingId, only(RestoreReading, request.body), LOCAL_AUTHOR),
      ),
  );

  app.post(
    '/api/readings/:readingId/correct',
    schema('correctReading', 'Corrects values; the earlier version is kept', CorrectReading),
    async (request) =>
      only(
        ApiReading,
        await decide.correct(request.params.readingId, only(CorrectReading, request.body), LOCAL_AUTHOR),
      ),
  );

  app.post(
    '/api/patients/:patientId/readings',
    {
      schema: {
        operationId: 'enterReading',
        tags,
        summary: 'Enters a reading by hand',
        params: PatientPath,
        body: ManualReading,
        response: { 201: ApiReading, ...refusals },
      },
    },
    async (request, reply) => {
      const reading = await decide.enterManually(
        request.params.patientId,
        only(ManualReading, request.body),
        LOCAL_AUTHOR,
      );
      return reply.code(201).send(only(ApiReading, reading));
    },
  );
}
