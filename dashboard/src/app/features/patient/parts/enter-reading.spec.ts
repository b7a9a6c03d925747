import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import type { ApiReading } from '@gaya/protocols/api';
import { NOW } from '../../../core/clock.ts';
import { FEED_PORTS } from '../../../core/live/live.ts';
import { FakeBrowser, FakeHub, FakeTime, settle } from '../../../testing/fake-feed.ts';
import { aReading, MINUTE, NOON } from '../../../testing/samples.ts';
import { EnterReading } from './enter-reading.ts';

const URL = '/api/patients/p-1/readings';

/** jsdom has no modal dialogs. */
Object.defineProperty(HTMLDialogElement.prototype, 'showModal', {
  configurable: true,
  value(this: HTMLDialogElement) {
    this.open = true;
  },
});

async function dialog() {
  TestBed.configureTestingModule({
    providers: [
      provideHttpClient(),
      provideHttpClientTesting(),
      { provide: FEED_PORTS, useValue: new FakeBrowser().ports(new FakeTime(), new FakeHub()) },
      { provide: NOW, useValue: () => NOON },
    ],
  });
  const fixture = TestBed.createComponent(EnterReading);
  fixture.componentRef.setInput('patientId', 'p-1');
  fixture.componentRef.setInput('person', '윤말순, 여 78, G-20417');
  fixture.componentRef.setInput('zone', 'Asia/Seoul');
  const entered: ApiReading[] = [];
  fixture.componentInstance.entered.subscribe((reading) => entered.push(reading));
  const update = async () => {
    await settle();
    fixture.detectChanges();
    await settle();
  };
  await update();
  await update();
  const root = fixture.nativeElement as HTMLElement;
  const type = (id: string, words: string) => {
    const field = root.querySelector<HTMLInputElement>(id);
    if (field === null) throw new Error(`no field ${id}`);
    field.value = words;
    field.dispatchEvent(new Event(field instanceof HTMLSelectElement ? 'change' : 'input'));
  };
  const submit = async () => {
    root.querySelector('form')?.dispatchEvent(new Event('submit'));
    await update();
  };
  const faults = () => [...root.querySelectorAll('.fault')].map((e) => e.textContent.trim()).filter((t) => t !== '');
  return { http: TestBed.inject(HttpTestingController), root, entered, update, type, submit, faults };
}

describe('entering a reading', () => {
  it('says whose it will be and proposes the time that it is there', async () => {
    const { root } = await dialog();
    expect(root.textContent).toContain('윤말순, 여 78, G-20417');
    expect(root.querySelector<HTMLInputElement>('#enter-at')?.value).toBe('2026-11-25T12:00');
  });

  it('sends what was typed, in the patient’s zone', async () => {
    const { http, type, submit, entered, update } = await dialog();
    type('#value-systolic', '128');
    type('#value-diastolic', '82');
    type('#enter-at', '2026-11-25T09:30');
    type('textarea', ' 병동 혈압계 ');
    await submit();
    const asked = http.expectOne(URL);
    expect(asked.request.body).toEqual({
      metric: 'blood-pressure',
      components: [
        { component: 'systolic', value: '128' },
        { component: 'diastolic', value: '82' },
      ],
      measuredAt: NOON - 150 * MINUTE,
      note: '병동 혈압계',
    });
    const stored = aReading('blood-pressure', ['128', '82'], { source: 'manual' });
    asked.flush(stored, { status: 201, statusText: 'Created' });
    await update();
    expect(entered).toEqual([stored]);
  });

  it('asks for the fields of the metric that was chosen', async () => {
    const { root, type, update } = await dialog();
    type('select', 'body-temperature');
    await update();
    const names = [...root.querySelectorAll('app-value-fields label')].map((e) => e.textContent.trim());
    expect(names).toEqual(['체온']);
    expect(root.querySelector('app-value-fields')?.textContent.replace(/\u2060/g, '')).toContain('25.0–45.0');
  });

  it('says at each field what is wrong with it, and sends nothing', async () => {
    const { http, type, submit, faults, root } = await dialog();
    type('#value-systolic', '1280');
    type('#enter-at', '2026-11-25T12:30');
    await submit();
    expect(faults().map((t) => t.replace(/\u2060/g, ''))).toEqual([
      '40–300 범위만 입력할 수 있습니다',
      '입력이 필요합니다',
      '현재보다 늦은 시각입니다',
    ]);
    expect(root.querySelector('#value-systolic')?.getAttribute('aria-invalid')).toBe('true');
    http.expectNone(URL);
  });

  it('puts what the hub says against a field at the field, and keeps what was typed', async () => {
    const { http, type, submit, faults, root, update } = await dialog();
    type('#value-systolic', '128');
    type('#value-diastolic', '82');
    await submit();
    const fields = [
      { pointer: '/measuredAt', code: 'in-the-future' },
      { pointer: '/components/1/value', code: 'invalid-value' },
    ];
    http.expectOne(URL).flush({ code: 'in-the-future', fields }, { status: 422, statusText: 'Unprocessable' });
    await update();
    expect(faults()).toEqual(['숫자가 아닙니다', '현재보다 늦은 시각입니다']);
    expect(root.querySelector<HTMLInputElement>('#value-diastolic')?.value).toBe('82');
  });

  it('says that the hub is away', async () => {
    const { http, type, submit, faults, update } = await dialog();
    type('#value-systolic', '128');
    type('#value-diastolic', '82');
    await submit();
    http.expectOne(URL).error(new ProgressEvent('error'));
    await update();
    expect(faults().join()).toContain('서버와 연결이 끊겼습니다');
  });
});
