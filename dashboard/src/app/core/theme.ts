import { DOCUMENT, effect, inject, Service, signal } from '@angular/core';
import { LOCAL_STORE } from './local-store.ts';

export type Theme = 'light' | 'dark';
const STORE_KEY = 'gaya.theme';

/** Light or dark: as the person chose here, else as the computer is set. */
@Service()
export class ThemeChoice {
  private readonly store = inject(LOCAL_STORE);
  private readonly document = inject(DOCUMENT);
  private readonly current = signal<Theme>(this.initial());

  readonly theme = this.current.asReadonly();

  constructor() {
    effect(() => {
      this.document.documentElement.dataset['theme'] = this.theme();
    });
  }

  toggle(): void {
    const next: Theme = this.theme() === 'light' ? 'dark' : 'light';
    this.current.set(next);
    this.store.set(STORE_KEY, next);
  }

  private initial(): Theme {
    const stored = this.store.get(STORE_KEY);
    if (stored === 'light' || stored === 'dark') return stored;
    const view = this.document.defaultView;
    const canAsk = view !== null && 'matchMedia' in view; // jsdom cannot
    return canAsk && view.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  }
}
