import { Component, computed, inject, input } from '@angular/core';
import type { ApiReading } from '@gaya/protocols/api';
import { I18n } from '../core/i18n/i18n.ts';
import { metricOf, readingText, unitText } from '../domain/metrics.ts';
import type { Excursion } from '../domain/reference.ts';
import { AgeText } from './age.ts';
import { Icon } from './icon.ts';

/** A value with its unit and its age: never one without the others. Old values are thin, and their age is the news. */
@Component({
  selector: 'app-vital-value',
  imports: [AgeText, Icon],
  template: `
    <span class="value">
      @if (stale()) {
        <app-icon name="clock" />
      } @else if (excursion(); as e) {
        <app-icon [name]="e.direction === 'above' ? 'up' : 'down'" />
      }
      <b>{{ text() }}</b>
    </span>
    <span class="unit">
      {{ unit() }}
      @if (at(); as time) {
        <app-age [at]="time" [zone]="zone()" [short]="true" />
      }
    </span>
  `,
  styleUrl: './vital-value.scss',
  host: { '[class.stale]': 'stale()', '[class.out]': '!stale() && excursion() !== null' },
})
export class VitalValue {
  readonly reading = input.required<ApiReading>();
  readonly zone = input('Asia/Seoul');
  readonly stale = input(false);
  readonly excursion = input<Excursion | null>(null);

  private readonly i18n = inject(I18n);
  protected readonly at = computed(() => this.reading().time.effectiveAt);
  protected readonly text = computed(() => readingText(this.reading()) ?? '–');
  protected readonly unit = computed(() => {
    const definition = metricOf(this.reading().metric);
    return definition === undefined ? '' : unitText(definition.unit, this.i18n.lang());
  });
}
