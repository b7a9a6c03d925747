import { Component, computed, inject, input, linkedSignal, output, signal, untracked } from '@angular/core';
import type { ApiReading } from '@gaya/protocols/api';
import { Api } from '../../../api/api.ts';
import { fieldFaults, problemCode } from '../../../api/problem.ts';
import { I18n } from '../../../core/i18n/i18n.ts';
import { checkEntry, type EntryTexts, type EntryValue } from '../../../domain/entry.ts';
import { metricOf } from '../../../domain/metrics.ts';
import { AskReason } from '../../../ui/ask-reason.ts';
import { ValueFields } from './value-fields.ts';

/** Puts other numbers in place of a reading's; the earlier version stays and is shown struck through. */
@Component({
  selector: 'app-correct-reading',
  imports: [AskReason, ValueFields],
  template: `
    <app-ask-reason
      [title]="t('ask.correct.title')"
      [text]="t('ask.correct.text')"
      [action]="t('ask.correct.action')"
      [busy]="busy()"
      [fault]="fault()"
      (given)="save($event)"
      (closed)="closed.emit()"
    >
      @if (metric(); as m) {
        <app-value-fields
          [metric]="m"
          [components]="components()"
          [(texts)]="texts"
          [faults]="faults()"
          [required]="true"
        />
      }
    </app-ask-reason>
  `,
})
export class CorrectReading {
  readonly reading = input.required<ApiReading>();
  readonly corrected = output<ApiReading>();
  readonly closed = output();

  private readonly api = inject(Api);
  private readonly i18n = inject(I18n);
  protected readonly t = this.i18n.t;

  protected readonly metric = computed(() => metricOf(this.reading().metric));
  /** Only what was measured: a correction doesn't add a value that the device never had. */
  protected readonly components = computed(() =>
    (this.metric()?.components ?? []).filter(({ id }) => this.before()[id] !== undefined),
  );
  /** As the person saw it on opening. A later version that comes meanwhile neither undoes their typing nor is undone by it. */
  private readonly before = linkedSignal<string, EntryTexts>({
    source: () => this.reading().readingId,
    computation: (readingId, previous) =>
      previous?.source === readingId ? previous.value : untracked(() => textsOf(this.reading())),
  });
  protected readonly texts = linkedSignal(() => this.before());
  protected readonly faults = signal<Readonly<Partial<Record<string, string>>>>({});
  protected readonly fault = signal('');
  protected readonly busy = signal(false);

  protected async save(reason: string): Promise<void> {
    const metric = this.metric();
    if (metric === undefined || this.busy()) return;
    const { values, faults } = checkEntry(metric, this.components(), this.texts());
    const missing = this.components().filter(({ id }) => (this.texts()[id] ?? '').trim() === '');
    this.faults.set({ ...faults, ...Object.fromEntries(missing.map(({ id }) => [id, 'missing'])) });
    this.fault.set('');
    if (Object.keys(this.faults()).length > 0) return;
    const changes = values.filter(({ component, value }) => value !== this.before()[component]);
    if (changes.length === 0) this.fault.set(this.t('ask.correct.same'));
    else await this.send(changes, reason);
  }

  private async send(changes: readonly EntryValue[], reason: string): Promise<void> {
    this.busy.set(true);
    try {
      this.corrected.emit(await this.api.correct(this.reading().readingId, changes, reason));
    } catch (error) {
      const named = fieldFaults(error).flatMap(({ pointer, code }) => {
        const change = changes[Number(/^\/components\/(\d+)/.exec(pointer)?.[1] ?? NaN)];
        return change === undefined ? [] : [[change.component, code] as const];
      });
      this.faults.set(Object.fromEntries(named));
      if (named.length === 0) this.fault.set(this.i18n.code('problem', problemCode(error)));
    } finally {
      this.busy.set(false);
    }
  }
}

const textsOf = ({ components }: ApiReading): EntryTexts =>
  Object.fromEntries(components.flatMap(({ component, value }) => (value === null ? [] : [[component, value]])));
