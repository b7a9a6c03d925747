import { DestroyRef, DOCUMENT, inject, InjectionToken, Service, signal } from '@angular/core';
import { FEED_URL } from '../../api/urls.ts';
import type { PositionedEvent } from './feed-stream.ts';
import { SharedFeed, type Connection, type SharedFeedPorts } from './shared-feed.ts';

export type { PositionedEvent } from './feed-stream.ts';
export type { Connection } from './shared-feed.ts';

const LOCK = 'gaya-feed';
/** One write per half second: 200 events/s would otherwise take half of the main thread. */
const BATCH_MS = 500;

/** What the live feed needs of the browser. */
export const FEED_PORTS = new InjectionToken<SharedFeedPorts>('FEED_PORTS', {
  providedIn: 'root',
  factory: () => {
    const locks = typeof navigator === 'undefined' ? undefined : (navigator as Partial<Navigator>).locks;
    const shared = locks !== undefined && typeof BroadcastChannel !== 'undefined';
    const holdForEver = () => new Promise<never>(() => undefined);
    return {
      fetch: (input, init) => fetch(input, init),
      now: () => Date.now(),
      after: (ms, run) => {
        const timer = setTimeout(run, ms);
        return () => clearTimeout(timer);
      },
      url: FEED_URL,
      elect: (lead, { steal }) => {
        if (!shared) {
          lead();
          return;
        }
        // A stolen lock rejects the loser's request; the thief's `leader` message tells it what happened.
        locks
          .request(LOCK, { steal }, () => {
            lead();
            return holdForEver();
          })
          .catch(() => undefined);
      },
      openChannel: () => (shared ? new BroadcastChannel(LOCK) : null),
    };
  },
});

export type LiveHandler = (events: readonly PositionedEvent[]) => void;

/**
 * The only place that reads the event feed. Pages load their data, say from which feed position they want to go on, and get
 * what happened since, in batches of at most one per half second.
 */
@Service()
export class Live {
  private readonly ports = inject(FEED_PORTS);
  private readonly state = signal<Connection>({ state: 'connecting' });
  private readonly handlers = new Set<LiveHandler>();
  private readonly feed: SharedFeed;
  private queue: PositionedEvent[] = [];
  private stopBatch: (() => void) | null = null;

  readonly connection = this.state.asReadonly();

  constructor() {
    this.feed = new SharedFeed(this.ports, {
      connection: (connection) => this.show(connection),
      events: (events) => this.enqueue(events),
    });
    const document = inject(DOCUMENT);
    const onVisible = () => {
      if (document.visibilityState === 'visible' && this.state().state === 'lost') this.feed.retryNow();
    };
    document.addEventListener('visibilitychange', onVisible);
    inject(DestroyRef).onDestroy(() => {
      document.removeEventListener('visibilitychange', onVisible);
      this.stopBatch?.();
      this.feed.close();
    });
  }

  /** Begin to listen before loading, so that nothing falls between the page's data and the feed. Gives the way to stop. */
  listen(handler: LiveHandler): () => void {
    this.handlers.add(handler);
    return () => this.handlers.delete(handler);
  }

  /** The page's data include everything up to this feed position. */
  continueFrom(position: number): void {
    this.feed.need(position);
  }

  retryNow(): void {
    this.feed.retryNow();
  }

  private show(next: Connection): void {
    const before = this.state();
    const stillLive = next.state === 'live' && before.state === 'live' && next.heardAt - before.heardAt < 1000;
    if (!stillLive) this.state.set(next);
  }

  private enqueue(events: readonly PositionedEvent[]): void {
    this.queue.push(...events);
    this.stopBatch ??= this.ports.after(BATCH_MS, () => this.flush());
  }

  private flush(): void {
    this.stopBatch = null;
    const batch = this.queue;
    this.queue = [];
    for (const handler of this.handlers) handler(batch);
  }
}
