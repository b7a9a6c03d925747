import { Component, computed, inject, input } from '@angular/core';
import { Clock } from '../core/clock.ts';
import { I18n } from '../core/i18n/i18n.ts';
import { ageOf } from '../domain/age.ts';
import { fullText } from '../domain/time-text.ts';

/** How old something is, with the exact time in its title. `short` for tables ("6분"), else as in a sentence ("6분 전"). */
@Component({
  selector: 'app-age',
  template: `<time [attr.datetime]="iso()" [title]="title()">{{ text() }}</time>`,
  styles: `
    :host {
      white-space: nowrap;
    }
  `,
})
export class AgeText {
  /** UTC ms. */
  readonly at = input.required<number>();
  readonly zone = input('Asia/Seoul');
  readonly short = input(false);

  private readonly i18n = inject(I18n);
  private readonly clock = inject(Clock);

  private readonly age = computed(() => ageOf(this.at(), this.clock.now()), {
    equal: (a, b) => a.unit === b.unit && a.n === b.n,
  });
  protected readonly text = computed(() => {
    const { unit, n } = this.age();
    return this.i18n.t(`age.${this.short() ? 'short' : 'ago'}.${unit}`, { n });
  });
  protected readonly iso = computed(() => new Date(this.at()).toISOString());
  protected readonly title = computed(() => fullText(this.at(), this.zone(), this.i18n.lang()));
}
