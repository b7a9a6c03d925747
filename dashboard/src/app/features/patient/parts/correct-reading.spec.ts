import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { settle } from '../../../testing/fake-feed.ts';
import { aReading } from '../../../testing/samples.ts';
import { CorrectReading } from './correct-reading.ts';

/** jsdom has no modal dialogs. */
Object.defineProperty(HTMLDialogElement.prototype, 'showModal', {
  configurable: true,
  value(this: HTMLDialogElement) {
    this.open = true;
  },
});

const pressure = (version: number, values: readonly (string | null)[]) =>
  aReading('blood-pressure', values, { readingId: 's.1:bp', version });

async function dialog(reading = pressure(1, ['131', '79', '96'])) {
  TestBed.configureTestingModule({ providers: [provideHttpClient(), provideHttpClientTesting()] });
  const fixture = TestBed.createComponent(CorrectReading);
  const show = async (next = reading) => {
    fixture.componentRef.setInput('reading', next);
    fixture.detectChanges();
    await settle();
    fixture.detectChanges();
  };
  await show();
  const root = fixture.nativeElement as HTMLElement;
  const field = (id: string) => root.querySelector<HTMLInputElement>(id);
  const type = (id: string, words: string) => {
    const input = field(id);
    if (input === null) throw new Error(`no field ${id}`);
    input.value = words;
    input.dispatchEvent(new Event('input'));
  };
  const update = async () => {
    await settle();
    fixture.detectChanges();
  };
  const submit = async () => {
    root.querySelector('form')?.dispatchEvent(new Event('submit'));
    await update();
  };
  return { http: TestBed.inject(HttpTestingController), root, show, field, type, submit, update };
}

describe('correcting a reading', () => {
  it('keeps what was typed when a later version comes meanwhile, and does not undo that version', async () => {
    const { http, show, field, type, submit } = await dialog();
    type('#value-systolic', '113');
    await show(pressure(2, ['131', '97', '96']));
    expect(field('#value-systolic')?.value).toBe('113');
    type('textarea', 'digits changed places');
    await submit();
    expect(http.expectOne('/api/readings/s.1%3Abp/correct').request.body).toEqual({
      components: [{ component: 'systolic', value: '113' }],
      reason: 'digits changed places',
    });
  });

  it('has fields for what was measured only, and each of them must keep a number', async () => {
    const { http, field, type, submit, root } = await dialog(pressure(1, ['131', '79', null]));
    expect(field('#value-mean')).toBeNull();
    expect(root.querySelector('label')?.textContent).toBe('수축기');
    type('#value-diastolic', '');
    type('textarea', 'wrong arm');
    await submit();
    expect(root.querySelector('#value-diastolic-note')?.textContent).toBe('입력이 필요합니다');
    http.expectNone('/api/readings/s.1%3Abp/correct');
  });

  it('puts what the hub says against a value at its field', async () => {
    const { http, type, submit, update, root } = await dialog();
    type('#value-diastolic', '80');
    type('textarea', 'wrong arm');
    await submit();
    const fields = [{ pointer: '/components/0/value', code: 'invalid-value' }];
    http
      .expectOne('/api/readings/s.1%3Abp/correct')
      .flush({ code: 'invalid-value', fields }, { status: 422, statusText: 'Unprocessable' });
    await update();
    expect(root.querySelector('#value-diastolic-note')?.textContent).toBe('숫자가 아닙니다');
    expect(root.querySelector('#ask-fault')?.textContent).toBe('');
  });
});
