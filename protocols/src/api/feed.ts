/**
 * The live feed, `GET /api/feed` (text/event-stream). SSE `id` is the feed position; a client resumes with Last-Event-ID
 * (or `?after=`); a position older than the feed gets one `reset` and must reload. A comment line every 10 s is the heartbeat.
 */
import { Type, type Static } from 'typebox';
import { Instant } from './common.ts';
import { ApiReading } from './readings.ts';

export const ReadingEvent = Type.Object({ type: Type.Literal('reading'), at: Instant, reading: ApiReading });
/** Newest value of a dense stream, at most one a second per patient and metric. */
export const DeviceEvent = Type.Object({ type: Type.Literal('device'), at: Instant, deviceId: Type.String() });
export const GatewayEvent = Type.Object({
  type: Type.Literal('gateway'),
  at: Instant,
  gatewayId: Type.String(),
  online: Type.Boolean(),
});
export const RecordsEvent = Type.Object({ type: Type.Literal('records'), at: Instant });
export const BackfillEvent = Type.Object({
  type: Type.Literal('backfill'),
  at: Instant,
  done: Type.Integer(),
  total: Type.Integer(),
});
export const ResetEvent = Type.Object({ type: Type.Literal('reset'), at: Instant });

export const FeedEvent = Type.Union(
  [ReadingEvent, DeviceEvent, GatewayEvent, RecordsEvent, BackfillEvent, ResetEvent],
  { $id: 'FeedEvent' },
);
export type FeedEvent = Static<typeof FeedEvent>;
