import { inject, Service, signal } from '@angular/core';
import { FEED_PORTS } from './live/live.ts';

const SHOWN_MS = 6000;

/** One short sentence about what just happened ("값을 제외했습니다."). */
@Service()
export class Notice {
  private readonly ports = inject(FEED_PORTS);
  private readonly current = signal<string | null>(null);
  private stopTimer: () => void = () => undefined;
  readonly text = this.current.asReadonly();

  say(text: string): void {
    this.stopTimer();
    this.current.set(text);
    this.stopTimer = this.ports.after(SHOWN_MS, () => this.current.set(null));
  }
}
