import { Component, computed, inject } from '@angular/core';
import { I18n } from '../i18n/i18n.ts';
import { Ward } from '../ward.ts';

/** History that is still being taken in: charts grow behind the live values. */
@Component({
  selector: 'app-backfill',
  template: `
    @if (state(); as s) {
      <div class="bar">
        <label for="backfill">{{ t('worklist.backfill') }}</label>
        <progress id="backfill" [value]="s.done" [max]="s.total"></progress>
        <span>{{ s.percent }} %</span>
        <small>{{ t('worklist.backfillOf', { done: s.doneText, total: s.totalText }) }}</small>
      </div>
    }
  `,
  styles: `
    .bar {
      display: flex;
      align-items: center;
      gap: var(--s-8);
      padding: 6px var(--s-16);
      background: var(--sheet);
      border-bottom: 1px solid var(--line);
      font-size: var(--t-13);
    }
    progress {
      flex: 0 1 240px;
      min-width: 60px;
    }
    small {
      color: var(--ink-3);
      font-size: var(--t-12);
    }
    span {
      min-width: 40px;
    }
    label {
      white-space: nowrap;
    }
    @media (max-width: 600px) {
      small {
        display: none;
      }
    }
  `,
})
export class Backfill {
  private readonly i18n = inject(I18n);
  private readonly ward = inject(Ward);
  protected readonly t = this.i18n.t;

  protected readonly state = computed(() => {
    const b = this.ward.backfill();
    if (b === null || b.total === 0) return null;
    const number = new Intl.NumberFormat(this.i18n.locale());
    return {
      ...b,
      percent: Math.floor((100 * b.done) / b.total),
      doneText: number.format(b.done),
      totalText: number.format(b.total),
    };
  });
}
