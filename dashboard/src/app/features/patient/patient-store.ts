import { computed, DestroyRef, effect, inject, Injectable, signal, untracked } from '@angular/core';
import type { ApiReading } from '@gaya/protocols/api';
import { Api } from '../../api/api.ts';
import { problemCode, type ProblemCode } from '../../api/problem.ts';
import { Clock } from '../../core/clock.ts';
import { FEED_PORTS, Live, type PositionedEvent } from '../../core/live/live.ts';
import { windowOf, type WindowParams } from '../../domain/time-window.ts';

const FIRST_ROWS = 50;
const MORE_ROWS = 200;
const MOST_ROWS = 1000;
/** List and charts are asked for again at most this often while values come in; the tiles show each value at once. */
const REFRESH_MS = 4000;

/** One patient's period: which it is, its readings, and when its charts are to be asked for again. */
@Injectable()
export class PatientStore {
  private readonly api = inject(Api);
  private readonly clock = inject(Clock);
  private readonly ports = inject(FEED_PORTS);

  readonly patientId = signal('');
  readonly params = signal<Partial<WindowParams>>({});
  /** Moves on each minute when it ends now. */
  readonly window = computed(() => windowOf(this.params(), this.clock.now()), {
    equal: (a, b) => a.from === b.from && a.to === b.to && a.range === b.range,
  });

  private readonly list = signal<readonly ApiReading[] | null>(null);
  private readonly failure = signal<ProblemCode | null>(null);
  private readonly charts = signal(0);
  private readonly limit = signal(FIRST_ROWS);
  readonly readings = this.list.asReadonly();
  readonly problem = this.failure.asReadonly();
  /** Counts up when the charts' data changed. */
  readonly chartVersion = this.charts.asReadonly();
  readonly hasMore = computed(() => (this.list()?.length ?? 0) >= this.limit() && this.limit() < MOST_ROWS);

  private stopRefresh: (() => void) | null = null;
  private request = 0;

  constructor() {
    const stop = inject(Live).listen((events) => this.take(events));
    inject(DestroyRef).onDestroy(() => {
      stop();
      this.stopRefresh?.();
      this.request = -1;
    });
    effect(() => {
      this.patientId();
      untracked(() => {
        this.list.set(null);
        this.limit.set(FIRST_ROWS);
      });
    });
    // A window that follows the clock is not loaded again each minute: what is new comes live.
    const fixed = computed(() => {
      const { from, to, range } = this.window();
      return range ?? `${from}-${to}`;
    });
    effect(() => {
      const [patientId] = [this.patientId(), fixed(), this.limit()];
      if (patientId !== '') untracked(() => void this.load());
    });
  }

  more(): void {
    this.limit.update((n) => Math.min(MOST_ROWS, n + MORE_ROWS));
  }

  /** Asks again for everything on the page. */
  async load(): Promise<void> {
    this.stopRefresh?.();
    this.stopRefresh = null;
    const request = ++this.request;
    this.charts.update((n) => n + 1);
    try {
      const readings = await this.api.readings(this.patientId(), this.window(), this.limit());
      if (request !== this.request) return; // a later question is on its way
      this.list.set(readings);
      this.failure.set(null);
    } catch (error) {
      if (request === this.request) this.failure.set(problemCode(error));
    }
  }

  private take(events: readonly PositionedEvent[]): void {
    const mine = events.some(
      ({ event }) => event.type === 'reset' || (event.type === 'reading' && this.concerns(event.reading)),
    );
    if (mine) this.stopRefresh ??= this.ports.after(REFRESH_MS, () => void this.load());
  }

  /** A reading of this patient, or one that was and has been filed elsewhere. */
  private concerns(reading: ApiReading): boolean {
    return (
      reading.patientId === this.patientId() || (this.list()?.some((r) => r.readingId === reading.readingId) ?? false)
    );
  }
}
