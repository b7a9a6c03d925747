import { computed, DestroyRef, effect, inject, Injectable, signal, untracked } from '@angular/core';
import type { ApiReading } from '@gaya/protocols/api';
import { Api } from '../../api/api.ts';
import { problemCode, type ProblemCode } from '../../api/problem.ts';
import { Clock } from '../../core/clock.ts';
import { FEED_PORTS, Live, type PositionedEvent } from '../../core/live/live.ts';
import { withReading, type ListScope } from '../../domain/reading-list.ts';
import { windowOf, type WindowParams } from '../../domain/time-window.ts';

const FIRST_ROWS = 50;
const MORE_ROWS = 200;
const MOST_ROWS = 1000;
/** Charts are asked for again at most this often while values come in; tiles and list show each value at once. */
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
  private readonly full = signal(false);
  readonly hasMore = computed(() => this.full() && this.limit() < MOST_ROWS);

  private stopRefresh: (() => void) | null = null;
  private request = 0;
  /** What the feed said while the hub was asked: its answer may be older. */
  private meanwhile: ApiReading[] = [];

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

  /** A reading as the hub stored it just now; the feed will say the same a moment later. */
  put(reading: ApiReading): void {
    this.takeReadings([reading]);
  }

  /** Asks again for everything on the page. */
  async load(): Promise<void> {
    this.refreshCharts();
    const request = ++this.request;
    const scope = this.scope();
    this.meanwhile = [];
    try {
      const readings = await this.api.readings(scope.patientId, scope.window, scope.limit);
      if (request !== this.request) return; // a later question is on its way
      this.full.set(readings.length >= scope.limit);
      this.list.set(this.meanwhile.reduce<readonly ApiReading[]>((list, r) => withReading(list, r, scope), readings));
      this.failure.set(null);
    } catch (error) {
      if (request === this.request) this.failure.set(problemCode(error));
    }
  }

  private scope(): ListScope {
    return { patientId: this.patientId(), window: this.window(), limit: this.limit() };
  }

  private refreshCharts(): void {
    this.stopRefresh?.();
    this.stopRefresh = null;
    this.charts.update((n) => n + 1);
  }

  private take(events: readonly PositionedEvent[]): void {
    if (events.some(({ event }) => event.type === 'reset')) {
      void this.load();
      return;
    }
    this.takeReadings(events.flatMap(({ event }) => (event.type === 'reading' ? [event.reading] : [])));
  }

  private takeReadings(readings: readonly ApiReading[]): void {
    const mine = readings.filter((reading) => this.concerns(reading));
    if (mine.length === 0) return;
    this.meanwhile.push(...mine);
    const list = this.list();
    if (list !== null) {
      const scope = this.scope();
      this.list.set(mine.reduce((changed, reading) => withReading(changed, reading, scope), list));
    }
    this.stopRefresh ??= this.ports.after(REFRESH_MS, () => this.refreshCharts());
  }

  /** A reading of this patient, or one that was and has been filed elsewhere. */
  private concerns(reading: ApiReading): boolean {
    return (
      reading.patientId === this.patientId() || (this.list()?.some((r) => r.readingId === reading.readingId) ?? false)
    );
  }
}
