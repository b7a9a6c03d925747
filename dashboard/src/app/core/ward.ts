import { DestroyRef, inject, Service, signal } from '@angular/core';
import type { FeedEvent, Worklist, WorklistRow } from '@gaya/protocols/api';
import { Api } from '../api/api.ts';
import { problemCode, type ProblemCode } from '../api/problem.ts';
import { applyReading } from '../domain/apply-event.ts';
import { Clock } from './clock.ts';
import { FEED_PORTS, Live, type PositionedEvent } from './live/live.ts';

/** Sparklines and counts are the hub's: asked again this often, and soon after an event that only the hub can judge. */
const RELOAD_MS = 5 * 60_000;
const SOON_MS = 2000;

/**
 * All patients with their newest values, live: the one place that worklist, patient page and shell read them from, so that
 * two screens never show two numbers.
 */
@Service()
export class Ward {
  private readonly api = inject(Api);
  private readonly live = inject(Live);
  private readonly clock = inject(Clock);
  private readonly ports = inject(FEED_PORTS);

  private readonly rowsById = signal<ReadonlyMap<string, WorklistRow> | null>(null);
  private readonly unassignedCount = signal(0);
  private readonly backfillState = signal<Worklist['backfill']>(null);
  private readonly failure = signal<ProblemCode | null>(null);
  private readonly lastChanged = signal<ReadonlySet<string>>(new Set());

  /** Null until the first answer. */
  readonly rows = this.rowsById.asReadonly();
  readonly unassigned = this.unassignedCount.asReadonly();
  readonly backfill = this.backfillState.asReadonly();
  readonly problem = this.failure.asReadonly();
  /** Patients with a new value in the last batch: their row washes once. */
  readonly changed = this.lastChanged.asReadonly();

  private position = 0;
  private pending: PositionedEvent[] | null = null;
  private started = false;
  private stopTimer: () => void = () => undefined;
  private stopListening: () => void = () => undefined;

  constructor() {
    inject(DestroyRef).onDestroy(() => {
      this.stopTimer();
      this.stopListening();
    });
  }

  /** Loads and goes on live; again: does nothing. */
  start(): void {
    if (this.started) return;
    this.started = true;
    this.stopListening = this.live.listen((events) => this.take(events));
    void this.load();
  }

  row(patientId: string): WorklistRow | undefined {
    return this.rows()?.get(patientId);
  }

  /** Asks the hub for everything again. Events that come meanwhile are kept and applied to the answer. */
  async load(): Promise<void> {
    if (this.pending !== null) return;
    this.stopTimer();
    this.pending = [];
    try {
      this.show(await this.api.worklist());
      this.failure.set(null);
    } catch (error) {
      this.failure.set(problemCode(error));
    }
    const waiting = this.pending;
    this.pending = null;
    this.loadIn(this.failure() === null ? RELOAD_MS : SOON_MS);
    if (waiting.length > 0) this.take(waiting);
  }

  private show(worklist: Worklist): void {
    this.clock.hubSays(worklist.asOf);
    this.rowsById.set(new Map(worklist.rows.map((row) => [row.patient.patientId, row])));
    this.unassignedCount.set(worklist.unassigned);
    this.backfillState.set(worklist.backfill);
    this.position = worklist.feedPosition;
    this.live.continueFrom(worklist.feedPosition);
  }

  private take(events: readonly PositionedEvent[]): void {
    if (this.pending !== null) {
      this.pending.push(...events);
      return;
    }
    const rows = this.rowsById();
    if (rows === null) return;
    const next = new Map(rows);
    const changed = new Set<string>();
    let reload = false;
    for (const { position, event } of events) {
      if (event.type !== 'reset' && position <= this.position) continue;
      this.position = event.type === 'reset' ? position : Math.max(this.position, position);
      if (this.apply(event, next, changed)) reload = true;
    }
    if (changed.size > 0) {
      this.rowsById.set(next);
      this.lastChanged.set(changed);
    }
    if (reload) this.loadIn(SOON_MS);
  }

  /** Gives whether only the hub can say what is right now. */
  private apply(event: FeedEvent, rows: Map<string, WorklistRow>, changed: Set<string>): boolean {
    switch (event.type) {
      case 'reading': {
        let reload = event.reading.trayReason !== null;
        // The reading may have moved from one patient to another: both rows are asked.
        for (const [patientId, row] of rows) {
          const applied = applyReading(row, event.reading);
          if (applied.kind === 'reload') reload = true;
          if (applied.kind === 'row') {
            rows.set(patientId, applied.row);
            changed.add(patientId);
          }
        }
        return reload || (event.reading.patientId !== null && !rows.has(event.reading.patientId));
      }
      case 'backfill':
        this.backfillState.set(event.done < event.total ? { done: event.done, total: event.total } : null);
        return event.done >= event.total;
      case 'device':
      case 'gateway':
      case 'records':
      case 'reset':
        return true;
    }
  }

  private loadIn(ms: number): void {
    if (ms === SOON_MS && this.soonPending) return;
    this.stopTimer();
    this.soonPending = ms === SOON_MS;
    this.stopTimer = this.ports.after(ms, () => {
      this.soonPending = false;
      void this.load();
    });
  }

  private soonPending = false;
}
