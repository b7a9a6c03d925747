/** The hub over HTTP. This file is the table of contents: every plugin and every group of routes is named here. */
import { TypeBoxValidatorCompiler, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastify, { LogController, type FastifyBaseLogger, type FastifyReply, type FastifyRequest } from 'fastify';
import type { HubBroker } from './broker/hub-broker.ts';
import { fhirRoutes } from './fhir/fhir-routes.ts';
import { toOperationOutcome } from './fhir/operation-outcome.ts';
import type { App, RouteContext } from './http/app-types.ts';
import { bindingRoutes } from './http/bindings.ts';
import { dashboardFiles, isPage, sendPage } from './http/dashboard-files.ts';
import { deviceRoutes } from './http/devices.ts';
import { feedRoutes, type FeedOptions } from './http/feed.ts';
import { gatewayRoutes } from './http/gateways.ts';
import { healthRoutes } from './http/health.ts';
import { openApi } from './http/openapi.ts';
import { patientRoutes } from './http/patients.ts';
import { PROBLEM_JSON, ProblemError, toProblem, toProblemError } from './http/problem.ts';
import { readingRoutes } from './http/readings.ts';
import { security } from './http/security.ts';
import { seriesRoutes } from './http/series.ts';
import { worklistRoutes } from './http/worklist.ts';
import type { Hub } from './hub.ts';
import { openMetrics } from './metrics/metrics.ts';
import { metricsRoutes } from './metrics/metrics-route.ts';

export interface AppOptions {
  readonly hub: Hub;
  readonly broker: Pick<HubBroker, 'kind' | 'connected'>;
  /** Folder of the built dashboard; need not exist. */
  readonly dashboard: string;
  readonly version: string;
  /** UTC ms. */
  readonly clock: () => number;
  readonly logger?: FastifyBaseLogger;
  readonly feed?: FeedOptions;
  /** For tests: an answer that its schema does not allow becomes a 500. */
  readonly checkAnswers?: (schema: unknown, answer: unknown) => void;
}

const BODY_LIMIT_BYTES = 256 * 1024;

export async function buildApp(options: AppOptions): Promise<App> {
  const { hub, broker, version, clock, dashboard } = options;
  const context: RouteContext = { hub, broker, version, clock };
  const app = newApp(options);

  await security(app);
  await openApi(app, version);

  worklistRoutes(app, context);
  patientRoutes(app, context);
  readingRoutes(app, context);
  seriesRoutes(app, context);
  deviceRoutes(app, context);
  bindingRoutes(app, context);
  gatewayRoutes(app, context);
  healthRoutes(app, context);
  const feedStreams = feedRoutes(app, context, options.feed);
  metricsRoutes(app, openMetrics({ hub, broker, feedStreams }));
  fhirRoutes(app, context);

  await dashboardFiles(app, dashboard);
  app.setNotFoundHandler((request, reply) => {
    if (isPage(request)) return sendPage(dashboard, request, reply);
    throw new ProblemError(404, 'not-found');
  });
  return app;
}

function newApp({ logger, checkAnswers }: AppOptions): App {
  const app = fastify({
    ...(logger === undefined ? { logger: false } : { loggerInstance: logger }),
    logController: new LogController({ disableRequestLogging: true }), // an address may carry what must not be logged
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: 30_000,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: true },
    frameworkErrors: refuse,
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.setValidatorCompiler(TypeBoxValidatorCompiler);
  // Fastify's own serializer strips and coerces by the schema; ours writes what the route gave.
  app.setSerializerCompiler(({ schema }) => (answer) => {
    checkAnswers?.(schema, answer);
    return JSON.stringify(answer);
  });
  app.removeContentTypeParser('text/plain');
  app.setErrorHandler(refuse);
  return app;
}

/** Every error of every route ends here. A 5xx is logged with the route's pattern, never with the address that was asked for. */
function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const problem = toProblemError(error);
  if (problem.statusCode >= 500) request.log.error({ err: error, route: request.routeOptions.url }, problem.code);
  const isFhir = request.url.startsWith('/fhir');
  void reply
    .code(problem.statusCode)
    .type(isFhir ? 'application/fhir+json' : PROBLEM_JSON)
    .send(isFhir ? toOperationOutcome(problem) : toProblem(problem));
}
