import { DestroyRef, inject, InjectionToken, Service, signal } from '@angular/core';

/** UTC now, ms since 1970. Replaced in tests. */
export const NOW = new InjectionToken<() => number>('NOW', { providedIn: 'root', factory: () => () => Date.now() });

/**
 * The time that ages are computed from: one tick a second for the connection's age, one every ten seconds for the ages of
 * values, so that a table of a thousand ages is not checked each second. Follows the hub's clock, not this computer's.
 */
@Service()
export class Clock {
  private readonly browserNow = inject(NOW);
  /** Hub's clock minus this computer's, ms. */
  private offsetMs = 0;
  private readonly secondTick = signal(this.read());
  private readonly ageTick = signal(this.read());

  /** UTC ms, moves each second. */
  readonly seconds = this.secondTick.asReadonly();
  /** UTC ms, moves every ten seconds: for ages. */
  readonly now = this.ageTick.asReadonly();

  constructor() {
    let ticks = 0;
    const timer = setInterval(() => {
      ticks += 1;
      this.secondTick.set(this.read());
      if (ticks % 10 === 0) this.ageTick.set(this.read());
    }, 1000);
    inject(DestroyRef).onDestroy(() => clearInterval(timer));
  }

  /** The hub said what time it is (UTC ms). Differences under 2 s are the network's. */
  hubSays(hubNow: number): void {
    const offset = hubNow - this.browserNow();
    this.offsetMs = Math.abs(offset) < 2000 ? 0 : offset;
    this.secondTick.set(this.read());
    this.ageTick.set(this.read());
  }

  /** UTC ms, at this moment. */
  read(): number {
    return this.browserNow() + this.offsetMs;
  }
}
