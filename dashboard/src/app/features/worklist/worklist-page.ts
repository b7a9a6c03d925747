import type { ElementRef } from '@angular/core';
import { Component, computed, inject, viewChild } from '@angular/core';
import { RouterLink } from '@angular/router';
import { I18n } from '../../core/i18n/i18n.ts';
import { Ward } from '../../core/ward.ts';
import { Words } from '../../core/words.ts';
import { unitText, metricOf, WORKLIST_METRICS } from '../../domain/metrics.ts';
import { paths } from '../../paths.ts';
import { Icon } from '../../ui/icon.ts';
import { WorklistRowCard } from './worklist-row.ts';
import { WorklistStore } from './worklist-store.ts';

@Component({
  selector: 'app-worklist-page',
  imports: [RouterLink, Icon, WorklistRowCard],
  providers: [WorklistStore],
  templateUrl: './worklist-page.html',
  styleUrl: './worklist-page.scss',
  host: { '(document:keydown)': 'onKey($event)' },
})
export default class WorklistPage {
  private readonly i18n = inject(I18n);
  private readonly words = inject(Words);
  protected readonly ward = inject(Ward);
  protected readonly store = inject(WorklistStore);
  protected readonly t = this.i18n.t;
  protected readonly code = this.i18n.code;
  protected readonly paths = paths;
  private readonly searchBox = viewChild<ElementRef<HTMLInputElement>>('search');

  protected readonly columns = computed(() =>
    WORKLIST_METRICS.map((id) => ({
      id,
      name: this.words.metricShort(id),
      unit: unitText(metricOf(id)?.unit ?? '', this.i18n.lang()),
    })),
  );
  protected readonly columnCount = 6 + WORKLIST_METRICS.length;

  protected onSearch(event: Event): void {
    this.store.search.set((event.target as HTMLInputElement).value);
  }

  /** R and / as on the keys printed beside the controls; never while someone types. */
  protected onKey(event: Event): void {
    if (!(event instanceof KeyboardEvent) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof HTMLElement && event.target.closest('input, textarea, select, dialog')) return;
    if (event.key === '/') {
      event.preventDefault();
      this.searchBox()?.nativeElement.focus();
    } else if (event.key.toLowerCase() === 'r') this.store.applyOrder();
  }

  protected leaveList(event: FocusEvent, list: HTMLElement): void {
    if (!(event.relatedTarget instanceof Node && list.contains(event.relatedTarget))) this.store.busy.set(false);
  }
}
