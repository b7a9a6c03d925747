import { Component, computed, inject, input, model } from '@angular/core';
import type { ComponentDefinition, MetricDefinition } from '@gaya/protocols/metrics';
import { I18n } from '../../../core/i18n/i18n.ts';
import { Words } from '../../../core/words.ts';
import { isOptional, type EntryTexts } from '../../../domain/entry.ts';
import { numberText } from '../../../domain/metrics.ts';

/** One field per component of a metric, with its unit, what can be true, and what is wrong with what was typed. */
@Component({
  selector: 'app-value-fields',
  template: `
    @for (field of fields(); track field.id) {
      <div class="field">
        <label [attr.for]="field.id">{{ field.name }}</label>
        <span>
          <input
            [id]="field.id"
            inputmode="decimal"
            autocomplete="off"
            [value]="field.text"
            (input)="onInput(field.component, $event)"
            [attr.aria-invalid]="field.fault !== null"
            [attr.aria-describedby]="field.id + '-note'"
          />
          {{ field.unit }}
        </span>
        <p [id]="field.id + '-note'" [class.fault]="field.fault !== null">{{ field.fault ?? field.range }}</p>
      </div>
    }
  `,
  styles: `
    :host {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(112px, 1fr));
      gap: var(--s-12);
    }
    .field {
      align-content: start;
    }
    span {
      display: flex;
      align-items: center;
      gap: 6px;
      color: var(--ink-2);
      white-space: nowrap;
    }
    input {
      min-width: 0;
      text-align: right;
    }
    p:not(.fault) {
      color: var(--ink-3);
      font-size: var(--t-12);
    }
  `,
})
export class ValueFields {
  readonly metric = input.required<MetricDefinition>();
  readonly components = input.required<readonly ComponentDefinition[]>();
  readonly texts = model.required<EntryTexts>();
  /** Codes by component: of the check here, or of the hub. */
  readonly faults = input.required<Readonly<Partial<Record<string, string>>>>();

  /** None may be left empty, not even what a new reading can do without. */
  readonly required = input(false);

  private readonly i18n = inject(I18n);
  private readonly words = inject(Words);

  protected readonly fields = computed(() =>
    this.components().map((component) => {
      const range = this.rangeOf(component);
      const fault = this.faults()[component.id] ?? null;
      return {
        id: `value-${component.id}`,
        component: component.id,
        name: this.nameOf(component),
        text: this.texts()[component.id] ?? '',
        unit: this.words.unit(this.metric().id),
        range,
        fault: fault === null ? null : this.words.fault(fault, range),
      };
    }),
  );

  protected onInput(component: string, event: Event): void {
    const text = (event.target as HTMLInputElement).value;
    this.texts.update((texts) => ({ ...texts, [component]: text }));
  }

  private nameOf(component: ComponentDefinition): string {
    const metric = this.metric();
    const name = this.i18n.label(metric.components.length === 1 ? metric.label : component.label);
    return isOptional(component) && !this.required() ? this.i18n.t('entry.optional', { name }) : name;
  }

  private rangeOf({ plausible: [low, high] }: ComponentDefinition): string {
    const { decimals } = this.metric();
    return `${numberText(low, decimals)}–\u2060${numberText(high, decimals)}`;
  }
}
