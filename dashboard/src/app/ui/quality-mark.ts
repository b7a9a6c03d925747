import { Component, computed, inject, input } from '@angular/core';
import type { ApiReading } from '@gaya/protocols/api';
import { I18n } from '../core/i18n/i18n.ts';
import { qualityBars } from '../domain/trust.ts';

/** Three bars and the words of every mark on a value. */
@Component({
  selector: 'app-quality-mark',
  template: `
    <svg viewBox="0 0 14 10" aria-hidden="true">
      <rect x="0" y="6" width="3" height="4" />
      <rect x="5" y="3" width="3" height="7" [class.off]="bars() < 2" />
      <rect x="10" y="0" width="3" height="10" [class.off]="bars() < 3" />
    </svg>
    <span>{{ text() }}</span>
  `,
  styles: `
    :host {
      display: inline-flex;
      align-items: baseline;
      gap: 6px;
      color: var(--ink-2);
    }
    svg {
      flex: none;
      width: 14px;
      height: 10px;
      fill: var(--ink-2);
    }
    .off {
      fill: var(--line-2);
    }
  `,
})
export class QualityMark {
  readonly reading = input.required<ApiReading>();
  private readonly i18n = inject(I18n);
  protected readonly bars = computed(() => qualityBars(this.reading()));
  protected readonly text = computed(() => {
    const marks = this.reading().quality.map((mark) => this.i18n.code('quality', mark));
    return marks.length === 0 ? this.i18n.t('quality.none') : marks.join(', ');
  });
}
