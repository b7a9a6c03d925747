import type { ElementRef } from '@angular/core';
import {
  afterNextRender,
  Component,
  computed,
  inject,
  Injector,
  input,
  output,
  signal,
  viewChild,
} from '@angular/core';
import type { ApiReading } from '@gaya/protocols/api';
import { Api } from '../../../api/api.ts';
import { fieldFaults, problemCode } from '../../../api/problem.ts';
import { Clock } from '../../../core/clock.ts';
import { I18n } from '../../../core/i18n/i18n.ts';
import { Notice } from '../../../core/notice.ts';
import { Words } from '../../../core/words.ts';
import { checkEntry, ENTERABLE, type EntryTexts, type EntryValue } from '../../../domain/entry.ts';
import { fullText } from '../../../domain/time-text.ts';
import { fromLocalInput, toLocalInput } from '../../../domain/zone-time.ts';
import { ValueFields } from './value-fields.ts';

const LONGEST_NOTE = 500;
/** Who types "now" means the minute that runs. */
const AHEAD_MS = 60_000;

/** A reading that a person took and types in: what, how much, when. Open as long as it is in the page. */
@Component({
  selector: 'app-enter-reading',
  imports: [ValueFields],
  templateUrl: './enter-reading.html',
  styleUrl: './enter-reading.scss',
})
export class EnterReading {
  readonly patientId = input.required<string>();
  /** Name, number and the like: whose reading it will be. */
  readonly person = input.required<string>();
  readonly zone = input.required<string>();
  readonly entered = output<ApiReading>();
  readonly closed = output();

  private readonly api = inject(Api);
  private readonly i18n = inject(I18n);
  private readonly words = inject(Words);
  private readonly clock = inject(Clock);
  private readonly notice = inject(Notice);
  private readonly injector = inject(Injector);
  protected readonly t = this.i18n.t;
  protected readonly longestNote = LONGEST_NOTE;
  private readonly dialog = viewChild.required<ElementRef<HTMLDialogElement>>('dialog');

  protected readonly choices = ENTERABLE.map(({ id }) => ({ id, name: this.words.metric(id) }));
  private readonly metricId = signal<string>(ENTERABLE[0]?.id ?? '');
  protected readonly metric = computed(() => ENTERABLE.find(({ id }) => id === this.metricId()));
  protected readonly texts = signal<EntryTexts>({});
  protected readonly at = signal('');
  protected readonly note = signal('');
  /** The latest time that can be chosen. */
  protected readonly latest = computed(() => toLocalInput(this.clock.now() + AHEAD_MS, this.zone()));

  protected readonly valueFaults = signal<Readonly<Partial<Record<string, string>>>>({});
  protected readonly timeFault = signal('');
  /** What concerns no single field. */
  protected readonly fault = signal('');
  protected readonly busy = signal(false);

  constructor() {
    afterNextRender(() => {
      this.at.set(toLocalInput(this.clock.read(), this.zone()));
      this.dialog().nativeElement.showModal();
    });
  }

  protected onCancel(event: Event): void {
    event.preventDefault();
    this.closed.emit();
  }

  protected chooseMetric(event: Event): void {
    this.metricId.set((event.target as HTMLSelectElement).value);
    this.texts.set({});
    this.valueFaults.set({});
  }

  protected textOf(event: Event): string {
    return (event.target as HTMLInputElement | HTMLTextAreaElement).value;
  }

  protected async onSubmit(event: Event): Promise<void> {
    event.preventDefault();
    const metric = this.metric();
    if (metric === undefined || this.busy()) return;
    const { values, faults } = checkEntry(metric, metric.components, this.texts());
    const measuredAt = fromLocalInput(this.at(), this.zone());
    this.valueFaults.set(faults);
    this.timeFault.set(this.timeFaultOf(measuredAt));
    this.fault.set('');
    if (Object.keys(faults).length > 0 || this.timeFault() !== '' || measuredAt === null) this.focusFault();
    else await this.save(metric.id, values, measuredAt);
  }

  private async save(metric: string, components: readonly EntryValue[], measuredAt: number): Promise<void> {
    const note = this.note().trim();
    this.busy.set(true);
    try {
      const input = { metric, components, measuredAt, ...(note === '' ? {} : { note }) };
      const reading = await this.api.enter(this.patientId(), input);
      const when = fullText(measuredAt, this.zone(), this.i18n.lang());
      this.notice.say(this.t('done.entered', { what: this.words.metric(metric), when }));
      this.entered.emit(reading);
    } catch (error) {
      this.refused(error, components);
    } finally {
      this.busy.set(false);
    }
  }

  /** What the hub said against a field stands at the field; everything else below. */
  private refused(error: unknown, components: readonly EntryValue[]): void {
    const values: Partial<Record<string, string>> = {};
    for (const { pointer, code } of fieldFaults(error)) {
      const index = /^\/components\/(\d+)/.exec(pointer)?.[1];
      const component = index === undefined ? undefined : components[Number(index)]?.component;
      if (component !== undefined) values[component] = code;
      if (pointer === '/measuredAt') this.timeFault.set(this.words.fault(code));
    }
    this.valueFaults.set(values);
    if (Object.keys(values).length === 0 && this.timeFault() === '')
      this.fault.set(this.i18n.code('problem', problemCode(error)));
    else this.focusFault();
  }

  private timeFaultOf(measuredAt: number | null): string {
    if (this.at() === '') return this.words.fault('missing');
    if (measuredAt === null) return this.words.fault('no-such-time');
    return measuredAt > this.clock.read() + AHEAD_MS ? this.words.fault('in-the-future') : '';
  }

  private focusFault(): void {
    afterNextRender(() => this.dialog().nativeElement.querySelector<HTMLElement>('[aria-invalid=true]')?.focus(), {
      injector: this.injector,
    });
  }
}
