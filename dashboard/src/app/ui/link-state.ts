import { Component, computed, inject, input } from '@angular/core';
import { I18n } from '../core/i18n/i18n.ts';
import type { LinkSummary } from '../domain/link.ts';

/** Device – gateway – hub: faint while it holds, the broken joint crossed and named when not. */
@Component({
  selector: 'app-link-state',
  template: `
    @if (link().word !== 'none') {
      <svg viewBox="0 0 46 10" aria-hidden="true" [class.bad]="link().broken !== null">
        <path d="M9 5h9M27 5h9" [class.dashed]="link().broken === 'device'" />
        @if (link().broken === 'device') {
          <path class="cross" d="M2 2l6 6m0-6-6 6" />
        } @else {
          <rect x="1.5" y="1.5" width="7" height="7" rx="1.2" />
        }
        @if (link().broken === 'gateway') {
          <path class="cross" d="M20 2l6 6m0-6-6 6" />
        } @else {
          <rect x="19.5" y="1.5" width="7" height="7" rx="1.2" />
        }
        <rect x="37.5" y="1.5" width="7" height="7" rx="1.2" />
      </svg>
    }
    <span [class.bad]="link().broken !== null">{{ text() }}</span>
  `,
  styles: `
    :host {
      display: grid;
      gap: 3px;
      font-size: var(--t-12);
      line-height: 1.3;
      white-space: nowrap;
    }
    svg {
      width: 46px;
      height: 10px;
      fill: none;
      stroke: var(--line-2);
      stroke-width: 1.2;
    }
    svg.bad {
      stroke: var(--ink-3);
    }
    .cross {
      stroke: var(--ink);
      stroke-width: 2;
      stroke-linecap: round;
    }
    .dashed {
      stroke-dasharray: 1 2;
    }
    span {
      color: var(--ink-3);
    }
    span.bad {
      color: var(--ink);
      font-weight: var(--w-bold);
    }
  `,
})
export class LinkState {
  readonly link = input.required<LinkSummary>();
  private readonly i18n = inject(I18n);
  protected readonly text = computed(() => {
    const { word, device } = this.link();
    return word === 'battery-low'
      ? this.i18n.t('link.battery-low', { n: device?.batteryPercent ?? 0 })
      : this.i18n.t(`link.${word}`);
  });
}
