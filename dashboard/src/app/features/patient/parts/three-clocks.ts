import { Component, computed, inject, input } from '@angular/core';
import type { Explanation } from '@gaya/protocols/api';
import { I18n } from '../../../core/i18n/i18n.ts';
import { Words } from '../../../core/words.ts';
import { clockSecondsText, fullText } from '../../../domain/time-text.ts';

/** Smaller offsets are within what a device clock can show. */
const EXACT_MS = 1500;

/** What device, gateway and hub each said about the time, and which time was used. */
@Component({
  selector: 'app-three-clocks',
  template: `
    <svg viewBox="0 0 380 22" preserveAspectRatio="none" aria-hidden="true">
      <path class="axis" d="M4 11H376" />
      <path class="offset" [class.none]="!hasOffset()" d="M60 11H190" />
      <path class="tick" d="M60 3v16M190 3v16M320 3v16" />
    </svg>
    <ol>
      @for (clock of clocks(); track clock.name) {
        <li>
          <span>{{ clock.name }}</span>
          <b [title]="clock.title">{{ clock.time }}</b>
          <i>{{ clock.note }}</i>
        </li>
      }
    </ol>
    <p>
      {{ t('explain.clock.used') }} <b>{{ used() }}</b>
    </p>
  `,
  styles: `
    svg {
      display: block;
      width: 100%;
      height: 22px;
      fill: none;
      stroke: var(--ink);
      stroke-width: 1.2;
    }
    .axis {
      stroke: var(--line-2);
    }
    .offset {
      stroke-width: 2;
      stroke-dasharray: 2 3;
    }
    .offset.none {
      display: none;
    }
    path {
      vector-effect: non-scaling-stroke;
    }
    ol {
      display: grid;
      grid-template-columns: repeat(3, 1fr);
      text-align: center;
    }
    li {
      display: grid;
    }
    span,
    i {
      font-size: var(--t-12);
      color: var(--ink-3);
    }
    li b {
      font-size: var(--t-16);
      letter-spacing: -0.01em;
    }
    i {
      color: var(--ink-2);
    }
    p {
      margin-top: 6px;
      font-size: var(--t-13);
      color: var(--ink-2);
    }
    p b {
      color: var(--ink);
    }
  `,
})
export class ThreeClocks {
  readonly explanation = input.required<Explanation>();
  readonly zone = input.required<string>();

  private readonly i18n = inject(I18n);
  private readonly words = inject(Words);
  protected readonly t = this.i18n.t;
  private readonly time = computed(() => this.explanation().reading.time);

  protected readonly hasOffset = computed(
    () => this.time().deviceTime !== null && Math.abs(this.time().clockOffsetMs ?? 0) >= EXACT_MS,
  );

  protected readonly clocks = computed(() => {
    const { deviceTime, gatewayAt, receivedAt } = this.time();
    const none = this.t('explain.clock.none');
    const at = (ms: number) => clockSecondsText(ms, this.zone());
    const title = (ms: number) => fullText(ms, this.zone(), this.i18n.lang());
    return [
      {
        name: this.t('explain.clock.device'),
        // The device's own local time, as it wrote it.
        time: deviceTime === null ? none : (deviceTime.split('T')[1] ?? deviceTime),
        title: deviceTime?.replace('T', ' ') ?? '',
        note: deviceTime === null ? '' : this.deviceNote(),
      },
      {
        name: this.t('explain.clock.gateway'),
        time: gatewayAt === null ? none : at(gatewayAt),
        title: gatewayAt === null ? '' : title(gatewayAt),
        note: gatewayAt === null ? this.t('explain.clock.unsynced') : this.t('explain.clock.base'),
      },
      {
        name: this.t('explain.clock.server'),
        time: at(receivedAt),
        title: title(receivedAt),
        note: gatewayAt === null ? '' : this.words.later(receivedAt - gatewayAt),
      },
    ];
  });

  protected readonly used = computed(() => {
    const { effectiveAt, uncertaintyMs } = this.time();
    if (effectiveAt === null) return this.t('readings.timeUnknown');
    const exact = uncertaintyMs === null || uncertaintyMs === 0;
    const span = exact ? '' : ` ${this.t('explain.clock.uncertainty', { span: this.words.span(uncertaintyMs) })}`;
    return fullText(effectiveAt, this.zone(), this.i18n.lang()) + span;
  });

  private deviceNote(): string {
    const { clockOffsetMs } = this.time();
    if (clockOffsetMs === null) return this.t('explain.clock.unread');
    if (Math.abs(clockOffsetMs) < EXACT_MS) return this.t('explain.clock.exact');
    const span = this.words.duration(clockOffsetMs);
    return this.t(clockOffsetMs < 0 ? 'explain.clock.slow' : 'explain.clock.fast', { span });
  }
}
