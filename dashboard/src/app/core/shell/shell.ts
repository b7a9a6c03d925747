import { Component, computed, DOCUMENT, effect, inject } from '@angular/core';
import { NavigationEnd, Router, RouterLink, RouterLinkActive, RouterOutlet } from '@angular/router';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { filter, pairwise } from 'rxjs';
import { Icon } from '../../ui/icon.ts';
import { paths } from '../../paths.ts';
import { I18n } from '../i18n/i18n.ts';
import { Live } from '../live/live.ts';
import { ThemeChoice } from '../theme.ts';
import { Ward } from '../ward.ts';
import { Backfill } from './backfill.ts';
import { ConnectionState } from './connection-state.ts';
import { LostBar } from './lost-bar.ts';
import { Notices } from './notices.ts';

/** What stands around every page: menu, connection, language, theme, and what Gaya is not. */
@Component({
  selector: 'app-shell',
  imports: [RouterOutlet, RouterLink, RouterLinkActive, Icon, ConnectionState, LostBar, Backfill, Notices],
  templateUrl: './shell.html',
  styleUrl: './shell.scss',
  host: { '[class.is-lost]': 'lost()' },
})
export class Shell {
  private readonly i18n = inject(I18n);
  private readonly themeChoice = inject(ThemeChoice);
  private readonly live = inject(Live);
  protected readonly ward = inject(Ward);
  protected readonly t = this.i18n.t;
  protected readonly paths = paths;

  protected readonly dark = computed(() => this.themeChoice.theme() === 'dark');
  protected readonly otherLang = computed(() => (this.i18n.lang() === 'ko' ? 'en' : 'ko'));
  protected readonly lost = computed(() => this.live.connection().state === 'lost');

  constructor() {
    const document = inject(DOCUMENT);
    effect(() => document.documentElement.classList.toggle('is-lost', this.lost()));
    // After a change of page (not of its query) a screen reader starts at the new page's heading.
    const pathOf = (event: NavigationEnd) => event.urlAfterRedirects.split('?')[0];
    inject(Router)
      .events.pipe(
        filter((event) => event instanceof NavigationEnd),
        pairwise(),
        filter(([before, after]) => pathOf(before) !== pathOf(after)),
        takeUntilDestroyed(),
      )
      .subscribe(() =>
        setTimeout(() => document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true })),
      );
  }

  protected toggleTheme(): void {
    this.themeChoice.toggle();
  }

  protected switchLanguage(): void {
    this.i18n.choose(this.otherLang());
  }

  protected skip(event: Event, main: HTMLElement): void {
    event.preventDefault();
    main.focus();
  }
}
