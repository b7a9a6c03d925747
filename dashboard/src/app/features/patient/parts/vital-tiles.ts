import { Component, computed, inject, input, output } from '@angular/core';
import type { ApiReading, Device, LatestValue } from '@gaya/protocols/api';
import { Clock } from '../../../core/clock.ts';
import { I18n } from '../../../core/i18n/i18n.ts';
import { Words } from '../../../core/words.ts';
import { isStale, type Attention } from '../../../domain/attention.ts';
import { metricOf, numberText, readingText } from '../../../domain/metrics.ts';
import { AgeText } from '../../../ui/age.ts';
import { Icon } from '../../../ui/icon.ts';

/** The newest value of each metric, with age, source and reference range; each opens its explanation. */
@Component({
  selector: 'app-vital-tiles',
  imports: [AgeText, Icon],
  templateUrl: './vital-tiles.html',
  styleUrl: './vital-tiles.scss',
})
export class VitalTiles {
  readonly latest = input.required<readonly LatestValue[]>();
  readonly attention = input.required<Attention>();
  readonly devices = input.required<readonly Device[]>();
  readonly zone = input.required<string>();
  readonly explain = output<ApiReading>();

  private readonly i18n = inject(I18n);
  private readonly words = inject(Words);
  private readonly clock = inject(Clock);
  protected readonly t = this.i18n.t;

  protected readonly sentences = computed(() => this.attention().excursions.map((e) => this.words.excursion(e)));

  protected readonly tiles = computed(() =>
    this.latest().map((value) => {
      const { reading } = value;
      const excursion = this.attention().excursions.find((e) => e.metric === value.metric);
      return {
        reading,
        name: this.words.metric(value.metric),
        text: readingText(reading) ?? '–',
        unit: this.words.unit(value.metric),
        at: reading.time.effectiveAt ?? reading.time.receivedAt,
        from:
          this.devices().find((d) => d.deviceId === reading.device)?.label ?? this.i18n.code('source', reading.source),
        reference: this.reference(value.metric),
        stale: isStale(value, this.clock.now()),
        direction: excursion?.direction ?? null,
      };
    }),
  );

  private reference(metric: string): string {
    const definition = metricOf(metric);
    const ranges = Object.values(definition?.reference ?? {});
    const decimals = definition?.decimals ?? 0;
    // Word joiner: a range is never broken after its dash.
    const texts = ranges.map(([low, high]) => `${numberText(low, decimals)}–\u2060${numberText(high, decimals)}`);
    return texts.length === 0
      ? this.t('patient.noReference')
      : this.t('patient.reference', { range: texts.join(' / ') });
  }
}
