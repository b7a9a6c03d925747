import { TestBed } from '@angular/core/testing';
import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import type { ApiReading, Explanation } from '@gaya/protocols/api';
import { NOW } from '../../../core/clock.ts';
import { FEED_PORTS } from '../../../core/live/live.ts';
import { FakeBrowser, FakeHub, FakeTime, settle } from '../../../testing/fake-feed.ts';
import { aDevice, aReading, NOON } from '../../../testing/samples.ts';
import { ExplainDrawer } from './explain-drawer.ts';

const READING = aReading('spo2', ['91'], { readingId: 's.3:spo2' });
const URL = '/api/readings/s.3%3Aspo2/explain';

function anExplanation(change: Partial<ApiReading> = {}, rest: Partial<Explanation> = {}): Explanation {
  return {
    reading: { ...READING, ...change },
    versions: [],
    frame: {
      frameId: 's.3',
      session: 's',
      sequence: 3,
      gateway: 'gw-1',
      how: 'indicate',
      service: '1822',
      characteristic: '2a5e',
      characteristicName: 'PLX Spot-Check Measurement',
      spec: 'PLXS 1.0.1',
      hex: '005b004800',
      fields: [
        { name: 'flags', offset: 0, length: 1, text: '0b00000000' },
        { name: 'spo2', offset: 1, length: 2, text: '91 %' },
        { name: 'pulseRate', offset: 3, length: 2, text: '72 /min' },
      ],
      wall: NOON,
      synced: true,
      entry: { partition: 3, position: 17 },
    },
    measurement: null,
    decisions: [],
    duplicates: ['s.4'],
    ...rest,
  };
}

/** jsdom has no modal dialogs. */
Object.defineProperty(HTMLDialogElement.prototype, 'showModal', {
  configurable: true,
  value(this: HTMLDialogElement) {
    this.open = true;
  },
});

async function drawer(answer: Explanation | number) {
  TestBed.configureTestingModule({
    providers: [
      provideHttpClient(),
      provideHttpClientTesting(),
      { provide: FEED_PORTS, useValue: new FakeBrowser().ports(new FakeTime(), new FakeHub()) },
      { provide: NOW, useValue: () => NOON },
    ],
  });
  const fixture = TestBed.createComponent(ExplainDrawer);
  fixture.componentRef.setInput('readingId', 's.3:spo2');
  fixture.componentRef.setInput('devices', [aDevice({ label: '산소포화도 측정기 1', model: 'OX-310' })]);
  fixture.componentRef.setInput('zone', 'Asia/Seoul');
  fixture.detectChanges();
  const http = TestBed.inject(HttpTestingController);
  const asked = http.expectOne(URL);
  if (typeof answer === 'number') asked.flush(null, { status: answer, statusText: 'refused' });
  else asked.flush(answer);
  const update = async () => {
    await settle();
    fixture.detectChanges();
  };
  await update();
  const root = fixture.nativeElement as HTMLElement;
  const all = (selector: string) => [...root.querySelectorAll<HTMLElement>(selector)];
  const text = (selector: string) => all(selector).map((e) => e.textContent.replace(/[\s\u00a0\u2060]+/g, ' ').trim());
  const button = (words: string) => all('button').find((b) => b.textContent.includes(words));
  return { http, root, update, all, text, button };
}

describe('explain drawer', () => {
  it('says first whether the value may be used and how its time came about', async () => {
    const { text } = await drawer(anExplanation());
    expect(text('.verdict')[0]).toBe(
      '사용 가능형식, 유효 범위, 측정 품질에 특이 사항이 없습니다. 기기 시계가 41초 늦어 시각을 보정했습니다.',
    );
  });

  it('names the marks that speak against a value', async () => {
    const { text } = await drawer(anExplanation({ quality: ['sensor-off'] }));
    expect(text('.verdict')[0]).toContain('사용 불가');
    expect(text('.verdict')[0]).toContain('센서 빠짐');
  });

  it('shows the three clocks with their offsets', async () => {
    const { text } = await drawer(anExplanation());
    expect(text('app-three-clocks li')).toEqual([
      '기기11:58:1941초 늦음',
      '게이트웨이11:59:01기준 시각',
      '서버11:59:021초 뒤',
    ]);
  });

  it('shows every byte, and selects byte and field together by click and by arrow keys', async () => {
    const { all, text, update } = await drawer(anExplanation());
    expect(text('.bytes button').join(' ')).toBe('00 5B 00 48 00');
    expect(text('.bytes button.on')).toEqual(['5B', '00']);
    expect(text('tr.on th')).toEqual(['산소포화도']);
    all('.bytes')[0]?.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight' }));
    await update();
    expect([text('.bytes button.on'), text('tr.on th')]).toEqual([['48', '00'], ['맥박']]);
    all('tbody th button')[0]?.click();
    await update();
    expect(text('.bytes button.on')).toEqual(['00']);
  });

  it('tells the way and that a repeat was counted once', async () => {
    const { text } = await drawer(anExplanation());
    const path = text('dl').join(' ');
    for (const part of ['OX-310', 'gw-1', 'PLXS 1.0.1', '3번째', '구획 3, 위치 17', '1회, 한 번만 반영함'])
      expect(path).toContain(part);
  });

  it('says that a value entered by hand has no bytes', async () => {
    const { root } = await drawer(anExplanation({ source: 'manual' }, { frame: null }));
    expect(root.textContent).toContain('원본 데이터가 없습니다');
    expect(root.querySelector('.bytes')).toBeNull();
  });

  it('sets a value aside only with a reason', async () => {
    const { http, all, button, update, root } = await drawer(anExplanation());
    button('이 값 제외')?.click();
    await update();
    const form = root.querySelector('form');
    form?.dispatchEvent(new Event('submit'));
    await update();
    http.expectNone('/api/readings/s.3%3Aspo2/set-aside');
    expect(root.textContent).toContain('사유 입력이 필요합니다');
    const area = all('textarea')[0] as HTMLTextAreaElement;
    area.value = ' 다른 사람이 쟀음 ';
    area.dispatchEvent(new Event('input'));
    form?.dispatchEvent(new Event('submit'));
    const asked = http.expectOne('/api/readings/s.3%3Aspo2/set-aside');
    expect(asked.request.body).toEqual({ reason: '다른 사람이 쟀음' });
    asked.flush({ ...READING, version: 2, status: 'set-aside' });
    await update();
    http.expectOne(URL).flush(anExplanation({ version: 2, status: 'set-aside', note: '다른 사람이 쟀음' }));
    await update();
    expect(root.querySelector('dialog')).toBeNull();
    expect(button('이 값 제외')).toBeUndefined();
    expect(button('되돌리기')).toBeDefined();
  });

  it('lists the shown version with the earlier ones, newest first, and nothing where there is only one', async () => {
    const earlier = { ...READING, components: [{ component: 'value' as const, value: '19', unit: '%', absent: null }] };
    const { text } = await drawer(anExplanation({ version: 2 }, { versions: [earlier] }));
    expect(text('section ol li').slice(-3, -1)).toEqual(['2판 91 % 표시 중', '1판 19 %']);
    TestBed.resetTestingModule();
    expect((await drawer(anExplanation())).root.textContent).not.toContain('1판');
  });

  it('offers nothing to decide about one value of a continuous measurement, and says why', async () => {
    const { root, all } = await drawer(anExplanation({ kind: 'sample' }));
    expect(all('footer button')).toEqual([]);
    expect(root.textContent).toContain('연속 측정의 한 값입니다');
  });

  it('corrects a value with a reason, and only what was changed', async () => {
    const { http, all, button, update, root, text } = await drawer(anExplanation());
    button('값 수정')?.click();
    await update();
    const [value] = all('dialog input') as HTMLInputElement[];
    const type = (field: HTMLInputElement | HTMLTextAreaElement | undefined, words: string) => {
      if (field === undefined) throw new Error('no such field');
      field.value = words;
      field.dispatchEvent(new Event('input'));
    };
    const submit = () => root.querySelector('form')?.dispatchEvent(new Event('submit'));
    expect(value?.value).toBe('91');
    type(all('textarea')[0] as HTMLTextAreaElement, '잘못 읽음');
    submit();
    await update();
    expect(root.querySelector('#ask-fault')?.textContent).toContain('바뀐 값이 없습니다');
    type(value, '910');
    submit();
    await update();
    expect(text('dialog .field .fault')).toEqual(['50– 100 범위만 입력할 수 있습니다']);
    type(value, '97');
    submit();
    const asked = http.expectOne('/api/readings/s.3%3Aspo2/correct');
    expect(asked.request.body).toEqual({ components: [{ component: 'value', value: '97' }], reason: '잘못 읽음' });
    asked.flush({ ...READING, version: 2 });
    await update();
    expect(root.querySelector('dialog')).toBeNull();
    http.expectOne(URL);
  });

  it('strikes through what a correction replaced', async () => {
    const earlier = { ...READING, components: [{ component: 'value' as const, value: '19', unit: '%', absent: null }] };
    const { text } = await drawer(anExplanation({ version: 2 }, { versions: [earlier] }));
    expect(text('section ol s')).toEqual(['19 %']);
  });

  it('keeps the reason that was typed when the hub refuses', async () => {
    const { http, all, button, update, root } = await drawer(anExplanation({ status: 'set-aside' }));
    button('되돌리기')?.click();
    await update();
    const area = all('textarea')[0] as HTMLTextAreaElement;
    area.value = '맞는 값임';
    area.dispatchEvent(new Event('input'));
    root.querySelector('form')?.dispatchEvent(new Event('submit'));
    http.expectOne('/api/readings/s.3%3Aspo2/restore').flush(null, { status: 409, statusText: 'Conflict' });
    await update();
    expect(root.querySelector('#ask-fault')?.textContent).toContain('다른 사람이 먼저 수정했습니다');
    expect(area.value).toBe('맞는 값임');
  });

  it('says why there is nothing to show, with a way to try again', async () => {
    const { root, button } = await drawer(503);
    expect(root.querySelector('[role=alert]')?.textContent).toContain('서버와 연결이 끊겼습니다');
    expect(button('다시 시도')).toBeDefined();
  });
});
