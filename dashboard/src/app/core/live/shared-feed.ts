/**
 * One feed connection per browser: the tab that holds the lock reads the feed and tells the others. Browsers allow six
 * connections per origin on HTTP/1.1, and a nurse opens many tabs. Where a browser has no locks, each tab has its own stream.
 */
import { FeedStream, positionAfter, type FeedPorts, type PositionedEvent, type Retry } from './feed-stream.ts';

export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'live'; readonly heardAt: number }
  /** heardAt: when the last sign of life came (this computer's clock), null when there never was one. */
  | { readonly state: 'lost'; readonly heardAt: number | null; readonly retry: Retry };

export interface SharedFeedListener {
  connection(connection: Connection): void;
  events(events: readonly PositionedEvent[]): void;
}

export interface TabChannel {
  postMessage(message: unknown): void;
  onmessage: ((event: MessageEvent<TabMessage>) => unknown) | null;
  close(): void;
}

export interface SharedFeedPorts extends FeedPorts {
  readonly url: (after: number) => string;
  /** Runs `lead` once this tab is the one that reads; `steal` takes over from a tab that does not answer. */
  readonly elect: (lead: () => void, options: { steal: boolean }) => void;
  readonly openChannel: () => TabChannel | null;
}

type TabMessage =
  | { readonly kind: 'heard' }
  | { readonly kind: 'events'; readonly events: readonly PositionedEvent[] }
  | { readonly kind: 'lost'; readonly retry: Retry }
  /** A tab has a page and needs the feed from here on. */
  | { readonly kind: 'need'; readonly after: number }
  | { readonly kind: 'retry' }
  | { readonly kind: 'leader' };

/** Longer than the stream's own silence limit: the leader is then frozen or gone. */
const LEADER_SILENCE_MS = 20_000;
/** The others need a sign of life, not each byte. */
const HEARD_EVERY_MS = 1000;

export class SharedFeed {
  private readonly ports: SharedFeedPorts;
  private readonly listener: SharedFeedListener;
  private readonly channel: TabChannel | null;
  private leading = false;
  private stream: FeedStream | null = null;
  private after: number | null = null;
  private heardAt: number | null = null;
  private toldHeardAt = 0;
  private stopWatch: () => void = () => undefined;

  constructor(ports: SharedFeedPorts, listener: SharedFeedListener) {
    this.ports = ports;
    this.listener = listener;
    this.channel = ports.openChannel();
    if (this.channel) this.channel.onmessage = (event) => this.fromTab(event.data);
    ports.elect(() => this.lead(), { steal: false });
  }

  /** A page holds everything up to this position and wants what comes after. */
  need(after: number): void {
    this.after = Math.max(this.after ?? 0, after);
    if (this.leading) this.open();
    else {
      this.channel?.postMessage({ kind: 'need', after } satisfies TabMessage);
      this.watchLeader();
    }
  }

  retryNow(): void {
    if (this.leading) this.stream?.retryNow();
    else this.channel?.postMessage({ kind: 'retry' } satisfies TabMessage);
  }

  close(): void {
    this.stopWatch();
    this.stream?.close();
    this.channel?.close();
  }

  private lead(): void {
    this.leading = true;
    this.stopWatch();
    if (this.after !== null) this.open();
    this.tell({ kind: 'leader' });
  }

  private open(): void {
    if (this.stream !== null || this.after === null) return;
    this.stream = new FeedStream(
      this.ports.url,
      this.after,
      {
        heard: () => this.heard(),
        events: (events) => {
          this.tell({ kind: 'events', events });
          this.take(events);
        },
        lost: (retry) => {
          this.tell({ kind: 'lost', retry });
          this.listener.connection({ state: 'lost', heardAt: this.heardAt, retry });
        },
      },
      this.ports,
    );
  }

  private heard(): void {
    this.heardAt = this.ports.now();
    this.listener.connection({ state: 'live', heardAt: this.heardAt });
    if (this.leading && this.heardAt - this.toldHeardAt >= HEARD_EVERY_MS) {
      this.toldHeardAt = this.heardAt;
      this.tell({ kind: 'heard' });
    }
  }

  private take(events: readonly PositionedEvent[]): void {
    this.after = positionAfter(this.after ?? 0, events);
    this.listener.events(events);
  }

  private tell(message: TabMessage): void {
    this.channel?.postMessage(message);
  }

  private fromTab(message: TabMessage): void {
    if (this.leading) {
      if (message.kind === 'need') {
        this.after ??= message.after;
        this.open();
        if (this.heardAt !== null) this.tell({ kind: 'heard' });
      } else if (message.kind === 'retry') this.stream?.retryNow();
      else if (message.kind === 'leader') this.yieldLead();
      return;
    }
    if (message.kind === 'leader') {
      if (this.after !== null) this.need(this.after);
    } else if (message.kind === 'heard') {
      this.heard();
      this.watchLeader();
    } else if (message.kind === 'events') {
      this.heard();
      this.watchLeader();
      this.take(message.events);
    } else if (message.kind === 'lost') {
      this.watchLeader();
      this.listener.connection({ state: 'lost', heardAt: this.heardAt, retry: message.retry });
    }
  }

  /** Another tab took the lock from us, because we seemed frozen. */
  private yieldLead(): void {
    this.leading = false;
    this.stream?.close();
    this.stream = null;
    this.ports.elect(() => this.lead(), { steal: false });
    if (this.after !== null) this.need(this.after);
  }

  private watchLeader(): void {
    this.stopWatch();
    this.stopWatch = this.ports.after(LEADER_SILENCE_MS, () => {
      this.listener.connection({ state: 'lost', heardAt: this.heardAt, retry: { attempt: 1, at: this.ports.now() } });
      this.ports.elect(() => this.lead(), { steal: true });
    });
  }
}
