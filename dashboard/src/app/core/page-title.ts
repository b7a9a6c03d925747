import { effect, inject, Service, signal } from '@angular/core';
import { Title } from '@angular/platform-browser';
import { TitleStrategy, type RouterStateSnapshot } from '@angular/router';
import { I18n, type MessageKey } from './i18n/i18n.ts';

/** Title of the tab in the language of the screen. Never a patient's name: browsers keep titles in their history. */
@Service()
export class PageTitle extends TitleStrategy {
  private readonly key = signal<MessageKey | null>(null);

  constructor() {
    super();
    const title = inject(Title);
    const i18n = inject(I18n);
    effect(() => {
      const key = this.key();
      title.setTitle(key === null ? 'Gaya' : `${i18n.t(key)} – Gaya`);
    });
  }

  override updateTitle(snapshot: RouterStateSnapshot): void {
    // Routes are untyped; app.routes.spec.ts holds that every title is a key.
    this.key.set((this.buildTitle(snapshot) as MessageKey | undefined) ?? null);
  }
}
