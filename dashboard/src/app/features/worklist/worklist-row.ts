import { Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Clock } from '../../core/clock.ts';
import { I18n } from '../../core/i18n/i18n.ts';
import { Words } from '../../core/words.ts';
import { isStale } from '../../domain/attention.ts';
import { linkOf } from '../../domain/link.ts';
import { mainComponent, metricOf, WORKLIST_METRICS } from '../../domain/metrics.ts';
import { paths } from '../../paths.ts';
import { Icon } from '../../ui/icon.ts';
import { LinkState } from '../../ui/link-state.ts';
import { Spark } from '../../ui/spark.ts';
import { VitalValue } from '../../ui/vital-value.ts';
import type { RowView } from './worklist-store.ts';

/** One patient of the worklist: a table row, and a card below 900 px. */
@Component({
  // The row is the host, so that the table stays a table for screen readers.
  selector: 'tr[app-worklist-row]',
  imports: [RouterLink, Icon, LinkState, Spark, VitalValue],
  templateUrl: './worklist-row.html',
  styleUrl: './worklist-row.scss',
  host: { '[class]': 'view().attention.group' },
})
export class WorklistRowCard {
  readonly view = input.required<RowView>();

  private readonly words = inject(Words);
  private readonly clock = inject(Clock);
  protected readonly t = inject(I18n).t;
  protected readonly paths = paths;

  protected readonly patient = computed(() => this.view().row.patient);
  protected readonly name = computed(() => this.words.name(this.patient()));
  protected readonly person = computed(() => this.words.sexAge(this.patient(), this.clock.now()));
  protected readonly link = computed(() => linkOf(this.view().row.devices, this.clock.now()));
  protected readonly reason = computed(() =>
    this.words.reason(this.view().row, this.view().attention, this.clock.now()),
  );

  protected readonly cells = computed(() => {
    const { row, attention } = this.view();
    return WORKLIST_METRICS.map((metric) => {
      const latest = row.latest.find((l) => l.metric === metric);
      return {
        metric,
        label: this.words.metricShort(metric),
        latest: latest ?? null,
        stale: latest !== undefined && isStale(latest, this.clock.now()),
        excursion: attention.excursions.find((e) => e.metric === metric) ?? null,
      };
    });
  });

  /** The metric that the reason names, else the first that was measured. */
  protected readonly spark = computed(() => {
    const { row, attention } = this.view();
    const named = attention.excursions[0]?.metric ?? attention.late[0]?.metric;
    const cell = this.cells().find((c) => c.latest !== null && (named === undefined || c.metric === named));
    const latest = row.latest.find((l) => l.metric === named) ?? cell?.latest;
    const definition = latest === undefined || latest === null ? undefined : metricOf(latest.metric);
    if (latest === undefined || latest === null || definition === undefined) return null;
    const reference =
      Object.entries(definition.reference).find(([id]) => id === mainComponent(definition))?.[1] ?? null;
    return {
      values: latest.spark,
      reference,
      name: this.words.metricShort(latest.metric),
      out: attention.excursions.some((e) => e.metric === latest.metric),
      muted: isStale(latest, this.clock.now()),
    };
  });
}
