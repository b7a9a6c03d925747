import { DestroyRef, inject, Service, signal } from '@angular/core';
import type { ApiReading, FeedEvent, Worklist, WorklistRow } from '@gaya/protocols/api';
import { Api } from '../api/api.ts';
import { problemCode, type ProblemCode } from '../api/problem.ts';
import { applyReading } from '../domain/apply-event.ts';
import { Clock } from './clock.ts';
import { FEED_PORTS, Live, type PositionedEvent } from './live/live.ts';

/** Sparklines and counts are the hub's: asked again this often, and earlier after an event that only the hub can judge. */
const RELOAD_MS = 5 * 60_000;
const SOON_MS = 2000;
/** Devices tell of signal and battery many times a minute. */
const DEVICES_MS = 15_000;
/** A row washes for a new value only when it was still for this long; the wash itself takes WASH_MS. */
const STILL_MS = 15_000;
const WASH_MS = 2000;

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
  /** Patients with a new value after a time without: their row washes once. A stream would make it flash without end. */
  readonly changed = this.lastChanged.asReadonly();

  private readonly changedAt = new Map<string, number>();
  private position = 0;
  private pending: PositionedEvent[] | null = null;
  private started = false;
  /** When the next load is due, by this computer's clock. */
  private dueAt = Infinity;
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
    this.dueAt = Infinity;
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
    let reloadMs = Infinity;
    for (const { position, event } of events) {
      if (event.type !== 'reset' && position <= this.position) continue;
      this.position = event.type === 'reset' ? position : Math.max(this.position, position);
      reloadMs = Math.min(reloadMs, this.apply(event, next, changed));
    }
    if (changed.size > 0) {
      this.rowsById.set(next);
      this.wash(changed);
    }
    if (reloadMs < Infinity) this.loadIn(reloadMs);
  }

  private wash(changed: ReadonlySet<string>): void {
    const now = this.ports.now();
    const news = [...changed].filter((id) => now - (this.changedAt.get(id) ?? -Infinity) >= STILL_MS);
    for (const id of changed) this.changedAt.set(id, now);
    if (news.length === 0) return;
    this.lastChanged.update((washing) => new Set([...washing, ...news]));
    this.ports.after(WASH_MS, () =>
      this.lastChanged.update((washing) => new Set([...washing].filter((id) => !news.includes(id)))),
    );
  }

  /** Gives in how many ms the hub must be asked what is right now; Infinity: the event said it all. */
  private apply(event: FeedEvent, rows: Map<string, WorklistRow>, changed: Set<string>): number {
    switch (event.type) {
      case 'reading':
        return this.applyReading(event.reading, rows, changed) ? SOON_MS : Infinity;
      case 'backfill':
        this.backfillState.set(event.done < event.total ? { done: event.done, total: event.total } : null);
        return event.done < event.total ? Infinity : SOON_MS;
      case 'device':
        return DEVICES_MS;
      case 'gateway':
      case 'records':
      case 'reset':
        return SOON_MS;
    }
  }

  /** The reading may have moved from one patient to another: every row is asked. */
  private applyReading(reading: ApiReading, rows: Map<string, WorklistRow>, changed: Set<string>): boolean {
    const unknownPatient = reading.patientId !== null && !rows.has(reading.patientId);
    // A later version may be a reading that has just left the tray.
    const leftTray = reading.version > 1 && this.unassignedCount() > 0;
    let ask = reading.trayReason !== null || unknownPatient || leftTray;
    for (const [patientId, row] of rows) {
      const applied = applyReading(row, reading);
      if (applied.kind === 'reload') ask = true;
      if (applied.kind === 'row') {
        rows.set(patientId, applied.row);
        changed.add(patientId);
      }
    }
    return ask;
  }

  /** The earliest wish counts. */
  private loadIn(ms: number): void {
    const at = this.ports.now() + ms;
    if (at >= this.dueAt) return;
    this.stopTimer();
    this.dueAt = at;
    this.stopTimer = this.ports.after(ms, () => void this.load());
  }
}
