import { Component, inject } from '@angular/core';
import { Shell } from './core/shell/shell.ts';
import { Ward } from './core/ward.ts';

@Component({
  selector: 'app-root',
  imports: [Shell],
  template: `<app-shell />`,
  styles: `
    :host {
      display: contents;
    }
  `,
})
export class App {
  constructor() {
    inject(Ward).start();
  }
}
