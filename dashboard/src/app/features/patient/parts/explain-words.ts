import { inject, Service } from '@angular/core';
import type { ApiReading } from '@gaya/protocols/api';
import { I18n } from '../../../core/i18n/i18n.ts';
import { Words } from '../../../core/words.ts';
import { trustOf } from '../../../domain/trust.ts';

/** The first thing an explanation says: whether the value may be used, and why. */
@Service()
export class ExplainWords {
  private readonly i18n = inject(I18n);
  private readonly words = inject(Words);
  private readonly t = this.i18n.t;

  verdict(reading: ApiReading): { readonly title: string; readonly text: string; readonly good: boolean } {
    const { verdict, marks } = trustOf(reading);
    const said = [this.judgement(verdict), this.marks(verdict, marks), this.time(reading)];
    return {
      title: this.t(`explain.verdict.${verdict}`),
      text: said.filter((sentence) => sentence !== '').join(' '),
      good: verdict === 'good',
    };
  }

  private judgement(verdict: ReturnType<typeof trustOf>['verdict']): string {
    if (verdict === 'aside') return this.t('explain.says.aside');
    if (verdict === 'superseded') return this.t('explain.says.superseded');
    return verdict === 'good' ? this.t('explain.says.clean') : '';
  }

  private marks(verdict: string, marks: readonly string[]): string {
    if (marks.length === 0 || verdict === 'superseded') return '';
    return this.t('explain.says.marks', { marks: marks.map((m) => this.i18n.code('quality', m)).join(', ') });
  }

  private time({ time }: ApiReading): string {
    switch (time.verdict) {
      case 'device-clock-mapped': {
        const offset = time.clockOffsetMs ?? 0;
        if (Math.abs(offset) < 1500) return this.t('explain.says.synced');
        const way = this.t(offset < 0 ? 'explain.says.slow' : 'explain.says.fast');
        return this.t('explain.says.mapped', { span: this.words.duration(offset), way });
      }
      case 'device-clock-synced':
        return this.t('explain.says.synced');
      case 'device-clock-unread':
        return this.t('explain.says.unread');
      case 'received-live':
        return this.t('explain.says.live');
      case 'entered':
        return this.t('explain.says.entered');
      default:
        return time.reason === null ? this.t('explain.says.unknown') : this.i18n.code('timeReason', time.reason);
    }
  }
}
