import { Component, computed, inject, input, output } from '@angular/core';
import { Clock } from '../../../core/clock.ts';
import { I18n } from '../../../core/i18n/i18n.ts';
import { dateText, dayClockText, dayText, sameDay } from '../../../domain/time-text.ts';
import { RANGES, windowOf, type RangeId, type TimeWindow } from '../../../domain/time-window.ts';
import { Icon } from '../../../ui/icon.ts';
import type { ChartMove } from '../../../ui/vital-chart.ts';

/** Which period the charts and tables show, and buttons for what the keys do in a chart. */
@Component({
  selector: 'app-range-bar',
  imports: [Icon],
  template: `
    <div class="seg" role="group" [attr.aria-label]="t('range.label')">
      @for (id of ranges; track id) {
        <button type="button" [attr.aria-pressed]="window().range === id" (click)="choose(id)">{{ t(key(id)) }}</button>
      }
    </div>
    <div class="moves">
      <button
        type="button"
        class="btn icon"
        [attr.aria-label]="t('range.earlier')"
        [title]="t('range.earlier')"
        (click)="moved.emit({ kind: 'shift', part: -0.5 })"
      >
        <app-icon name="back" />
      </button>
      <span class="text">{{ text() }}</span>
      <button
        type="button"
        class="btn icon"
        [attr.aria-label]="t('range.later')"
        [title]="t('range.later')"
        [disabled]="window().range !== null"
        (click)="moved.emit({ kind: 'shift', part: 0.5 })"
      >
        <app-icon name="forward" />
      </button>
      <button
        type="button"
        class="btn icon"
        [attr.aria-label]="t('range.zoomIn')"
        [title]="t('range.zoomIn')"
        (click)="moved.emit({ kind: 'zoom', factor: 0.5 })"
      >
        <app-icon name="plus" />
      </button>
      <button
        type="button"
        class="btn icon"
        [attr.aria-label]="t('range.zoomOut')"
        [title]="t('range.zoomOut')"
        (click)="moved.emit({ kind: 'zoom', factor: 2 })"
      >
        <app-icon name="minus" />
      </button>
    </div>
    <p class="legend">
      <span class="band"></span>{{ t('chart.band') }} <span class="hatched hatch"></span>{{ t('chart.gap') }}
    </p>
  `,
  styles: `
    :host {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 6px 12px;
      padding: 7px var(--s-16);
      border-bottom: 1px solid var(--line);
      font-size: var(--t-13);
    }
    .moves {
      display: flex;
      align-items: center;
      gap: 2px;
    }
    .text {
      min-width: 206px;
      text-align: center;
      font-weight: var(--w-mid);
      white-space: nowrap;
    }
    .legend {
      display: flex;
      align-items: center;
      gap: 6px;
      margin-left: auto;
      font-size: var(--t-12);
      color: var(--ink-3);
    }
    .band,
    .hatched {
      width: 18px;
      height: 10px;
      border: 1px solid var(--line-2);
    }
    .band {
      background: var(--band);
      border-color: var(--band-edge);
    }
    .hatched {
      margin-left: 8px;
    }
    @media (max-width: 900px) {
      .legend {
        margin-left: 0;
      }
    }
    @media (max-width: 480px) {
      .moves {
        width: 100%;
      }
      .text {
        flex: 1;
        min-width: 0;
        white-space: normal;
        line-height: var(--lh-tight);
      }
    }
  `,
})
export class RangeBar {
  readonly window = input.required<TimeWindow>();
  readonly zone = input.required<string>();
  readonly moved = output<ChartMove>();
  readonly chosen = output<TimeWindow>();

  private readonly i18n = inject(I18n);
  private readonly clock = inject(Clock);
  protected readonly t = this.i18n.t;
  protected readonly ranges = RANGES;

  protected readonly text = computed(() => {
    const { from, to } = this.window();
    const [zone, lang] = [this.zone(), this.i18n.lang()];
    const days = (to - from) / 86_400_000;
    const write = (at: number) => {
      if (days > 200) return dateText(at, zone, lang);
      return days > 3 ? dayText(at, zone, lang) : dayClockText(at, zone, lang);
    };
    const end = sameDay(from, to, zone) ? dayClockText(to, zone, lang).split(' ').at(-1) : write(to);
    return `${write(from)} – ${end ?? ''}`;
  });

  protected key(id: RangeId): `range.${RangeId}` {
    return `range.${id}`;
  }

  protected choose(id: RangeId): void {
    this.chosen.emit(windowOf({ range: id }, this.clock.read()));
  }
}
