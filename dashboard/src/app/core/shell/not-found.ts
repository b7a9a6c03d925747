import { Component, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { paths } from '../../paths.ts';
import { I18n } from '../i18n/i18n.ts';

@Component({
  selector: 'app-not-found',
  imports: [RouterLink],
  template: `
    <div class="empty">
      <h1 tabindex="-1">{{ t('notFound.title') }}</h1>
      <p>
        <a class="btn" [routerLink]="paths.worklist">{{ t('nav.back') }}</a>
      </p>
    </div>
  `,
})
export default class NotFound {
  protected readonly t = inject(I18n).t;
  protected readonly paths = paths;
}
