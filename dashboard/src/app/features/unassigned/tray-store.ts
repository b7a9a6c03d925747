import { DestroyRef, inject, Injectable, signal } from '@angular/core';
import type { ApiReading } from '@gaya/protocols/api';
import { Api } from '../../api/api.ts';
import { problemCode, type ProblemCode } from '../../api/problem.ts';
import { Live } from '../../core/live/live.ts';

/** The tray as the hub has it; asked again when a reading comes into it or leaves it. */
@Injectable()
export class TrayStore {
  private readonly api = inject(Api);
  private readonly list = signal<readonly ApiReading[] | null>(null);
  private readonly failure = signal<ProblemCode | null>(null);
  readonly readings = this.list.asReadonly();
  readonly problem = this.failure.asReadonly();

  constructor() {
    const stop = inject(Live).listen((events) => {
      const known = new Set(this.list()?.map((r) => r.readingId));
      const concerns = events.some(
        ({ event }) =>
          event.type === 'reset' ||
          (event.type === 'reading' && (event.reading.trayReason !== null || known.has(event.reading.readingId))),
      );
      if (concerns) void this.load();
    });
    inject(DestroyRef).onDestroy(stop);
    void this.load();
  }

  async load(): Promise<void> {
    try {
      this.list.set(await this.api.unassigned());
      this.failure.set(null);
    } catch (error) {
      this.failure.set(problemCode(error));
    }
  }

  /** @throws HttpErrorResponse */
  async file(readingId: string, patientId: string, reason: string): Promise<void> {
    await this.api.file(readingId, patientId, reason === '' ? undefined : reason);
    this.list.update((list) => list?.filter((r) => r.readingId !== readingId) ?? null);
  }
}
