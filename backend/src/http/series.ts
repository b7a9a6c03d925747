/** GET /api/patients/:patientId/series: one component of one metric as points or buckets, for charts. */
import { Instant, Series } from '@gaya/protocols/api';
import { Type } from 'typebox';
import type { App, RouteContext } from './app-types.ts';
import { found, ProblemError } from './problem.ts';
import { PatientPath, refusals } from './schemas.ts';

const Name = Type.String({ pattern: '^[a-z0-9-]{1,40}$' });
const SeriesQuery = Type.Object({
  metric: Name,
  component: Name,
  from: Instant,
  to: Instant,
  buckets: Type.Optional(Type.Integer({ minimum: 1, maximum: 5000 })),
});
const DEFAULT_BUCKETS = 500;

export function seriesRoutes(app: App, { hub }: RouteContext): void {
  app.get(
    '/api/patients/:patientId/series',
    {
      schema: {
        operationId: 'getSeries',
        tags: ['readings'],
        summary: 'Points or buckets of one component, columnar',
        params: PatientPath,
        querystring: SeriesQuery,
        response: { 200: Series, ...refusals },
      },
    },
    async (request) => {
      const { patientId } = request.params;
      const { buckets = DEFAULT_BUCKETS, ...query } = request.query;
      if (query.from >= query.to)
        throw new ProblemError(422, 'invalid-interval', [{ pointer: '/to', code: 'invalid-interval' }]);
      found(await hub.patients.byId(patientId));
      return hub.series.query({ patientId, buckets, ...query });
    },
  );
}
