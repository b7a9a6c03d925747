import { Component, computed, inject, signal } from '@angular/core';
import type { ApiReading } from '@gaya/protocols/api';
import { Api } from '../../api/api.ts';
import { problemCode, type ProblemCode } from '../../api/problem.ts';
import { I18n } from '../../core/i18n/i18n.ts';
import { Notice } from '../../core/notice.ts';
import { Ward } from '../../core/ward.ts';
import { Words } from '../../core/words.ts';
import { fullText } from '../../domain/time-text.ts';
import { AskReason } from '../../ui/ask-reason.ts';
import { QualityMark } from '../../ui/quality-mark.ts';
import { TrayStore } from './tray-store.ts';

/** Readings whose patient is not known for certain, each with the reason, and filing them. */
@Component({
  selector: 'app-unassigned-page',
  imports: [AskReason, QualityMark],
  providers: [TrayStore],
  templateUrl: './unassigned-page.html',
  styleUrl: './unassigned-page.scss',
})
export default class UnassignedPage {
  private readonly i18n = inject(I18n);
  private readonly words = inject(Words);
  private readonly ward = inject(Ward);
  private readonly notice = inject(Notice);
  /** Most of them are nobody's, so that no patient's row has them. */
  private readonly devices = inject(Api).devices();
  protected readonly store = inject(TrayStore);
  protected readonly t = this.i18n.t;
  protected readonly code = this.i18n.code;

  protected readonly filing = signal<ApiReading | null>(null);
  protected readonly chosen = signal('');
  protected readonly saving = signal(false);
  private readonly failure = signal<ProblemCode | 'choose' | null>(null);
  protected readonly fault = computed(() => {
    const failure = this.failure();
    if (failure === 'choose') return this.t('unassigned.chooseNeeded');
    return failure === null ? '' : this.i18n.code('problem', failure);
  });

  protected readonly rows = computed(() =>
    (this.store.readings() ?? []).map((reading) => {
      const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
      const full = (ms: number) => fullText(ms, zone, this.i18n.lang());
      const { effectiveAt, receivedAt, reason } = reading.time;
      const name = this.words.metric(reading.metric);
      return {
        reading,
        name,
        value: this.words.value(reading),
        measured: effectiveAt === null ? this.t('readings.timeUnknown') : full(effectiveAt),
        received: full(receivedAt),
        why: reading.trayReason === null ? '' : this.i18n.code('tray', reading.trayReason),
        more: reason === null ? '' : this.i18n.code('timeReason', reason),
        device: this.deviceName(reading.device),
        slot: reading.userSlot === null ? '' : this.t('unassigned.slot', { n: reading.userSlot }),
        label: this.t('unassigned.fileOf', { what: name, value: this.words.value(reading) }),
      };
    }),
  );

  protected readonly patients = computed(() =>
    [...(this.ward.rows()?.values() ?? [])]
      .map(({ patient }) => ({
        id: patient.patientId,
        text: `${this.words.name(patient)} · ${patient.birthDate} · ${patient.identifier}`,
      }))
      .sort((a, b) => a.text.localeCompare(b.text, this.i18n.locale())),
  );
  protected readonly filingText = computed(() => {
    const reading = this.filing();
    return reading === null ? '' : `${this.words.metric(reading.metric)} ${this.words.value(reading)}`;
  });

  private deviceName(deviceId: string | null): string {
    if (deviceId === null) return '–';
    const devices = this.devices.hasValue() ? this.devices.value() : [];
    return devices.find((d) => d.deviceId === deviceId)?.label ?? deviceId;
  }

  protected open(reading: ApiReading | null): void {
    this.filing.set(reading);
    this.chosen.set('');
    this.failure.set(null);
  }

  protected choose(event: Event): void {
    this.chosen.set((event.target as HTMLSelectElement).value);
    this.failure.set(null);
  }

  protected async file(reading: ApiReading, reason: string): Promise<void> {
    if (this.chosen() === '') {
      this.failure.set('choose');
      return;
    }
    this.saving.set(true);
    try {
      await this.store.file(reading.readingId, this.chosen(), reason);
      this.open(null);
      this.notice.say(this.t('done.filed'));
    } catch (error) {
      this.failure.set(problemCode(error));
    } finally {
      this.saving.set(false);
    }
  }
}
