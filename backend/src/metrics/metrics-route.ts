/** GET /metrics, for Prometheus. */
import { Type } from 'typebox';
import type { App } from '../http/app-types.ts';
import { refusals } from '../http/schemas.ts';
import type { Metrics } from './metrics.ts';

export function metricsRoutes(app: App, metrics: Metrics): void {
  app.addHook('onClose', async () => {
    metrics.close();
    await Promise.resolve();
  });
  app.get(
    '/metrics',
    {
      schema: {
        operationId: 'getMetrics',
        tags: ['health'],
        summary: 'Numbers for Prometheus',
        response: {
          200: { description: 'Text format', content: { 'text/plain': { schema: Type.String() } } },
          ...refusals,
        },
      },
    },
    async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()),
  );
}
