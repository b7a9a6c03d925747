import type { ElementRef } from '@angular/core';
import {
  afterNextRender,
  Component,
  computed,
  DestroyRef,
  effect,
  inject,
  input,
  output,
  signal,
  viewChild,
} from '@angular/core';
import uPlot from 'uplot';
import type { ChartData } from '../domain/chart-data.ts';
import { numberText } from '../domain/metrics.ts';
import { clockText, dayClockText, dayText, monthText, type TimeLang } from '../domain/time-text.ts';
import { hatchGaps, paintAcrossLimits, shadeReference, type ReferenceBand } from './chart-drawing.ts';

export interface ChartWindow {
  readonly from: number;
  readonly to: number;
}
/** What a person asked the chart to do: move by a part of its length, or make it shorter or longer. */
export type ChartMove =
  { readonly kind: 'shift'; readonly part: number } | { readonly kind: 'zoom'; readonly factor: number };

const HEIGHT = 150;
const DAY_S = 86_400;
const SUMMER_TIME_S = 2 * 3600;
const MOVES: Readonly<Record<string, ChartMove>> = {
  ArrowLeft: { kind: 'shift', part: -0.25 },
  ArrowRight: { kind: 'shift', part: 0.25 },
  PageUp: { kind: 'shift', part: -1 },
  PageDown: { kind: 'shift', part: 1 },
  '+': { kind: 'zoom', factor: 0.5 },
  '=': { kind: 'zoom', factor: 0.5 },
  '-': { kind: 'zoom', factor: 2 },
};

/**
 * Trend of one metric: reference range as a band, hatched gaps, lowest to highest where several values share a bucket. Time
 * axis in the patient's zone, 24-hour clock.
 */
@Component({
  selector: 'app-vital-chart',
  template: `
    <div #host class="plot" tabindex="0" role="figure" [attr.aria-label]="label()" (keydown)="onKey($event)"></div>
    <p class="readout" aria-hidden="true">{{ readout() }}</p>
  `,
  styles: `
    :host {
      display: block;
      position: relative;
    }
    .plot {
      min-height: 150px;
      overflow: hidden;
    }
    .readout {
      position: absolute;
      top: 0;
      right: 8px;
      padding: 0 4px;
      background: var(--sheet);
      font-size: var(--t-12);
      color: var(--ink-2);
      pointer-events: none;
    }
    .readout:empty {
      display: none;
    }
  `,
})
export class VitalChart {
  readonly data = input.required<ChartData>();
  readonly window = input.required<ChartWindow>();
  readonly bands = input<readonly ReferenceBand[]>([]);
  readonly label = input.required<string>();
  readonly unit = input('');
  readonly decimals = input(0);
  readonly zone = input('Asia/Seoul');
  readonly lang = input<TimeLang>('ko');
  /** Only its change matters: the canvas is drawn again in the other theme's colours. */
  readonly theme = input('');
  readonly move = output<ChartMove>();

  private readonly host = viewChild.required<ElementRef<HTMLElement>>('host');
  private readonly hovered = signal<number | null>(null);
  private plot: uPlot | null = null;
  private readonly ready = signal(false);

  protected readonly readout = computed(() => {
    const index = this.hovered();
    const { t, lines } = this.data();
    const at = index === null ? undefined : t[index];
    if (index === null || at === undefined) return '';
    const values = lines.map((line) => line.mean[index] ?? null);
    if (values.every((v) => v === null)) return '';
    const text = values.map((v) => (v === null ? '–' : numberText(v, this.decimals()))).join('/');
    return `${dayClockText(at, this.zone(), this.lang())}  ${text}\u00a0${this.unit()}`;
  });

  constructor() {
    const destroyRef = inject(DestroyRef);
    afterNextRender(() => {
      // Canvas text is not painted again when a part of the font arrives later.
      void document.fonts.load('12px "Pretendard Variable"', '0123456789. 월일').finally(() => {
        if (!destroyRef.destroyed) this.ready.set(true);
      });
      const resize = new ResizeObserver(() => this.plot?.setSize({ width: this.width(), height: HEIGHT }));
      resize.observe(this.host().nativeElement);
      destroyRef.onDestroy(() => resize.disconnect());
    });
    effect(() => {
      if (!this.ready()) return;
      this.theme();
      this.plot?.destroy();
      this.plot = new uPlot(this.options(), this.aligned(), this.host().nativeElement);
    });
    destroyRef.onDestroy(() => this.plot?.destroy());
  }

  protected onKey(event: KeyboardEvent): void {
    const move = MOVES[event.key];
    if (move === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.move.emit(move);
  }

  private width(): number {
    return this.host().nativeElement.clientWidth || 600;
  }

  /** uPlot's form: seconds, and per line its highest, lowest and mean. */
  private aligned(): uPlot.AlignedData {
    const { t, lines } = this.data();
    const values = lines.flatMap((line) => [line.max, line.min, line.mean]);
    return [t.map((ms) => ms / 1000), ...values.map((v) => [...v])];
  }

  private options(): uPlot.Options {
    const style = getComputedStyle(this.host().nativeElement);
    const colour = (token: string) => style.getPropertyValue(token).trim() || '#888';
    const { lines, stepMs, t, gaps } = this.data();
    const bands = this.bands();
    const paints = [colour('--data'), colour('--data-2')];
    const outside = colour('--med-ink');
    const paintOf = (i: number, alpha = 1) => {
      const band = bands.find((b) => b.component === lines[i]?.component);
      const inside = paints[Math.min(i, paints.length - 1)] ?? '#888';
      return (u: uPlot) => paintAcrossLimits(u, band, withAlpha(inside, alpha), withAlpha(outside, alpha));
    };
    // Points only where they stand apart: crowded ones hide the line.
    const showPoints = (u: uPlot) => {
      const [first, last] = [t[0] ?? 0, t.at(-1) ?? 0];
      const width = u.valToPos(last / 1000, 'x') - u.valToPos(first / 1000, 'x');
      return stepMs === 0 && (t.length <= 3 || width / t.length > 7);
    };
    const axis: uPlot.Axis = {
      stroke: colour('--ink-3'),
      font: '12px "Pretendard Variable"',
      grid: { stroke: colour('--grid'), width: 1 },
      ticks: { stroke: colour('--grid'), width: 1, size: 4 },
    };
    return {
      width: this.width(),
      height: HEIGHT,
      padding: [10, 22, 0, 0],
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), this.zone()),
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
      scales: {
        x: { time: true, range: [this.window().from / 1000, this.window().to / 1000] },
        y: { range: (_u, low, high) => scaleOf(low, high, bands) },
      },
      axes: [
        { ...axis, size: 26, space: 76, values: (_u, at, _axis, _space, step) => this.timeLabels(at, step) },
        {
          ...axis,
          size: 44,
          space: 28,
          values: (_u, at) => at.map((v) => numberText(v, Math.min(this.decimals(), v % 1 === 0 ? 0 : 1))),
        },
      ],
      series: [
        {},
        ...lines.flatMap((_line, i): uPlot.Series[] => [
          { stroke: 'transparent', points: { show: false } },
          { stroke: 'transparent', points: { show: false } },
          {
            stroke: paintOf(i),
            width: 1.5,
            spanGaps: false,
            points: { show: showPoints, size: 5, fill: paintOf(i), stroke: paintOf(i) },
          },
        ]),
      ],
      bands: stepMs === 0 ? [] : lines.map((_line, i) => ({ series: [3 * i + 1, 3 * i + 2], fill: paintOf(i, 0.3) })),
      hooks: {
        drawClear: [
          (u) => shadeReference(u, bands, colour('--band'), colour('--band-edge')),
          (u) => hatchGaps(u, gaps, colour('--hatch')),
        ],
        setCursor: [
          (u) => this.hovered.set(u.cursor.left === undefined || u.cursor.left < 0 ? null : (u.cursor.idx ?? null)),
        ],
      },
    };
  }

  private timeLabels(seconds: readonly number[], step: number): string[] {
    const [zone, lang] = [this.zone(), this.lang()];
    // uPlot steps by the viewer's days: where those change their clock, a tick of another zone is an hour off.
    const day = (s: number) => (s + SUMMER_TIME_S) * 1000;
    if (step >= 28 * DAY_S) return seconds.map((s) => monthText(day(s), zone, lang));
    if (step >= DAY_S) return seconds.map((s) => dayText(day(s), zone, lang));
    return seconds.map((s) => {
      const clock = clockText(s * 1000, zone);
      return clock === '00:00' ? dayText(s * 1000, zone, lang) : clock;
    });
  }
}

/** Data and reference range both in view, with a little air. */
function scaleOf(low: number | null, high: number | null, bands: readonly ReferenceBand[]): [number, number] {
  const limits = bands.flatMap((b) => [b.low, b.high]);
  const all = [...limits, ...[low, high].filter((v): v is number => typeof v === 'number')];
  if (all.length === 0) return [0, 1];
  const [bottom, top] = [Math.min(...all), Math.max(...all)];
  const air = Math.max(0.08 * (top - bottom), 0.2);
  return [bottom - air, top + air];
}

/** rgb(r, g, b) as the browser resolves a registered colour, made transparent. */
function withAlpha(colour: string, alpha: number): string {
  const rgb = /^rgb\((.*)\)$/.exec(colour);
  return rgb === null ? colour : `rgb(${rgb[1] ?? ''} / ${alpha})`.replaceAll(',', ' ');
}
