import { TestBed } from '@angular/core/testing';
import type { ApiReading, FeedEvent } from '@gaya/protocols/api';
import { Api } from '../../api/api.ts';
import { NOW } from '../../core/clock.ts';
import { FEED_PORTS, Live } from '../../core/live/live.ts';
import { FakeBrowser, FakeHub, FakeTime, settle } from '../../testing/fake-feed.ts';
import { aReading, MINUTE, NOON } from '../../testing/samples.ts';
import { PatientStore } from './patient-store.ts';

const at = (id: string, minutes: number, change: Partial<ApiReading> = {}) =>
  aReading('spo2', ['97'], { readingId: `${id}:spo2`, at: NOON + minutes * MINUTE, ...change });

async function store() {
  const [time, hub] = [new FakeTime(), new FakeHub()];
  const asked: string[] = [];
  const answers = new Map<string, Promise<ApiReading[]>>();
  const readings = (patientId: string) => {
    asked.push(patientId);
    return answers.get(patientId) ?? Promise.resolve([at('a', -10)]);
  };
  TestBed.configureTestingModule({
    providers: [
      PatientStore,
      { provide: Api, useValue: { readings } },
      { provide: FEED_PORTS, useValue: new FakeBrowser().ports(time, hub) },
      { provide: NOW, useValue: () => NOON },
    ],
  });
  const service = TestBed.inject(PatientStore);
  TestBed.inject(Live).continueFrom(0);
  const ids = () => service.readings()?.map((r) => r.readingId) ?? null;
  const update = async () => {
    TestBed.tick();
    await settle();
  };
  service.patientId.set('p-1');
  await update();
  const tell = async (position: number, event: FeedEvent) => {
    hub.send(position, event);
    await settle();
    await time.advance(500);
    await update();
  };
  const send = (position: number, reading: ApiReading) => tell(position, { type: 'reading', at: NOON, reading });
  const reset = (position: number) => tell(position, { type: 'reset', at: NOON });
  return { service, time, asked, answers, ids, update, send, reset };
}

describe('a patient’s period', () => {
  it('lists each new value at once without asking, and asks for the charts once some time after the first', async () => {
    const { service, send, time, asked, ids } = await store();
    const before = service.chartVersion();
    for (let n = 1; n <= 6; n++) await send(n, at(`n${n}`, -n / 10));
    expect(ids()).toEqual([1, 2, 3, 4, 5, 6].map((n) => `n${n}:spo2`).concat('a:spo2'));
    expect([service.chartVersion(), asked.length]).toEqual([before, 1]);
    await time.advance(4000);
    expect([service.chartVersion(), asked.length]).toEqual([before + 1, 1]);
  });

  it('draws the samples of a stream, but does not list them', async () => {
    const { service, send, time, ids } = await store();
    const before = service.chartVersion();
    await send(1, at('s', -1, { kind: 'sample' }));
    await time.advance(4000);
    expect([service.chartVersion(), ids()]).toEqual([before + 1, ['a:spo2']]);
  });

  it('loses nothing that happens while it asks', async () => {
    const { service, answers, ids, update, send } = await store();
    let answer: (readings: ApiReading[]) => void = () => undefined;
    answers.set('p-1', new Promise((resolve) => (answer = resolve)));
    service.more();
    await update();
    await send(1, at('new', -1));
    answer([at('a', -10)]);
    await update();
    expect(ids()).toEqual(['new:spo2', 'a:spo2']);
  });

  it('asks for everything again when the feed cannot go on', async () => {
    const { reset, asked } = await store();
    await reset(1);
    expect(asked).toHaveLength(2);
  });

  it('stays as it is when another patient’s value comes', async () => {
    const { service, send, time, asked } = await store();
    const before = service.chartVersion();
    await send(1, at('b', -1, { patientId: 'p-2' }));
    await time.advance(10_000);
    expect([service.chartVersion(), asked.length]).toEqual([before, 1]);
  });

  it('lets go a reading that was filed to another patient', async () => {
    const { service, send, time, ids } = await store();
    const before = service.chartVersion();
    await send(1, at('a', -10, { version: 2, patientId: 'p-2' }));
    await time.advance(4000);
    expect([service.chartVersion(), ids()]).toEqual([before + 1, []]);
  });

  it('never shows one patient’s readings under another, whichever answer comes last', async () => {
    const { service, answers, ids, update } = await store();
    let late: (readings: ApiReading[]) => void = () => undefined;
    answers.set('p-2', new Promise((resolve) => (late = resolve)));
    answers.set('p-3', Promise.resolve([at('three', -3, { patientId: 'p-3' })]));
    service.patientId.set('p-2');
    await update();
    expect(ids()).toBeNull();
    service.patientId.set('p-3');
    await update();
    late([at('two', -2, { patientId: 'p-2' })]);
    await update();
    expect(ids()).toEqual(['three:spo2']);
  });

  it('loads another period when the URL says so', async () => {
    const { service, asked, update } = await store();
    service.params.set({ range: '1w' });
    await update();
    expect(asked).toHaveLength(2);
    expect(service.window().to - service.window().from).toBe(7 * 86_400_000);
  });
});
