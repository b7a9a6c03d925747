/**
 * The way of frames into the queue. Spot values are committed one by one, at once; a stream's values are gathered for at most
 * {@link GROUP_MS} and committed together, across devices, because each commit waits for the disk.
 */
import type { NewFrame, NewSession } from './frame.ts';
import { QueueError } from './frame.ts';
import type { Queue } from './queue.ts';

export const GROUP_MS = 50;

export interface FrameWriterOptions {
  readonly queue: Queue;
  /** Free octets where the queue lies; null when it cannot be known. */
  readonly freeBytes: () => number | null;
  /** Below so much free space only spot values are taken. */
  readonly reserveBytes: number;
  readonly onCommitted: (frames: readonly NewFrame[]) => void;
  readonly onError: (error: QueueError, lost: number) => void;
}

/** The free space is looked at anew only so often. */
const LOOK_EVERY = 200;

export class FrameWriter {
  readonly #options: FrameWriterOptions;
  #gathered: NewFrame[] = [];
  #timer: NodeJS.Timeout | undefined;
  #refused = 0;
  #untilLook = 0;
  #short = false;

  constructor(options: FrameWriterOptions) {
    this.#options = options;
  }

  /** Continuous samples refused because the disk is (almost) full, since the start. */
  get refused(): number {
    return this.#refused;
  }

  /** Durable when it has returned; what was gathered goes first. @throws {QueueError} as {@link Queue.commit} */
  now(...frames: readonly NewFrame[]): void {
    this.flush();
    this.#commit(frames);
  }

  /** A value of a stream: durable within {@link GROUP_MS}. */
  soon(frame: NewFrame): void {
    if (this.#diskIsShort()) {
      this.#refused++;
      return;
    }
    this.#gathered.push(frame);
    this.#timer ??= setTimeout(() => this.flush(), GROUP_MS);
  }

  open(session: NewSession, connect: NewFrame): void {
    try {
      this.#options.queue.openSession(session, connect);
    } catch (error) {
      this.#report(error, 1);
      throw error;
    }
    this.#options.onCommitted([connect]);
  }

  /** No more frames of this session. */
  close(session: string): void {
    this.#options.queue.closeSession(session);
  }

  /** A stream's values that cannot be written are lost, and reported; they must not keep a spot value from its commit. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const frames = this.#gathered;
    if (frames.length === 0) return;
    this.#gathered = [];
    try {
      this.#commit(frames);
    } catch {
      this.#refused += frames.length;
    }
  }

  #commit(frames: readonly NewFrame[]): void {
    try {
      this.#options.queue.commit(frames);
    } catch (error) {
      this.#report(error, frames.length);
      throw error;
    }
    this.#options.onCommitted(frames);
  }

  #report(error: unknown, lost: number): void {
    if (!(error instanceof QueueError)) return;
    if (error.code === 'queue-full') this.#short = true;
    this.#options.onError(error, lost);
  }

  #diskIsShort(): boolean {
    if (this.#untilLook-- > 0) return this.#short;
    this.#untilLook = LOOK_EVERY;
    const free = this.#options.freeBytes();
    this.#short = free !== null && free < this.#options.reserveBytes;
    if (this.#short)
      this.#options.onError(new QueueError('queue-full', 'the disk is almost full: continuous values are refused'), 0);
    return this.#short;
  }
}
