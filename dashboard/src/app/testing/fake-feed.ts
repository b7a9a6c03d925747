/** A feed, a clock and timers that a test moves by hand. */
import type { FeedEvent } from '@gaya/protocols/api';
import type { SharedFeedPorts, TabChannel } from '../core/live/shared-feed.ts';

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** Time stands still until {@link advance}. */
export class FakeTime {
  now = 1_000_000;
  private readonly timers = new Set<Timer>();

  readonly after = (ms: number, run: () => void): (() => void) => {
    const timer = { at: this.now + ms, run };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  };

  async advance(ms: number): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      const next = [...this.timers].filter((t) => t.at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.timers.delete(next);
      this.now = next.at;
      next.run();
      await settle();
    }
    this.now = end;
    await settle();
  }
}

/** Lets everything that waits for a promise or a stream go on. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
  await new Promise((resolve) => setTimeout(resolve, 0));
}

/** The hub's side of the feed: counts connections, sends what it is told to. */
export class FakeHub {
  readonly asked: string[] = [];
  refuse = false;
  private open: ReadableStreamDefaultController<Uint8Array> | null = null;

  readonly fetch: typeof fetch = (input, init) => {
    this.asked.push(input instanceof Request ? input.url : input.toString());
    if (this.refuse) return Promise.resolve(new Response(null, { status: 503 }));
    const body = new ReadableStream<Uint8Array>({ start: (controller) => void (this.open = controller) });
    const controller = this.open;
    init?.signal?.addEventListener('abort', () => {
      if (this.open === controller) this.open = null;
    });
    return Promise.resolve(new Response(body));
  };

  get connected(): boolean {
    return this.open !== null;
  }

  beat(): void {
    this.write(': heartbeat\n\n');
  }

  send(position: number, event: FeedEvent): void {
    this.write(`id: ${position}\ndata: ${JSON.stringify(event)}\n\n`);
  }

  write(text: string): void {
    this.open?.enqueue(new TextEncoder().encode(text));
  }

  cut(): void {
    this.open?.close();
    this.open = null;
  }
}

/** Tabs of one browser: a channel and a lock between them. */
export class FakeBrowser {
  private readonly channels = new Set<FakeChannel>();
  private readonly waiting: (() => void)[] = [];
  private held = false;

  ports(time: FakeTime, hub: FakeHub): SharedFeedPorts {
    return {
      fetch: hub.fetch,
      now: () => time.now,
      after: time.after,
      url: (after) => `/api/feed?after=${after}`,
      elect: (lead, { steal }) => {
        if (!this.held || steal) {
          this.held = true;
          lead();
        } else this.waiting.push(lead);
      },
      openChannel: () => new FakeChannel(this.channels),
    };
  }

  /** The leading tab was closed: the next one gets the lock. */
  releaseLock(): void {
    this.held = false;
    const next = this.waiting.shift();
    if (next === undefined) return;
    this.held = true;
    next();
  }
}

class FakeChannel implements TabChannel {
  onmessage: TabChannel['onmessage'] = null;
  private readonly all: Set<FakeChannel>;

  constructor(all: Set<FakeChannel>) {
    this.all = all;
    all.add(this);
  }

  postMessage(message: unknown): void {
    for (const other of this.all) {
      if (other !== this) other.onmessage?.(new MessageEvent('message', { data: structuredClone(message) }) as never);
    }
  }

  close(): void {
    this.all.delete(this);
  }
}
