import { Component, computed, input } from '@angular/core';

/** Line icons on a 16 × 16 grid, drawn in the colour of the text. */
const ICONS = {
  link: 'M6.5 9.5l3-3M7 4.8l1.2-1.2a2.9 2.9 0 0 1 4.1 4.1L11 9M9 11.2l-1.2 1.2a2.9 2.9 0 0 1-4.1-4.1L5 7',
  unlink: 'M7 4.8l1.2-1.2a2.9 2.9 0 0 1 4.1 4.1L11 9M9 11.2l-1.2 1.2a2.9 2.9 0 0 1-4.1-4.1L5 7M3 3l10 10',
  moon: 'M13 9.6A5.4 5.4 0 0 1 6.4 3a5.4 5.4 0 1 0 6.6 6.6z',
  sun: 'M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6zM8 1.6v1.6M8 12.8v1.6M1.6 8h1.6M12.8 8h1.6M3.5 3.5l1.1 1.1M11.4 11.4l1.1 1.1M3.5 12.5l1.1-1.1M11.4 4.6l1.1-1.1',
  clock: 'M8 2.4a5.6 5.6 0 1 1 0 11.2A5.6 5.6 0 0 1 8 2.4zM8 4.8V8l2.2 1.5',
  back: 'm9.8 4-4 4 4 4',
  forward: 'm6.2 4 4 4-4 4',
  close: 'm4 4 8 8m0-8-8 8',
  check: 'm3.2 8.4 3.2 3.2 6.4-7',
  up: 'M8 12.5v-9M4.5 7 8 3.5 11.5 7',
  down: 'M8 3.5v9M4.5 9 8 12.5 11.5 9',
  question: 'M5.6 6.2a2.4 2.4 0 1 1 3.4 2.2c-.7.4-1 .8-1 1.6M8 12.4v.1',
  table: 'M2.5 3.5h11v9h-11zM2.5 6.5h11M2.5 9.5h11M6.5 3.5v9',
  plus: 'M8 3.5v9M3.5 8h9',
  minus: 'M3.5 8h9',
  tray: 'M2.5 9.5 4.2 3.5h7.6l1.7 6v3h-11zM2.5 9.5h3.4l.8 1.4h2.6l.8-1.4h3.4',
} as const;

export type IconName = keyof typeof ICONS;

@Component({
  selector: 'app-icon',
  template: `<svg viewBox="0 0 16 16" aria-hidden="true" focusable="false"><path [attr.d]="path()" /></svg>`,
  styles: `
    :host {
      display: inline-flex;
      flex: none;
      width: 16px;
      height: 16px;
    }
    svg {
      width: 100%;
      height: 100%;
      fill: none;
      stroke: currentColor;
      stroke-width: 1.4;
      stroke-linecap: round;
      stroke-linejoin: round;
    }
  `,
})
export class Icon {
  readonly name = input.required<IconName>();
  protected readonly path = computed(() => ICONS[this.name()]);
}
