import { Component, computed, inject, input, linkedSignal } from '@angular/core';
import { I18n } from '../../../core/i18n/i18n.ts';
import { byteCells, fieldHex, fieldPlace, fieldText, fieldToShow, type Frame } from '../../../domain/byte-fields.ts';

/** The bytes as received beside the fields that they mean; one selection in both, moved by the arrow keys. */
@Component({
  selector: 'app-byte-grid',
  templateUrl: './byte-grid.html',
  styleUrl: './byte-grid.scss',
})
export class ByteGrid {
  readonly frame = input.required<Frame>();
  readonly metric = input.required<string>();

  private readonly i18n = inject(I18n);
  protected readonly t = this.i18n.t;

  protected readonly cells = computed(() => byteCells(this.frame().hex, this.frame().fields));
  protected readonly rows = computed(() =>
    this.frame().fields.map((field) => ({
      place: fieldPlace(field),
      name: this.i18n.code('field', field.name),
      hex: fieldHex(this.frame().hex, field),
      text: fieldText(field.text, this.i18n.lang()),
    })),
  );
  protected readonly selected = linkedSignal(() => fieldToShow(this.frame().fields, this.metric()));

  protected select(index: number | null): void {
    if (index !== null) this.selected.set(index);
  }

  protected onKey(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const last = this.rows().length - 1;
    this.selected.update((index) => Math.min(last, Math.max(0, index + step)));
  }
}
