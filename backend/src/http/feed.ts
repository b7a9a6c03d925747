/** GET /api/feed: the live feed as server-sent events, resumable by Last-Event-ID or `?after=`. */
import { FeedEvent } from '@gaya/protocols/api';
import { Type } from 'typebox';
import type { App, RouteContext } from './app-types.ts';
import { FeedStream } from './feed-stream.ts';
import { FeedTail } from './feed-tail.ts';
import { ProblemError } from './problem.ts';
import { refusals } from './schemas.ts';

export interface FeedOptions {
  readonly heartbeatMs?: number;
  readonly maxBehind?: number;
  readonly maxStreams?: number;
}

const HEARTBEAT_MS = 10_000;
const MAX_BEHIND = 10_000;
const MAX_STREAMS = 500;
/** Ms that a client which is let go has for taking its last bytes. */
const LAST_BYTES_MS = 5_000;

const FeedQuery = Type.Object({ after: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })) });

/** @returns number of clients now, for the metrics */
export function feedRoutes(app: App, { hub, clock }: RouteContext, options: FeedOptions = {}): () => number {
  const { heartbeatMs = HEARTBEAT_MS, maxBehind = MAX_BEHIND, maxStreams = MAX_STREAMS } = options;
  const tail = new FeedTail(hub.feed);
  const streams = new Set<FeedStream>();
  const stopListening = hub.feed.onChange(() => streams.forEach((stream) => stream.pump()));
  const heartbeat = setInterval(() => streams.forEach((stream) => stream.beat()), heartbeatMs);
  heartbeat.unref();
  app.addHook('preClose', async () => {
    clearInterval(heartbeat);
    stopListening();
    streams.forEach((stream) => stream.end());
    await Promise.resolve();
  });

  app.get(
    '/api/feed',
    {
      schema: {
        operationId: 'readFeed',
        tags: ['feed'],
        summary: 'Server-sent events; the id of each is its position in the feed',
        querystring: FeedQuery,
        response: {
          200: { description: 'Events', content: { 'text/event-stream': { schema: FeedEvent } } },
          ...refusals,
        },
      },
    },
    (request, reply) => {
      if (streams.size >= maxStreams) throw new ProblemError(503, 'too-many-streams');
      const after = startOf(request.headers['last-event-id'], request.query.after, hub.feed.position());
      reply.hijack();
      const out = reply.raw;
      out.writeHead(200, {
        ...(reply.getHeaders() as Record<string, string>),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      out.socket?.setNoDelay(true);
      const stream = new FeedStream(out, { tail, after, maxBehind, newest: () => hub.feed.position(), clock });
      streams.add(stream);
      out.on('finish', () => setTimeout(() => out.destroy(), LAST_BYTES_MS).unref());
      out.on('close', () => streams.delete(stream));
      out.on('error', () => undefined);
      stream.pump();
    },
  );
  return () => streams.size;
}

/** A reconnecting client's Last-Event-ID goes before the address that it was first opened with. Null: cannot be read. */
function startOf(lastEventId: string | string[] | undefined, after: number | undefined, newest: number): number | null {
  if (typeof lastEventId === 'string' && lastEventId !== '')
    return /^\d{1,15}$/.test(lastEventId) ? Number(lastEventId) : null;
  return after ?? newest;
}
