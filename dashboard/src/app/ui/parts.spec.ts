import { TestBed } from '@angular/core/testing';
import { NOW } from '../core/clock.ts';
import { aReading, MINUTE, NOON } from '../testing/samples.ts';
import { excursionsOf } from '../domain/reference.ts';
import { AgeText } from './age.ts';
import { Spark } from './spark.ts';
import { VitalValue } from './vital-value.ts';

function render(component: new () => unknown, inputs: Record<string, unknown>): HTMLElement {
  TestBed.configureTestingModule({ providers: [{ provide: NOW, useValue: () => NOON }] });
  const fixture = TestBed.createComponent(component);
  for (const [name, value] of Object.entries(inputs)) fixture.componentRef.setInput(name, value);
  fixture.detectChanges();
  return fixture.nativeElement as HTMLElement;
}
const words = (element: Element) => element.textContent.replace(/[\s\u00a0]+/g, ' ').trim();

describe('age', () => {
  it('is relative, with the exact time one hover away', () => {
    const time = render(AgeText, { at: NOON - 3 * MINUTE }).querySelector('time');
    expect(time?.textContent).toBe('3분 전');
    expect(time?.title).toBe('2026. 11. 25. 11:57:00');
    expect(time?.dateTime).toBe('2026-11-25T02:57:00.000Z');
  });

  it('tells the exact time in the patient’s zone', () => {
    expect(render(AgeText, { at: NOON, zone: 'America/New_York' }).querySelector('time')?.title).toBe(
      '2026. 11. 24. 22:00:00',
    );
  });
});

describe('vital value', () => {
  const reading = aReading('blood-pressure', ['172', '98', '120']);

  it('carries unit and age beside the number', () => {
    expect(words(render(VitalValue, { reading }))).toBe('172/98 mmHg 1분');
  });

  it('is marked when outside its range, by shape as well as by colour', () => {
    const element = render(VitalValue, { reading, excursion: excursionsOf(reading)[0] });
    expect(element.classList.contains('out')).toBe(true);
    expect(element.querySelector('app-icon')).not.toBeNull();
  });

  it('is old rather than outside when it is both', () => {
    const element = render(VitalValue, { reading, stale: true, excursion: excursionsOf(reading)[0] });
    expect([...element.classList]).toEqual(['stale']);
  });
});

describe('sparkline', () => {
  const path = (element: Element, name: string) => element.querySelector(`.${name}`)?.getAttribute('d') ?? '';

  it('leaves a gap open where nothing was measured for long', () => {
    const values = Array.from({ length: 48 }, (_, i) => (i > 10 && i < 40 ? null : 97));
    const element = render(Spark, { values, label: 'SpO₂' });
    expect(path(element, 'line').match(/M/g)).toHaveLength(2);
  });

  it('keeps a value far outside inside its box', () => {
    const element = render(Spark, { values: [97, 60, 97], reference: [95, 100], label: 'SpO₂' });
    const ys = [...path(element, 'line').matchAll(/ (-?[\d.]+)/g)].map((m) => Number(m[1]));
    expect(Math.max(...ys)).toBeLessThanOrEqual(26);
    expect(Math.min(...ys)).toBeGreaterThanOrEqual(0);
  });

  it('draws nothing, without a fault, where there is nothing', () => {
    const element = render(Spark, { values: [], label: 'SpO₂' });
    expect(element.innerHTML).not.toContain('NaN');
    expect(element.innerHTML).not.toContain('Infinity');
  });
});
