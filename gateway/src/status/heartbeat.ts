/** Publishes the gateway's status every 30 s, and soon after something in it has changed. */
export interface HeartbeatOptions {
  readonly publish: () => void;
  readonly everyMs: number;
  /** Changes within so long are told together. */
  readonly gatherMs: number;
}

export const HEARTBEAT_MS = 30_000;
export const GATHER_MS = 1_000;

export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #timer: NodeJS.Timeout | undefined;
  #soon: NodeJS.Timeout | undefined;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  now(): void {
    this.stop();
    this.#timer = setTimeout(() => this.now(), this.#options.everyMs);
    this.#options.publish();
  }

  changed(): void {
    this.#soon ??= setTimeout(() => this.now(), this.#options.gatherMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#soon);
    this.#soon = undefined;
  }
}
