/** One connection to the feed: opens, reads, notices silence, comes back. No Angular, no other tabs. */
import type { FeedEvent } from '@gaya/protocols/api';
import { sseParser } from './sse-parser.ts';

export interface PositionedEvent {
  readonly position: number;
  readonly event: FeedEvent;
}

export interface Retry {
  readonly attempt: number;
  /** UTC ms by this computer's clock. */
  readonly at: number;
}

export interface FeedListener {
  /** Something arrived: at least a heartbeat. */
  heard(): void;
  events(events: readonly PositionedEvent[]): void;
  lost(retry: Retry): void;
}

export interface FeedPorts {
  readonly fetch: typeof fetch;
  readonly now: () => number;
  /** Starts a timer, gives its stop. */
  readonly after: (ms: number, run: () => void) => () => void;
}

/** The hub's heartbeat comes every 10 s; without any byte for this long the connection counts as lost. */
export const SILENCE_MS = 15_000;
const RETRY_MS = [500, 1000, 2000, 5000, 10_000] as const;

export class FeedStream {
  private readonly url: (after: number) => string;
  private readonly listener: FeedListener;
  private readonly ports: FeedPorts;
  private position: number;
  private attempt = 0;
  private abort: AbortController | null = null;
  private stopSilence: () => void = () => undefined;
  private stopRetry: () => void = () => undefined;
  private closed = false;

  /** @param after - last feed position that the page has already */
  constructor(url: (after: number) => string, after: number, listener: FeedListener, ports: FeedPorts) {
    this.url = url;
    this.position = after;
    this.listener = listener;
    this.ports = ports;
    void this.connect();
  }

  /** A person asks for it, or the tab came back: don't wait for the timer. */
  retryNow(): void {
    if (!this.closed && this.abort === null) void this.connect();
  }

  close(): void {
    this.closed = true;
    this.abort?.abort();
    this.stopSilence();
    this.stopRetry();
  }

  private async connect(): Promise<void> {
    this.stopRetry();
    const abort = new AbortController();
    this.abort = abort;
    this.watchSilence(abort);
    try {
      const response = await this.ports.fetch(this.url(this.position), {
        headers: { accept: 'text/event-stream' },
        cache: 'no-store',
        signal: abort.signal,
      });
      if (!response.ok || response.body === null) throw new Error(`feed answered ${response.status}`);
      await this.read(response.body, abort);
    } catch {
      // Refused, cut or silent: all the same to the reader of the screen, and told by lost().
    }
    this.abort = null;
    this.stopSilence();
    if (!this.closed) this.comeBack();
  }

  private async read(body: ReadableStream<Uint8Array>, abort: AbortController): Promise<void> {
    const parse = sseParser();
    const decoder = new TextDecoder();
    const reader = body.getReader();
    // Not every body is torn down by the signal at once (a proxy, a test): the reader is.
    abort.signal.addEventListener('abort', () => void reader.cancel().catch(() => undefined));
    for (;;) {
      const { done, value } = await reader.read();
      if (done || abort.signal.aborted) return;
      this.attempt = 0;
      this.watchSilence(abort);
      this.listener.heard();
      const events = parse(decoder.decode(value, { stream: true })).flatMap(toEvent);
      if (events.length > 0) this.take(events);
    }
  }

  private take(events: readonly PositionedEvent[]): void {
    this.position = positionAfter(this.position, events);
    this.listener.events(events);
  }

  private watchSilence(abort: AbortController): void {
    this.stopSilence();
    this.stopSilence = this.ports.after(SILENCE_MS, () => abort.abort());
  }

  private comeBack(): void {
    const wait = RETRY_MS[Math.min(this.attempt, RETRY_MS.length - 1)] ?? 10_000;
    this.attempt += 1;
    this.listener.lost({ attempt: this.attempt, at: this.ports.now() + wait });
    this.stopRetry = this.ports.after(wait, () => void this.connect());
  }
}

/** The highest position seen; a reset starts a new count, because a restored hub counts from an older state. */
export function positionAfter(before: number, events: readonly PositionedEvent[]): number {
  return events.reduce((at, e) => (e.event.type === 'reset' ? e.position : Math.max(at, e.position)), before);
}

function toEvent(message: { id: string; data: string }): PositionedEvent[] {
  try {
    // The hub's own schema, checked at its edge; an event that is not even JSON is dropped here.
    const event = JSON.parse(message.data) as FeedEvent;
    return [{ position: Number(message.id) || 0, event }];
  } catch {
    return [];
  }
}
