import { Component, computed, effect, inject, input, signal } from '@angular/core';
import { Router } from '@angular/router';
import type { ApiReading, Patient } from '@gaya/protocols/api';
import { Api } from '../../api/api.ts';
import { problemCode } from '../../api/problem.ts';
import { Clock } from '../../core/clock.ts';
import { I18n } from '../../core/i18n/i18n.ts';
import { Ward } from '../../core/ward.ts';
import { Words } from '../../core/words.ts';
import { attentionOf } from '../../domain/attention.ts';
import { byMetricOrder } from '../../domain/metrics.ts';
import { paramsOf, shift, zoom, type TimeWindow } from '../../domain/time-window.ts';
import type { ChartMove } from '../../ui/vital-chart.ts';
import { EnterReading } from './parts/enter-reading.ts';
import { ExplainDrawer } from './parts/explain-drawer.ts';
import { PatientIdentity } from './parts/patient-identity.ts';
import { RangeBar } from './parts/range-bar.ts';
import { ReadingsTable } from './parts/readings-table.ts';
import { TrendPanel } from './parts/trend-panel.ts';
import { VitalTiles } from './parts/vital-tiles.ts';
import { PatientStore } from './patient-store.ts';

/** One patient: newest values, trends, readings, and for each number where it comes from. The URL says period and explanation. */
@Component({
  selector: 'app-patient-page',
  imports: [EnterReading, ExplainDrawer, PatientIdentity, RangeBar, ReadingsTable, TrendPanel, VitalTiles],
  providers: [PatientStore],
  templateUrl: './patient-page.html',
  styleUrl: './patient-page.scss',
})
export default class PatientPage {
  /** From the route and its query (withComponentInputBinding). */
  readonly patientId = input.required<string>();
  readonly range = input<string>();
  readonly from = input<string>();
  readonly to = input<string>();
  readonly explain = input<string>();

  private readonly router = inject(Router);
  private readonly clock = inject(Clock);
  private readonly i18n = inject(I18n);
  private readonly ward = inject(Ward);
  private readonly words = inject(Words);
  protected readonly store = inject(PatientStore);
  protected readonly t = this.i18n.t;
  protected readonly code = this.i18n.code;

  private readonly record = inject(Api).patient(this.patientId);
  private readonly row = computed(() => this.ward.rows()?.get(this.patientId()));
  /** The worklist has it already; the record is asked for all the same, and tells when there is none. */
  protected readonly patient = computed(
    () => this.row()?.patient ?? (this.record.hasValue() ? this.record.value() : undefined),
  );
  protected readonly problem = computed(() =>
    this.patient() === undefined && this.record.error() ? problemCode(this.record.error()) : null,
  );

  protected readonly latest = computed(() =>
    [...(this.row()?.latest ?? [])].sort((a, b) => byMetricOrder(a.metric, b.metric)),
  );
  protected readonly devices = computed(() => this.row()?.devices ?? []);
  protected readonly attention = computed(() => attentionOf({ latest: this.latest() }, this.clock.now()));
  protected readonly metrics = computed(() => this.latest().map((l) => l.metric), {
    equal: (a, b) => a.length === b.length && a.every((m, i) => m === b[i]),
  });

  protected readonly entering = signal(false);

  constructor() {
    effect(() => this.store.patientId.set(this.patientId()));
    effect(() =>
      this.store.params.set({ range: this.range() ?? null, from: this.from() ?? null, to: this.to() ?? null }),
    );
  }

  protected goTo(window: TimeWindow): void {
    void this.navigate({ ...paramsOf(window) });
  }

  protected onMove(move: ChartMove): void {
    const [window, now] = [this.store.window(), this.clock.read()];
    this.goTo(move.kind === 'shift' ? shift(window, move.part, now) : zoom(window, move.factor, now));
  }

  protected openExplain(reading: ApiReading): void {
    void this.navigate({ explain: reading.readingId });
  }

  protected closeExplain(): void {
    void this.navigate({ explain: null });
  }

  protected onEntered(reading: ApiReading): void {
    this.entering.set(false);
    this.store.put(reading);
  }

  /** As a ward calls a patient when it must not be the wrong one. */
  protected person(patient: Patient): string {
    return [this.words.name(patient), this.words.sexAge(patient, this.clock.now()), patient.identifier].join(', ');
  }

  private navigate(queryParams: Record<string, string | null>): Promise<boolean> {
    return this.router.navigate([], { queryParams, queryParamsHandling: 'merge', replaceUrl: true });
  }
}
