import { Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { Patient } from '@gaya/protocols/api';
import { Clock } from '../../../core/clock.ts';
import { I18n } from '../../../core/i18n/i18n.ts';
import { Live } from '../../../core/live/live.ts';
import { Words } from '../../../core/words.ts';
import { yearsOld } from '../../../domain/age.ts';
import { paths } from '../../../paths.ts';
import { Icon } from '../../../ui/icon.ts';

/** Whose record this is, in sight however far one scrolls: name, sex, age, birth date and number. */
@Component({
  selector: 'app-patient-identity',
  imports: [RouterLink, Icon],
  template: `
    <a class="btn icon" [routerLink]="paths.worklist" [attr.aria-label]="t('nav.back')" [title]="t('nav.back')"
      ><app-icon name="back"
    /></a>
    <h1 tabindex="-1">{{ name() }}</h1>
    @if (patient().fictional) {
      <span class="fictional" [title]="t('person.fictionalTitle')">{{ t('person.fictional') }}</span>
    }
    <p>
      <b>{{ person() }}</b><span>{{ patient().birthDate }}</span
      ><span>{{ patient().identifier }}</span>
      @if (otherZone()) {
        <span>{{ t('person.zone', { zone: patient().zone }) }}</span>
      }
    </p>
    @if (lost()) {
      <span class="lost"><app-icon name="unlink" />{{ t('live.lost') }}</span>
    }
  `,
  styles: `
    :host {
      position: sticky;
      top: 0;
      z-index: 5;
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 2px 10px;
      min-height: 50px;
      padding: 6px var(--s-16) 6px var(--s-8);
      background: var(--sheet);
      border-bottom: 1px solid var(--line-2);
    }
    h1 {
      font-size: var(--t-22);
    }
    p {
      color: var(--ink-2);
      font-size: var(--t-13);
    }
    b {
      color: var(--ink);
      font-weight: var(--w-mid);
    }
    p > * {
      white-space: nowrap;
    }
    p > * + *::before {
      content: '·';
      margin: 0 6px;
      color: var(--ink-3);
    }
    .lost {
      display: inline-flex;
      align-items: center;
      gap: 5px;
      height: 28px;
      padding: 0 8px;
      margin-left: auto;
      border-radius: var(--r-6);
      background: var(--inverse);
      color: var(--on-inverse);
      font-size: var(--t-13);
    }
  `,
})
export class PatientIdentity {
  readonly patient = input.required<Patient>();
  private readonly i18n = inject(I18n);
  private readonly words = inject(Words);
  private readonly clock = inject(Clock);
  protected readonly t = this.i18n.t;
  protected readonly paths = paths;
  private readonly live = inject(Live);
  /** The black bar scrolls away, this one stays. */
  protected readonly lost = computed(() => this.live.connection().state === 'lost');
  protected readonly name = computed(() => this.words.name(this.patient()));
  protected readonly person = computed(() => {
    const p = this.patient();
    return `${this.i18n.code('sexLong', p.sex)} ${this.t('person.years', { n: yearsOld(p.birthDate, this.clock.now(), p.zone) })}`;
  });
  protected readonly otherZone = computed(
    () => this.patient().zone !== Intl.DateTimeFormat().resolvedOptions().timeZone,
  );
}
