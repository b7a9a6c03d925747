import { Component, computed, inject } from '@angular/core';
import { durationOf, clockSecondsText } from '../../domain/time-text.ts';
import { Icon } from '../../ui/icon.ts';
import { Clock, NOW } from '../clock.ts';
import { I18n } from '../i18n/i18n.ts';
import { Live } from '../live/live.ts';

/** Says for how long the values on the screen have not been live, and what is being done about it. */
@Component({
  selector: 'app-lost-bar',
  imports: [Icon],
  template: `
    <div role="alert">
      @if (lost(); as l) {
        <div class="bar">
          <p>
            <app-icon name="unlink" />
            <b>{{ t('live.lostTitle') }}</b>
            <!-- The counting text is not read out each second. -->
            <span aria-hidden="true">{{ l.since }}</span>
          </p>
          <p>
            <span aria-hidden="true">{{ l.retry }}</span>
            <button type="button" class="btn inv" (click)="retryNow()">{{ t('live.retryNow') }}</button>
          </p>
        </div>
      }
    </div>
  `,
  styles: `
    .bar {
      display: flex;
      flex-wrap: wrap;
      justify-content: space-between;
      align-items: center;
      gap: 4px var(--s-16);
      padding: 8px var(--s-16);
      background: var(--inverse);
      color: var(--on-inverse);
    }
    p {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 4px 10px;
    }
    span {
      color: var(--on-inverse-2);
    }
  `,
})
export class LostBar {
  private readonly i18n = inject(I18n);
  private readonly live = inject(Live);
  private readonly clock = inject(Clock);
  private readonly browserNow = inject(NOW);
  protected readonly t = this.i18n.t;

  protected readonly lost = computed(() => {
    const connection = this.live.connection();
    if (connection.state !== 'lost') return null;
    this.clock.seconds(); // counts on
    return { since: this.since(connection.heardAt), retry: this.retry(connection.retry) };
  });

  protected retryNow(): void {
    this.live.retryNow();
  }

  private since(heardAt: number | null): string {
    if (heardAt === null) return this.t('live.lostNever');
    const { unit, n } = durationOf(Math.max(0, this.browserNow() - heardAt));
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    return this.t('live.lostSince', { age: this.t(`ago.${unit}`, { n }), time: clockSecondsText(heardAt, zone) });
  }

  private retry(retry: { attempt: number; at: number }): string {
    const seconds = Math.ceil((retry.at - this.browserNow()) / 1000);
    return seconds > 0
      ? this.t('live.retryIn', { n: retry.attempt, s: seconds })
      : this.t('live.retrying', { n: retry.attempt });
  }
}
