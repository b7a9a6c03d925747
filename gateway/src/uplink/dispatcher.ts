/** Brings the queue to the hub: publishes in order, a limited number unanswered at a time, again when no answer comes. */
import type { AckMessage, ResendCommand } from '@gaya/protocols/messages';
import { nextBatch, type Batch } from '../queue/next-batch.ts';
import type { FrameRange, Queue } from '../queue/queue.ts';
import { applyAck, applyResend } from './answers.ts';
import type { Uplink } from './uplink.ts';

export interface DispatcherOptions {
  readonly queue: Queue;
  readonly uplink: Uplink;
  readonly gateway: string;
  readonly zone: string;
  readonly mono: () => number;
  /** An answer is waited for so long, then for twice as long, ... ms */
  readonly answerMs: number;
  readonly longestAnswerMs: number;
  readonly onTrouble: (what: string) => void;
}

/** Messages without the hub's answer. Bounds what a broker has to hold while the hub is away. */
const MAX_UNANSWERED = 16;
const SWEEP_MS = 1_000;

interface Unanswered extends FrameRange {
  readonly sentMono: number;
}

export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #unanswered = new Set<Unanswered>();
  /** Sessions with a message on its way to the broker: the next one waits, so that they arrive in order. */
  readonly #sending = new Set<string>();
  #open = false;
  #kicked = false;
  readonly #sweep: NodeJS.Timeout;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#sweep = setInterval(() => this.#again(), SWEEP_MS);
  }

  /**
   * Nothing is published while closed. What was published before is published again when the way is open anew: an
   * embedded broker that has died took it along, although it had confirmed it.
   */
  setOpen(open: boolean): void {
    if (open && !this.#open) {
      this.#unanswered.clear();
      this.#options.queue.requeueUnanswered(this.#options.mono(), 0, 0);
    }
    this.#open = open;
    this.kick();
  }

  /** There may be something to publish. */
  kick(): void {
    if (this.#kicked) return;
    this.#kicked = true;
    setImmediate(() => {
      this.#kicked = false;
      this.#pump();
    });
  }

  #pump(): void {
    const { queue, gateway, zone } = this.#options;
    while (this.#open && this.#unanswered.size < MAX_UNANSWERED) {
      const batch = nextBatch(queue, gateway, zone, [...this.#sending]);
      if (batch === null) return;
      void this.#send(batch);
    }
  }

  async #send({ message, session, first, last }: Batch): Promise<void> {
    const range = { session, first, last };
    const unanswered = { ...range, sentMono: this.#options.mono() };
    this.#unanswered.add(unanswered);
    this.#sending.add(session);
    try {
      await this.#options.uplink.publishFrames(message);
      this.#options.queue.markPublished(range, this.#options.mono());
    } catch (error) {
      this.#unanswered.delete(unanswered);
      this.#options.onTrouble(error instanceof Error ? error.message : String(error));
      // Back online, or the sweep, tries again.
      return;
    } finally {
      this.#sending.delete(session);
    }
    this.kick();
  }

  ack(ack: AckMessage): void {
    const answered = applyAck(this.#options.queue, ack);
    for (const range of answered) {
      for (const u of this.#unanswered) {
        if (u.session === range.session && range.first <= u.first && u.last <= range.last) this.#unanswered.delete(u);
      }
    }
    for (const { reason } of ack.rejected) this.#options.onTrouble(`the hub rejected frames: ${reason}`);
    this.kick();
  }

  resend(command: ResendCommand): void {
    if (applyResend(this.#options.queue, command) > 0) this.kick();
  }

  #again(): void {
    const { queue, answerMs, longestAnswerMs, mono } = this.#options;
    const now = mono();
    for (const u of this.#unanswered)
      if (!this.#sending.has(u.session) && now - u.sentMono >= answerMs) this.#unanswered.delete(u);
    queue.requeueUnanswered(now, answerMs, longestAnswerMs);
    this.kick();
  }

  close(): void {
    this.#open = false;
    clearInterval(this.#sweep);
  }
}
