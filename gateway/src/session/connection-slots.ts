/** An adapter holds only so many connections: who waits longest is next. */

export type Release = () => void;

export class ConnectionSlots {
  #capacity: number;
  #used = 0;
  #waiting: ((release: Release) => void)[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** How many wait; whoever holds a slot without need should give it back then. */
  get waiting(): number {
    return this.#waiting.length;
  }

  get capacity(): number {
    return this.#capacity;
  }

  acquire(): Promise<Release> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#next();
    });
  }

  /** The adapter refused one more connection: it holds fewer than we were told. Called by one that holds a slot. */
  limitReached(): void {
    this.#capacity = Math.max(1, Math.min(this.#capacity, this.#used - 1));
  }

  #next(): void {
    if (this.#used >= this.#capacity) return;
    const first = this.#waiting.shift();
    if (first === undefined) return;
    this.#used++;
    first(this.#releaseOnce());
  }

  #releaseOnce(): Release {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#used--;
      this.#next();
    };
  }
}
