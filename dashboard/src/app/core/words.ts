import { inject, Service } from '@angular/core';
import type { ApiReading, Patient, WorklistRow } from '@gaya/protocols/api';
import { ageOf, yearsOld } from '../domain/age.ts';
import type { Attention } from '../domain/attention.ts';
import { linkOf, type LinkSummary } from '../domain/link.ts';
import { metricOf, numberText, readingText, unitText } from '../domain/metrics.ts';
import type { Excursion } from '../domain/reference.ts';
import { durationOf, type DurationUnit } from '../domain/time-text.ts';
import { I18n, type MessageKey } from './i18n/i18n.ts';

/** No-break space: a number and its unit stay on one line. */
const NBSP = '\u00a0';

export interface Reason {
  readonly main: string;
  /** Empty: there is nothing to add. */
  readonly detail: string;
}

/** Sentences that several pages write alike: of a metric, a value, a person, a length of time. */
@Service()
export class Words {
  private readonly i18n = inject(I18n);
  private readonly t = this.i18n.t;

  metric(id: string): string {
    const definition = metricOf(id);
    return definition === undefined ? id : this.i18n.label(definition.label);
  }

  /** For column heads: "BP" instead of "Blood pressure". */
  metricShort(id: string): string {
    const key = `metric.short.${id}`;
    return isShort(key) ? this.t(key) : this.metric(id);
  }

  unit(metric: string): string {
    const definition = metricOf(metric);
    return definition === undefined ? '' : unitText(definition.unit, this.i18n.lang());
  }

  /** "148/92 mmHg", or why there is no number. */
  value(reading: ApiReading): string {
    const text = readingText(reading);
    const absent = reading.components[0]?.absent ?? null;
    if (text === null) return absent === null ? '–' : this.i18n.code('absent', absent);
    return `${text}${NBSP}${this.unit(reading.metric)}`;
  }

  /** "산소포화도 88 %, 기준 95 % 미만" */
  excursion(excursion: Excursion): string {
    const decimals = metricOf(excursion.metric)?.decimals ?? 0;
    return this.t(`reason.${excursion.direction}`, {
      what: this.part(excursion),
      value: numberText(excursion.value, decimals),
      unit: this.unit(excursion.metric),
      limit: numberText(excursion.limit, decimals),
    });
  }

  private part(excursion: Excursion): string {
    return excursion.component === 'value' ? this.metric(excursion.metric) : this.t(`part.${excursion.component}`);
  }

  /** Two lines: what it is and which limit; then what else is known, for a late value which link is broken. */
  reason(row: WorklistRow, attention: Attention, nowMs: number): Reason {
    const [worst, ...others] = attention.excursions;
    if (worst !== undefined) return { main: this.excursion(worst), detail: this.alsoOutside(worst, others) };
    const late = attention.late[0];
    if (late !== undefined) {
      const { unit, n } = ageOf(late.at, nowMs);
      const age = this.t(`age.short.${unit}`, { n });
      return {
        main: this.t('reason.late', { what: this.metric(late.metric), age }),
        detail: this.brokenLink(row, nowMs),
      };
    }
    if (attention.group === 'late') return { main: this.t('reason.never'), detail: this.brokenLink(row, nowMs) };
    const n = row.latest.length;
    return { main: this.t(n === 1 ? 'reason.within.one' : 'reason.within.all', { n }), detail: '' };
  }

  /** What is wrong with a field, by the page's own check or by the hub's; `range` is what could be entered. */
  fault(code: string, range = ''): string {
    if (code === 'implausible') return this.t('fault.implausible', { range });
    const text = this.i18n.code('fault', code);
    return text === code ? this.t('problem.invalid') : text;
  }

  private alsoOutside(worst: Excursion, others: readonly Excursion[]): string {
    const names = others.map((e) => (e.metric === worst.metric ? this.part(e) : this.metric(e.metric)));
    return names.length === 0 ? '' : this.t('reason.also', { what: [...new Set(names)].join(', ') });
  }

  private brokenLink(row: WorklistRow, nowMs: number): string {
    const { word, device } = linkOf(row.devices, nowMs);
    if (device === null) return this.t('reason.never.detail');
    if (word === 'fine' || word === 'searching') return this.t('reason.late.linkFine');
    return `${device.label}: ${this.link({ word, device })}`;
  }

  link({ word, device }: Pick<LinkSummary, 'word' | 'device'>): string {
    return word === 'battery-low'
      ? this.t('link.battery-low', { n: device?.batteryPercent ?? 0 })
      : this.t(`link.${word}`);
  }

  /** "여 78", "F 78" */
  sexAge(patient: Patient, nowMs: number): string {
    return `${this.i18n.code('sex', patient.sex)} ${yearsOld(patient.birthDate, nowMs, patient.zone)}`;
  }

  /** Name as written in the hospital; in English its Latin form where there is one. */
  name(patient: Patient): string {
    return this.i18n.lang() === 'en' ? (patient.nameLatin ?? patient.name) : patient.name;
  }

  /** A length of time in its fitting unit; what is shorter than a second is not written as zero. */
  span(ms: number): string {
    return Math.abs(ms) < 1000 ? this.t('span.less') : this.duration(ms);
  }

  /** How much later the one was than the other: "1초 뒤", or that it was the same time. */
  later(ms: number): string {
    if (Math.abs(ms) < 1000) return this.t('readings.same');
    return this.duration(ms, ms > 0 ? 'later' : 'ago');
  }

  duration(ms: number, form: 'span' | 'later' | 'ago' = 'span'): string {
    const { unit, n }: { unit: DurationUnit; n: number } = durationOf(ms);
    return this.t(`${form}.${unit}`, { n });
  }
}

function isShort(key: string): key is Extract<MessageKey, `metric.short.${string}`> {
  return ['blood-pressure', 'pulse', 'spo2', 'body-temperature', 'perfusion-index', 'cuff-pressure'].some(
    (id) => key === `metric.short.${id}`,
  );
}
