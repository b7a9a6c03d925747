import type { ElementRef } from '@angular/core';
import {
  Component,
  computed,
  DestroyRef,
  effect,
  inject,
  input,
  linkedSignal,
  output,
  signal,
  viewChild,
} from '@angular/core';
import type { ApiReading, Device, Explanation } from '@gaya/protocols/api';
import { Api } from '../../../api/api.ts';
import { problemCode } from '../../../api/problem.ts';
import { I18n } from '../../../core/i18n/i18n.ts';
import { Live } from '../../../core/live/live.ts';
import { Notice } from '../../../core/notice.ts';
import { Words } from '../../../core/words.ts';
import { fullText } from '../../../domain/time-text.ts';
import { AskReason } from '../../../ui/ask-reason.ts';
import { Icon } from '../../../ui/icon.ts';
import { ByteGrid } from './byte-grid.ts';
import { CorrectReading } from './correct-reading.ts';
import { ExplainWords } from './explain-words.ts';
import { ThreeClocks } from './three-clocks.ts';

type Act = 'setAside' | 'restore' | 'correct';

/** Where a value comes from: may one use it, when was it measured, which bytes say so, which way it came, who changed it. */
@Component({
  selector: 'app-explain-drawer',
  imports: [AskReason, ByteGrid, CorrectReading, Icon, ThreeClocks],
  templateUrl: './explain-drawer.html',
  styleUrl: './explain-drawer.scss',
  host: { '(document:keydown.escape)': 'onEscape()' },
})
export class ExplainDrawer {
  readonly readingId = input.required<string>();
  readonly devices = input.required<readonly Device[]>();
  readonly zone = input.required<string>();
  readonly closed = output();
  /** A decision was stored: the reading as it is now. */
  readonly decided = output<ApiReading>();

  private readonly api = inject(Api);
  private readonly i18n = inject(I18n);
  private readonly words = inject(Words);
  private readonly explainWords = inject(ExplainWords);
  private readonly notice = inject(Notice);
  protected readonly t = this.i18n.t;
  protected readonly code = this.i18n.code;

  protected readonly loading = this.api.explanation(this.readingId);
  /** While it is asked for again after a change, the page keeps what it has; never of another reading. */
  private readonly kept = linkedSignal<Explanation | undefined, Explanation | undefined>({
    source: () => (this.loading.hasValue() ? this.loading.value() : undefined),
    computation: (next, previous) => next ?? previous?.value,
  });
  protected readonly explanation = computed(() => {
    const kept = this.kept();
    return kept?.reading.readingId === this.readingId() ? kept : undefined;
  });
  protected readonly problem = computed(() => (this.loading.error() ? problemCode(this.loading.error()) : null));

  protected readonly asking = signal<Act | null>(null);
  protected readonly saving = signal(false);
  protected readonly fault = signal('');
  private readonly heading = viewChild<ElementRef<HTMLElement>>('heading');

  protected readonly view = computed(() => {
    const explanation = this.explanation();
    return explanation === undefined ? null : this.viewOf(explanation);
  });

  constructor() {
    const opener = document.activeElement;
    effect(() => {
      this.readingId();
      this.heading()?.nativeElement.focus();
    });
    const stop = inject(Live).listen((events) => {
      const mine = events.some(({ event }) => event.type === 'reading' && event.reading.readingId === this.readingId());
      if (mine) this.loading.reload();
    });
    inject(DestroyRef).onDestroy(() => {
      stop();
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    });
  }

  protected onEscape(): void {
    if (this.asking() === null) this.closed.emit();
  }

  protected ask(act: Act | null): void {
    this.fault.set('');
    this.asking.set(act);
  }

  protected async decide(act: 'setAside' | 'restore', reason: string): Promise<void> {
    this.saving.set(true);
    this.fault.set('');
    try {
      this.done(
        act,
        await (act === 'setAside'
          ? this.api.setAside(this.readingId(), reason)
          : this.api.restore(this.readingId(), reason)),
      );
    } catch (error) {
      this.fault.set(this.i18n.code('problem', problemCode(error)));
    } finally {
      this.saving.set(false);
    }
  }

  protected done(act: Act, reading: ApiReading): void {
    this.asking.set(null);
    this.notice.say(this.t(`done.${act}`));
    this.loading.reload();
    this.decided.emit(reading);
  }

  private viewOf(explanation: Explanation) {
    const { reading, frame, versions, decisions } = explanation;
    const full = (ms: number) => fullText(ms, this.zone(), this.i18n.lang());
    const device = this.devices().find((d) => d.deviceId === reading.device);
    const make = [device?.label, device?.manufacturer, device?.model, device?.serial, device?.firmware];
    return {
      explanation,
      reading,
      frame,
      what: `${this.words.metric(reading.metric)} ${this.words.value(reading)}`,
      when: reading.time.effectiveAt === null ? this.t('readings.timeUnknown') : full(reading.time.effectiveAt),
      verdict: this.explainWords.verdict(reading),
      device: make.filter((part) => part !== undefined && part !== null).join(', ') || (reading.device ?? ''),
      byteCount: (frame?.hex.length ?? 0) / 2,
      uuid: frame?.characteristic ? `0x${frame.characteristic.toUpperCase()}` : '',
      versions: [reading, ...versions]
        .sort((a, b) => b.version - a.version)
        .map((v) => ({
          version: v.version,
          value: this.words.value(v),
          at: full(v.time.receivedAt),
          aside: v.status === 'set-aside',
          shown: v.version === reading.version,
          // Struck: the number no longer holds, whether it was corrected or taken out of use.
          struck: v.status === 'set-aside' || this.words.value(v) !== this.words.value(reading),
        })),
      decisions: decisions.map((d) => ({
        what: this.i18n.code('decision', d.kind),
        author: this.i18n.code('author', d.author),
        at: full(d.at),
        reason: d.reason,
      })),
      isSample: reading.kind === 'sample',
      note: reading.source === 'manual' ? reading.note : null,
      canSetAside: reading.kind === 'spot' && reading.status === 'current',
      canRestore: reading.status === 'set-aside',
    };
  }
}
