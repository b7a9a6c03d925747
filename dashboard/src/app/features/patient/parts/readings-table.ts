import { Component, computed, inject, input, output } from '@angular/core';
import type { ApiReading, Device } from '@gaya/protocols/api';
import type { ProblemCode } from '../../../api/problem.ts';
import { I18n } from '../../../core/i18n/i18n.ts';
import { Words } from '../../../core/words.ts';
import { excursionsOf, isJudged } from '../../../domain/reference.ts';
import { clockSecondsText, dayText, fullText } from '../../../domain/time-text.ts';
import { Icon } from '../../../ui/icon.ts';
import { QualityMark } from '../../../ui/quality-mark.ts';

/** Every reading of the period with both its times, how its time came about, its quality and its source. */
@Component({
  selector: 'app-readings-table',
  imports: [Icon, QualityMark],
  templateUrl: './readings-table.html',
  styleUrl: './readings-table.scss',
})
export class ReadingsTable {
  /** Newest first; null until loaded. */
  readonly readings = input.required<readonly ApiReading[] | null>();
  readonly problem = input.required<ProblemCode | null>();
  readonly hasMore = input.required<boolean>();
  readonly devices = input.required<readonly Device[]>();
  readonly zone = input.required<string>();
  /** Reading whose explanation is open. */
  readonly selected = input.required<string | null>();
  readonly explain = output<ApiReading>();
  /** A person has a reading to type in. */
  readonly enter = output();
  readonly more = output();
  readonly retry = output();

  private readonly i18n = inject(I18n);
  private readonly words = inject(Words);
  protected readonly t = this.i18n.t;
  protected readonly code = this.i18n.code;

  protected readonly rows = computed(() =>
    (this.readings() ?? []).map((reading) => {
      const { effectiveAt, receivedAt, verdict } = reading.time;
      const excursion = isJudged(reading) ? excursionsOf(reading)[0] : undefined;
      const name = this.words.metric(reading.metric);
      const value = this.words.value(reading);
      return {
        reading,
        name,
        value,
        day: effectiveAt === null ? '' : dayText(effectiveAt, this.zone(), this.i18n.lang()),
        measured: effectiveAt === null ? this.t('readings.timeUnknown') : clockSecondsText(effectiveAt, this.zone()),
        received: this.received(effectiveAt, receivedAt),
        receivedTitle: fullText(receivedAt, this.zone(), this.i18n.lang()),
        verdict: this.i18n.code('verdict', verdict),
        source:
          this.devices().find((d) => d.deviceId === reading.device)?.label ?? this.i18n.code('source', reading.source),
        byHand: reading.source === 'manual',
        direction: excursion?.direction ?? null,
        aside: reading.status === 'set-aside',
        explainLabel: this.t('readings.explainOf', { what: name, value }),
      };
    }),
  );

  private received(effectiveAt: number | null, receivedAt: number): string {
    if (effectiveAt === null) return fullText(receivedAt, this.zone(), this.i18n.lang());
    return this.words.later(receivedAt - effectiveAt);
  }
}
