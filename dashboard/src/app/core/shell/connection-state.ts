import { Component, computed, inject } from '@angular/core';
import { Icon } from '../../ui/icon.ts';
import { Clock, NOW } from '../clock.ts';
import { I18n } from '../i18n/i18n.ts';
import { Live } from '../live/live.ts';
import { durationOf } from '../../domain/time-text.ts';

/** Live, with the age of the last sign of life; or that it is cut. */
@Component({
  selector: 'app-connection-state',
  imports: [Icon],
  template: `
    <span class="st" [class.bad]="state() === 'lost'" role="status" [attr.data-state]="state()">
      <app-icon [name]="state() === 'lost' ? 'unlink' : 'link'" />
      @switch (state()) {
        @case ('live') {
          {{ t('live.on') }}
        }
        @case ('lost') {
          {{ t('live.lost') }}
        }
        @default {
          {{ t('live.connecting') }}
        }
      }
    </span>
    @if (age(); as text) {
      <small aria-hidden="true">{{ text }}</small>
    }
  `,
  styles: `
    :host {
      display: inline-flex;
      align-items: center;
      gap: 2px;
    }
    small {
      min-width: 44px;
      font-size: var(--t-12);
      color: var(--ink-3);
    }
    .bad {
      background: var(--inverse);
      color: var(--on-inverse);
    }
    @media (max-width: 480px) {
      small {
        display: none;
      }
    }
  `,
})
export class ConnectionState {
  private readonly i18n = inject(I18n);
  private readonly live = inject(Live);
  private readonly clock = inject(Clock);
  private readonly browserNow = inject(NOW);
  protected readonly t = this.i18n.t;
  protected readonly state = computed(() => this.live.connection().state);

  protected readonly age = computed(() => {
    const connection = this.live.connection();
    this.clock.seconds(); // counts on
    if (connection.state === 'connecting' || connection.heardAt === null) return '';
    const { unit, n } = durationOf(Math.max(0, this.browserNow() - connection.heardAt));
    return this.i18n.t(`ago.${unit}`, { n });
  });
}
