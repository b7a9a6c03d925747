/**
 * One client of the feed. It holds no queue of its own: its position in the feed is its queue, and the next events are read
 * when the socket has taken the last ones. A client that stays too far behind gets a `reset` and is let go.
 */
import type { Writable } from 'node:stream';
import { sseText, type FeedTail } from './feed-tail.ts';

export interface FeedStreamOptions {
  readonly tail: FeedTail;
  /** The client has all up to here; null: its position cannot be read, it must load anew. */
  readonly after: number | null;
  /** Newest position of the feed. */
  readonly newest: () => number;
  readonly clock: () => number;
  /** Events that a client may be behind. */
  readonly maxBehind: number;
}

const EVENTS_PER_WRITE = 200;
const RETRY_MS = 2_000;

export class FeedStream {
  readonly #out: Writable;
  readonly #options: FeedStreamOptions;
  #position: number;
  /** The socket has not taken yet what was written. */
  #full = false;
  #ended = false;

  constructor(out: Writable, options: FeedStreamOptions) {
    this.#out = out;
    this.#options = options;
    this.#position = options.after ?? options.newest();
    out.on('drain', () => {
      this.#full = false;
      this.pump();
    });
    this.#write(`retry: ${RETRY_MS}\n\n`);
    if (options.after === null) this.#reset();
  }

  /** Writes what is new, as far as the socket takes it. */
  pump(): void {
    while (!this.#full && !this.#ended) {
      const { reset, items } = this.#options.tail.after(this.#position, EVENTS_PER_WRITE);
      const last = items.at(-1);
      if (reset) this.#reset();
      else if (last === undefined) return;
      else {
        this.#position = last.position;
        this.#write(items.map((item) => item.text).join(''));
      }
    }
    if (this.#full && this.#options.newest() - this.#position > this.#options.maxBehind) this.#letGo();
  }

  /** Comment line; also finds out that a silent client is gone. */
  beat(): void {
    if (!this.#full) this.#write(':\n\n');
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#out.end();
  }

  #reset(): void {
    this.#position = this.#options.newest();
    this.#write(sseText(this.#position, { type: 'reset', at: this.#options.clock() }));
  }

  #letGo(): void {
    this.#reset();
    this.end();
  }

  #write(text: string): void {
    if (this.#ended) return;
    this.#full = !this.#out.write(text);
  }
}
