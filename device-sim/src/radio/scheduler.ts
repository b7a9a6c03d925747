/** Time as the simulator sees it: injected, so that tests decide when anything happens. */

/** What `setTimeout` gives back; only good for `clearTimeout`. */
export type TimerHandle = object;

export interface Scheduler {
  /** UTC, ms since 1970. */
  now(): number;
  setTimeout(run: () => void, delayMs: number): TimerHandle;
  clearTimeout(timer: TimerHandle | undefined): void;
  /** Runs after the current work, before any timer. */
  setImmediate(run: () => void): void;
}

export const realScheduler: Scheduler = {
  now: () => Date.now(),
  setTimeout: (run, delayMs) => setTimeout(run, delayMs),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout | undefined),
  setImmediate: (run) => void setImmediate(run),
};

interface Due {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** A clock that stands still until a test advances it. */
export class VirtualScheduler implements Scheduler {
  private nowMs: number;
  private order = 0;
  private readonly timers = new Set<Due>();
  private immediates: (() => void)[] = [];

  constructor(startMs = 0) {
    this.nowMs = startMs;
  }

  now(): number {
    return this.nowMs;
  }

  setTimeout(run: () => void, delayMs: number): TimerHandle {
    const due: Due = { at: this.nowMs + Math.max(0, delayMs), order: this.order++, run };
    this.timers.add(due);
    return due;
  }

  clearTimeout(timer: TimerHandle | undefined): void {
    this.timers.delete(timer as Due);
  }

  setImmediate(run: () => void): void {
    this.immediates.push(run);
  }

  /** Runs everything that falls due within the next `ms`, in order. */
  advance(ms: number): void {
    const end = this.nowMs + ms;
    this.settle();
    for (let next = this.next(end); next; next = this.next(end)) {
      this.timers.delete(next);
      this.nowMs = next.at;
      next.run();
      this.settle();
    }
    this.nowMs = end;
  }

  /** Runs what was put off by `setImmediate`, and what that puts off in turn. */
  settle(): void {
    while (this.immediates.length > 0) {
      const batch = this.immediates;
      this.immediates = [];
      for (const run of batch) run();
    }
  }

  private next(end: number): Due | undefined {
    let first: Due | undefined;
    for (const due of this.timers) {
      if (due.at > end) continue;
      if (!first || due.at < first.at || (due.at === first.at && due.order < first.order)) first = due;
    }
    return first;
  }
}
