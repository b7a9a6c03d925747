import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import type { WorklistRow } from '@gaya/protocols/api';
import { NOW } from '../../core/clock.ts';
import { I18n } from '../../core/i18n/i18n.ts';
import { Ward } from '../../core/ward.ts';
import { aDevice, aReading, aRow, HOUR, NOON } from '../../testing/samples.ts';
import WorklistPage from './worklist-page.ts';

const calm = aRow({ patientId: 'p-1', name: '강복례', nameLatin: null }, [
  aReading('spo2', ['97']),
  aReading('pulse', ['70']),
]);
const outside = aRow({ patientId: 'p-2', name: '윤말순' }, [aReading('spo2', ['88'])]);
const late = aRow(
  { patientId: 'p-3', name: '임옥자', fictional: false },
  [aReading('blood-pressure', ['120', '80', '93'], { at: NOON - 30 * HOUR })],
  [aDevice({ batteryPercent: 4 })],
);

function page(initial: readonly WorklistRow[] | null) {
  const asMap = (rows: readonly WorklistRow[]) => new Map(rows.map((r) => [r.patient.patientId, r]));
  const rows = signal<ReadonlyMap<string, WorklistRow> | null>(initial === null ? null : asMap(initial));
  const ward = {
    rows,
    unassigned: signal(2),
    problem: signal(null),
    backfill: signal(null),
    changed: signal(new Set<string>()),
  };
  TestBed.configureTestingModule({
    providers: [provideRouter([]), { provide: Ward, useValue: ward }, { provide: NOW, useValue: () => NOON }],
  });
  const fixture = TestBed.createComponent(WorklistPage);
  fixture.detectChanges();
  const root = fixture.nativeElement as HTMLElement;
  const text = (element: Element | null) => (element?.textContent ?? '').replace(/[\s\u00a0]+/g, ' ').trim();
  return {
    root,
    text,
    show: (next: readonly WorklistRow[]) => {
      rows.set(asMap(next));
      fixture.detectChanges();
    },
    update: () => fixture.detectChanges(),
    names: () => [...root.querySelectorAll('.name')].map(text),
    row: (name: string) =>
      [...root.querySelectorAll('tr')].find((tr) => text(tr.querySelector('.name')) === name) ?? null,
  };
}

describe('worklist page', () => {
  it('puts who needs attention first and says why in a sentence with the limit', () => {
    const { names, row, text } = page([calm, outside, late]);
    expect(names()).toEqual(['윤말순', '임옥자', '강복례']);
    expect(text(row('윤말순')?.querySelector('.why b') ?? null)).toBe('산소포화도 88 %, 기준 95 % 미만');
  });

  it('says of a late patient since when, and which link is broken', () => {
    const { row, text } = page([late]);
    expect(text(row('임옥자')?.querySelector('.why') ?? null)).toBe('혈압 30시간째 새 값 없음혈압계 1: 배터리 4 %');
    expect(row('임옥자')?.querySelector('td.hatch')).not.toBeNull();
  });

  it('gives each number its unit and age, and a word for what was not measured', () => {
    const { row, text } = page([outside]);
    const cell = (metric: string) => row('윤말순')?.querySelector(`[data-metric="${metric}"]`) ?? null;
    expect(text(cell('spo2'))).toBe('88 % 1분');
    expect(text(cell('pulse'))).toContain('측정하지 않음');
  });

  it('marks fictional patients and only them', () => {
    const { row } = page([outside, late]);
    expect(row('윤말순')?.querySelector('.fictional')).not.toBeNull();
    expect(row('임옥자')?.querySelector('.fictional')).toBeNull();
  });

  it('does not move rows while someone works in the list, and offers the new order', () => {
    const { names, root, show, update } = page([outside, calm]);
    root.querySelector('.list')?.dispatchEvent(new Event('pointerenter'));
    show([outside, aRow(calm.patient, [aReading('pulse', ['150'])])]);
    expect(names()).toEqual(['윤말순', '강복례']);
    const button = [...root.querySelectorAll('button')].find((b) => b.textContent.includes('새 순서'));
    button?.click();
    update();
    expect(names()).toEqual(['강복례', '윤말순']);
  });

  it('applies a new order by itself when nobody is in the list', () => {
    const { names, show } = page([outside, calm]);
    show([outside, aRow(calm.patient, [aReading('pulse', ['150'])])]);
    expect(names()).toEqual(['강복례', '윤말순']);
  });

  it('finds by name, Latin name and number, and says when nobody fits', () => {
    const { names, root, update } = page([calm, outside]);
    const input = root.querySelector('input') ?? document.createElement('input');
    const search = (words: string) => {
      input.value = words;
      input.dispatchEvent(new Event('input'));
      update();
    };
    search('mal-SUN');
    expect(names()).toEqual(['윤말순']);
    search('없는 사람');
    expect(names()).toEqual([]);
    expect(root.textContent).toContain('조건에 맞는 환자가 없습니다');
  });

  it('says that there are no patients, which is not the same as still loading', () => {
    expect(page(null).root.textContent).toContain('불러오는 중');
    TestBed.resetTestingModule();
    expect(page([]).root.textContent).toContain('등록된 환자가 없습니다');
  });

  it('changes its language without loading again', () => {
    const { names, root, update } = page([outside]);
    TestBed.inject(I18n).choose('en');
    update();
    expect(names()).toEqual(['Yun Mal-sun']);
    expect(root.textContent).toContain('below reference 95\u00a0%');
    expect(root.textContent).not.toMatch(/undefined|NaN|Invalid Date|\{\{/);
    TestBed.inject(I18n).choose('ko');
  });

  it('has no style attribute, which the content security policy would refuse', () => {
    expect(page([calm, outside, late]).root.querySelectorAll('[style]')).toHaveLength(0);
  });
});
