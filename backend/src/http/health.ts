/** GET /api/health: which part is away, how far behind each projection is, what is in quarantine, how long the disk lasts. */
import { Health, Instant, Nullable } from '@gaya/protocols/api';
import { Type } from 'typebox';
import type { App, RouteContext } from './app-types.ts';
import { refusals } from './schemas.ts';

/** Entries behind which a projection counts as lagging: what it does in a few seconds. */
const LAG_LIMIT = 5_000;
const DISK_DAYS_LIMIT = 7;

const Quarantined = Type.Object(
  {
    id: Type.Integer(),
    receivedAt: Instant,
    topic: Type.String(),
    source: Nullable(Type.String()),
    reason: Type.String(),
    /** Hex, at most the first 4096 octets. */
    body: Type.String(),
  },
  { $id: 'Quarantined' },
);

export function healthRoutes(app: App, context: RouteContext): void {
  const { hub } = context;
  const tags = ['health'];

  app.get(
    '/api/health',
    { schema: { operationId: 'getHealth', tags, summary: 'State of the hub', response: { 200: Health, ...refusals } } },
    () => healthOf(context),
  );

  app.get(
    '/api/quarantine',
    {
      schema: {
        operationId: 'listQuarantine',
        tags,
        summary: 'Messages that could not be read, newest first',
        querystring: Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })) }),
        response: { 200: Type.Array(Quarantined), ...refusals },
      },
    },
    (request) => hub.quarantine({ limit: 100, ...request.query }),
  );
}

/** `down`: nothing can be stored; `degraded`: something is away, late or was skipped. */
async function healthOf({ hub, broker, version }: RouteContext): Promise<Health> {
  const { writable, ...health } = await hub.health();
  const connected = broker.connected();
  const late = health.projections.some((p) => p.lagEntries > LAG_LIMIT || p.failed > 0);
  const diskLow = health.diskDaysLeft !== null && health.diskDaysLeft < DISK_DAYS_LIMIT;
  const status = !writable ? 'down' : !connected || late || diskLow ? 'degraded' : 'ok';
  return { ...health, status, version, broker: { kind: broker.kind, connected } };
}
