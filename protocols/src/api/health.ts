/** `GET /api/health`: which part is away, and how far behind each projection is. */
import { Type, type Static } from 'typebox';
import { Instant, Literals, Nullable } from './common.ts';

export const Health = Type.Object(
  {
    status: Literals('ok', 'degraded', 'down'),
    version: Type.String(),
    startedAt: Instant,
    now: Instant,
    epoch: Type.String(),
    broker: Type.Object({ kind: Literals('embedded', 'external'), connected: Type.Boolean() }),
    log: Type.Object({ entries: Type.Integer(), lastReceivedAt: Nullable(Instant) }),
    projections: Type.Array(Type.Object({ name: Type.String(), lagEntries: Type.Integer(), failed: Type.Integer() })),
    quarantine: Type.Integer(),
    undecodable: Type.Integer(),
    gateways: Type.Object({ online: Type.Integer(), total: Type.Integer() }),
    diskFreeBytes: Nullable(Type.Integer()),
    diskDaysLeft: Nullable(Type.Number()),
  },
  { $id: 'Health' },
);
export type Health = Static<typeof Health>;
