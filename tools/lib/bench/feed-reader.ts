/** A page's live feed, as a browser reads it: notes when the event of each frame arrived. */
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { FeedEvent } from '@gaya/protocols/api';

export interface SeenFrame {
  readonly session: string;
  readonly sequence: number;
  /** ms, this process's clock. */
  readonly at: number;
}

export class FeedReader {
  readonly seen: SeenFrame[] = [];
  readonly #known = new Set<string>();
  readonly #url: string;
  #response: IncomingMessage | null = null;
  #rest = '';

  /** @param hub `http://127.0.0.1:port` */
  constructor(hub: string) {
    this.#url = `${hub}/api/feed`;
  }

  async open(): Promise<void> {
    const [response] = (await once(get(this.#url), 'response')) as [IncomingMessage];
    this.#response = response;
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => this.#take(chunk, performance.now()));
    response.on('error', () => undefined);
  }

  /** Resolves when so many of the wanted frames were seen, or after `graceMs` at the latest. */
  async until(wanted: (frame: SeenFrame) => boolean, count: number, graceMs: number): Promise<void> {
    const deadline = performance.now() + graceMs;
    while (this.seen.filter(wanted).length < count && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 100));
  }

  close(): void {
    this.#response?.destroy();
  }

  #take(chunk: string, at: number): void {
    const events = (this.#rest + chunk).split('\n\n');
    this.#rest = events.pop() ?? '';
    for (const event of events) {
      const data = /^data: (.*)$/m.exec(event)?.[1];
      if (data !== undefined) this.#note(JSON.parse(data) as FeedEvent, at);
    }
  }

  /** The first event of a frame counts: a frame may carry several readings. */
  #note(event: FeedEvent, at: number): void {
    if (event.type !== 'reading') return;
    const frame = /^(.+)\.(\d+)/.exec(event.reading.readingId);
    const [, session, sequence] = frame ?? [];
    if (session === undefined || sequence === undefined || this.#known.has(`${session}.${sequence}`)) return;
    this.#known.add(`${session}.${sequence}`);
    this.seen.push({ session, sequence: Number(sequence), at });
  }
}
