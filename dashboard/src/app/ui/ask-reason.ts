import type { ElementRef } from '@angular/core';
import { afterNextRender, Component, inject, input, output, signal, viewChild } from '@angular/core';
import { I18n } from '../core/i18n/i18n.ts';

const LONGEST = 500;

/** Asks why, before something is done to a value. Open as long as it is in the page; Esc and Cancel close it. */
@Component({
  selector: 'app-ask-reason',
  template: `
    <dialog #dialog aria-labelledby="ask-title" (cancel)="onCancel($event)">
      <form (submit)="onSubmit($event)">
        <h2 id="ask-title">{{ title() }}</h2>
        <p>{{ text() }}</p>
        <ng-content />
        <label class="field">
          {{ optional() ? t('ask.reasonOptional') : t('ask.reason') }}
          <textarea
            rows="2"
            [attr.maxlength]="longest"
            [value]="reason()"
            (input)="onInput($event)"
            [attr.aria-invalid]="missing()"
            aria-describedby="ask-fault"
          ></textarea>
        </label>
        <p class="fault" id="ask-fault" role="alert">{{ missing() ? t('ask.reasonNeeded') : fault() }}</p>
        <div>
          <button type="button" class="btn" (click)="closed.emit()">{{ t('ask.cancel') }}</button>
          <button type="submit" class="btn solid" [disabled]="busy()">{{ busy() ? t('ask.saving') : action() }}</button>
        </div>
      </form>
    </dialog>
  `,
  styles: `
    form {
      display: grid;
      gap: var(--s-12);
    }
    p {
      color: var(--ink-2);
      font-size: var(--t-13);
    }
    .fault:empty {
      display: none;
    }
    textarea {
      resize: vertical;
    }
    div {
      display: flex;
      justify-content: flex-end;
      gap: var(--s-8);
    }
  `,
})
export class AskReason {
  readonly title = input.required<string>();
  readonly text = input.required<string>();
  readonly action = input.required<string>();
  readonly optional = input(false);
  readonly busy = input(false);
  /** What the hub said against it; what was typed stays. */
  readonly fault = input('');
  readonly given = output<string>();
  readonly closed = output();

  protected readonly t = inject(I18n).t;
  protected readonly longest = LONGEST;
  protected readonly reason = signal('');
  protected readonly missing = signal(false);
  private readonly dialog = viewChild.required<ElementRef<HTMLDialogElement>>('dialog');

  constructor() {
    afterNextRender(() => this.dialog().nativeElement.showModal());
  }

  protected onInput(event: Event): void {
    this.reason.set((event.target as HTMLTextAreaElement).value);
    this.missing.set(false);
  }

  protected onCancel(event: Event): void {
    event.preventDefault();
    this.closed.emit();
  }

  protected onSubmit(event: Event): void {
    event.preventDefault();
    const reason = this.reason().trim();
    if (reason === '' && !this.optional()) this.missing.set(true);
    else this.given.emit(reason);
  }
}
