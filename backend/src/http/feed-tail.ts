/** The feed's newest events as ready-made SSE text, so that a hundred clients cost one read and one JSON.stringify each. */
import type { Feed } from '../hub.ts';

export interface FeedItem {
  readonly position: number;
  readonly text: string;
}

export interface FeedSlice {
  /** The position is older than the feed, or of another store: the client must load anew. */
  readonly reset: boolean;
  readonly items: readonly FeedItem[];
}

const KEPT = 2_000;

export class FeedTail {
  readonly #feed: Feed;
  /** Without a gap from the first to the last. */
  #items: FeedItem[] = [];

  constructor(feed: Feed) {
    this.#feed = feed;
  }

  /** At most `limit` events after a position; older ones than the tail holds are read from the store. */
  after(position: number, limit: number): FeedSlice {
    if (position === this.#feed.position()) return { reset: false, items: [] };
    const oldest = this.#items[0];
    if (oldest === undefined || position < oldest.position - 1) return this.#read(position, limit);
    const known = this.#items.filter((item) => item.position > position).slice(0, limit);
    return known.length > 0 ? { reset: false, items: known } : this.#read(position, limit);
  }

  #read(position: number, limit: number): FeedSlice {
    const { reset, events } = this.#feed.since(position, limit);
    if (reset) return { reset, items: [] };
    const items = events.map((e) => ({ position: e.position, text: sseText(e.position, e.event) }));
    if (this.#items.length === 0 || this.#items.at(-1)?.position === position) {
      this.#items = [...this.#items, ...items].slice(-KEPT);
    }
    return { reset, items };
  }
}

/** @see WHATWG HTML §9.2 */
export function sseText(position: number, event: object): string {
  return `id: ${position}\ndata: ${JSON.stringify(event)}\n\n`;
}
