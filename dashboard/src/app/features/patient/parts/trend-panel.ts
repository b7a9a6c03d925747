import { Component, computed, inject, input, linkedSignal, output, resource, signal } from '@angular/core';
import { Api } from '../../../api/api.ts';
import { Clock } from '../../../core/clock.ts';
import { I18n } from '../../../core/i18n/i18n.ts';
import { ThemeChoice } from '../../../core/theme.ts';
import { Words } from '../../../core/words.ts';
import { chartData, type ChartData } from '../../../domain/chart-data.ts';
import { metricOf, numberText } from '../../../domain/metrics.ts';
import { dayClockText } from '../../../domain/time-text.ts';
import type { TimeWindow } from '../../../domain/time-window.ts';
import { Icon } from '../../../ui/icon.ts';
import { VitalChart, type ChartMove } from '../../../ui/vital-chart.ts';

/** More points than a screen has columns say nothing more. */
const BUCKETS = 600;
const TABLE_ROWS = 200;

interface Loaded {
  readonly key: string;
  readonly data: ChartData;
}

/** The trend of one metric: chart or table, with what its points are (each value, or lowest to highest of a bucket). */
@Component({
  selector: 'app-trend-panel',
  imports: [Icon, VitalChart],
  templateUrl: './trend-panel.html',
  styleUrl: './trend-panel.scss',
})
export class TrendPanel {
  readonly patientId = input.required<string>();
  readonly metric = input.required<string>();
  readonly window = input.required<TimeWindow>();
  /** Counts up when there are new values. */
  readonly version = input.required<number>();
  readonly zone = input.required<string>();
  readonly move = output<ChartMove>();

  private readonly api = inject(Api);
  private readonly words = inject(Words);
  private readonly clock = inject(Clock);
  private readonly i18n = inject(I18n);
  protected readonly t = this.i18n.t;
  protected readonly lang = this.i18n.lang;
  protected readonly theme = inject(ThemeChoice).theme;
  protected readonly asTable = signal(false);

  protected readonly definition = computed(() => metricOf(this.metric()));
  protected readonly name = computed(() => this.words.metric(this.metric()));
  protected readonly unit = computed(() => this.words.unit(this.metric()));
  protected readonly decimals = computed(() => this.definition()?.decimals ?? 0);
  /** Mean pressure is derived and would hide the other two lines. */
  private readonly components = computed(() =>
    (this.definition()?.components ?? []).map((c) => c.id).filter((id) => id !== 'mean'),
  );
  protected readonly bands = computed(() =>
    Object.entries(this.definition()?.reference ?? {}).map(([component, [low, high]]) => ({ component, low, high })),
  );

  protected readonly loading = resource({
    params: () => ({
      patientId: this.patientId(),
      metric: this.metric(),
      window: this.window(),
      version: this.version(),
    }),
    loader: async ({ params: { patientId, metric, window } }): Promise<Loaded> => {
      const ask = (component: string) =>
        this.api.series({ patientId, metric, component, from: window.from, to: window.to, buckets: BUCKETS });
      const series = await Promise.all(this.components().map(ask));
      return { key: `${patientId} ${metric}`, data: chartData(series, window, this.clock.read()) };
    },
  });
  /** While the next period loads, the chart keeps what it has: a flicker reads as missing data. Never of another patient. */
  private readonly shown = linkedSignal<Loaded | undefined, Loaded | undefined>({
    source: () => (this.loading.hasValue() ? this.loading.value() : undefined),
    computation: (next, previous) => next ?? previous?.value,
  });
  protected readonly data = computed(() => {
    const shown = this.shown();
    return shown?.key === `${this.patientId()} ${this.metric()}` ? shown.data : null;
  });

  protected readonly kind = computed(() => {
    const data = this.data();
    if (data === null) return '';
    const n = data.count;
    return data.stepMs === 0
      ? this.t('chart.raw', { n })
      : this.t('chart.bucket', { span: this.words.duration(data.stepMs), n });
  });
  protected readonly label = computed(() => {
    const { from, to } = this.window();
    const write = (at: number) => dayClockText(at, this.zone(), this.i18n.lang());
    return this.t('chart.figure', { what: this.name(), from: write(from), to: write(to), kind: this.kind() });
  });

  protected readonly rows = computed(() => {
    const data = this.data();
    if (data === null || !this.asTable()) return [];
    const text = (v: number | null | undefined) =>
      v === null || v === undefined ? '–' : numberText(v, this.decimals());
    const both = (values: readonly (number | null | undefined)[]) => values.map(text).join('/');
    return data.t
      .map((at, i) => ({
        at: dayClockText(at, this.zone(), this.i18n.lang()),
        min: both(data.lines.map((l) => l.min[i])),
        max: both(data.lines.map((l) => l.max[i])),
        mean: both(data.lines.map((l) => l.mean[i])),
        empty: data.lines.every((l) => (l.mean[i] ?? null) === null),
      }))
      .filter((row) => !row.empty)
      .slice(-TABLE_ROWS)
      .reverse();
  });
  protected readonly cut = computed(() => (this.data()?.t.length ?? 0) > TABLE_ROWS);
  protected readonly tableRows = TABLE_ROWS;
}
