import { Component, inject } from '@angular/core';
import { Notice } from '../notice.ts';

@Component({
  selector: 'app-notices',
  template: `
    <div role="status">
      @if (notice.text(); as text) {
        <p>{{ text }}</p>
      }
    </div>
  `,
  styles: `
    p {
      position: fixed;
      z-index: 15;
      left: 50%;
      bottom: 44px;
      transform: translateX(-50%);
      width: max-content;
      max-width: calc(100vw - 32px);
      padding: 10px 16px;
      background: var(--inverse);
      color: var(--on-inverse);
      border-radius: var(--r-6);
      box-shadow: var(--float);
      font-weight: var(--w-mid);
    }
  `,
})
export class Notices {
  protected readonly notice = inject(Notice);
}
