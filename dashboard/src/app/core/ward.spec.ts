import { TestBed } from '@angular/core/testing';
import type { Worklist } from '@gaya/protocols/api';
import { Api } from '../api/api.ts';
import { FakeBrowser, FakeHub, FakeTime, settle } from '../testing/fake-feed.ts';
import { aReading, aRow, aWorklist, MINUTE, NOON } from '../testing/samples.ts';
import { NOW } from './clock.ts';
import { FEED_PORTS } from './live/live.ts';
import { Ward } from './ward.ts';

class FakeApi {
  calls = 0;
  answer: Worklist | Error = aWorklist([aRow({}, [aReading('spo2', ['97'], { readingId: 'a:spo2', at: NOON })])]);
  gate: Promise<void> = Promise.resolve();

  async worklist(): Promise<Worklist> {
    this.calls += 1;
    const { answer } = this;
    await this.gate;
    if (answer instanceof Error) throw answer;
    return answer;
  }
}

function ward() {
  const [time, hub, api] = [new FakeTime(), new FakeHub(), new FakeApi()];
  TestBed.configureTestingModule({
    providers: [
      { provide: Api, useValue: api },
      { provide: FEED_PORTS, useValue: new FakeBrowser().ports(time, hub) },
      { provide: NOW, useValue: () => NOON },
    ],
  });
  const service = TestBed.inject(Ward);
  return { time, hub, api, ward: service, spo2: () => service.row('p-1')?.latest[0]?.reading.components[0]?.value };
}
const reading = (value: string, minutes: number, change: Partial<ReturnType<typeof aReading>> = {}) => ({
  type: 'reading' as const,
  at: NOON,
  reading: aReading('spo2', [value], { readingId: `m${minutes}:spo2`, at: NOON + minutes * MINUTE, ...change }),
});

describe('ward', () => {
  it('goes on from the position that the loaded rows include', async () => {
    const { ward: w, hub } = ward();
    w.start();
    await settle();
    expect(hub.asked).toEqual(['/api/feed?after=10']);
  });

  it('writes once per half second, however many events come', async () => {
    const { ward: w, hub, time, spo2 } = ward();
    w.start();
    await settle();
    const rows = w.rows();
    hub.send(11, reading('96', 1));
    hub.send(12, reading('95', 2));
    await settle();
    await time.advance(499);
    expect(w.rows()).toBe(rows);
    await time.advance(1);
    expect(spo2()).toBe('95');
  });

  it('ignores values older than the shown one and positions that it has already', async () => {
    const { ward: w, hub, time, spo2 } = ward();
    w.start();
    await settle();
    hub.send(11, reading('80', -5));
    hub.send(10, reading('70', 5));
    await settle();
    await time.advance(500);
    expect(spo2()).toBe('97');
  });

  it('loses nothing that happens while it loads', async () => {
    const { ward: w, hub, time, api, spo2 } = ward();
    w.start();
    await settle();
    let openGate: () => void = () => undefined;
    api.gate = new Promise((resolve) => (openGate = resolve));
    void w.load();
    hub.send(11, reading('93', 1));
    await settle();
    await time.advance(500);
    openGate();
    await settle();
    expect(spo2()).toBe('93');
  });

  it('asks the hub again soon, and once, when only the hub can say what is newest', async () => {
    const { ward: w, hub, time, api } = ward();
    w.start();
    await settle();
    hub.send(11, { type: 'records', at: NOON });
    hub.send(12, { type: 'gateway', at: NOON, gatewayId: 'gw-1', online: false });
    await settle();
    await time.advance(500);
    expect(api.calls).toBe(1);
    await time.advance(2000);
    expect(api.calls).toBe(2);
  });

  it('counts the tray again when a reading comes into it or leaves it', async () => {
    const { ward: w, hub, time, api } = ward();
    w.start();
    await settle();
    api.answer = aWorklist([], { unassigned: 1, feedPosition: 11 });
    hub.send(11, reading('97', -60, { patientId: null, trayReason: 'unbound' }));
    await settle();
    await time.advance(2500);
    expect(w.unassigned()).toBe(1);
    api.answer = aWorklist([], { unassigned: 0, feedPosition: 12 });
    hub.send(12, reading('97', -60, { version: 2 }));
    await settle();
    await time.advance(2500);
    expect(w.unassigned()).toBe(0);
  });

  it('does not ask for every sign of life of a device', async () => {
    const { ward: w, hub, time, api } = ward();
    w.start();
    await settle();
    for (let n = 0; n < 10; n++) {
      hub.send(11 + n, { type: 'device', at: NOON, deviceId: 'd-1' });
      await settle();
      await time.advance(1000);
    }
    expect(api.calls).toBe(1);
    await time.advance(6000);
    expect(api.calls).toBe(2);
  });

  it('loads everything anew after a reset', async () => {
    const { ward: w, hub, time, api, spo2 } = ward();
    w.start();
    await settle();
    api.answer = aWorklist([aRow({}, [aReading('spo2', ['90'], { readingId: 'z:spo2' })])], { feedPosition: 2 });
    hub.send(2, { type: 'reset', at: NOON });
    await settle();
    await time.advance(3000);
    expect(spo2()).toBe('90');
    hub.send(3, reading('89', 9));
    await settle();
    await time.advance(500);
    expect(spo2()).toBe('89');
  });

  it('keeps what it shows when the hub cannot be reached, says so, and tries again', async () => {
    const { ward: w, time, api, spo2 } = ward();
    w.start();
    await settle();
    api.answer = new Error('refused');
    await w.load();
    expect([spo2(), w.problem()]).toEqual(['97', 'unknown']);
    api.answer = aWorklist([]);
    await time.advance(2000);
    expect([w.rows()?.size, w.problem()]).toEqual([0, null]);
  });

  it('shows how much history is still being taken in, and nothing once it is done', async () => {
    const { ward: w, hub, time } = ward();
    w.start();
    await settle();
    hub.send(11, { type: 'backfill', at: NOON, done: 3, total: 9 });
    await settle();
    await time.advance(500);
    expect(w.backfill()).toEqual({ done: 3, total: 9 });
    hub.send(12, { type: 'backfill', at: NOON, done: 9, total: 9 });
    await settle();
    await time.advance(500);
    expect(w.backfill()).toBeNull();
  });

  it('washes a row once for a value after a time without, and not for each value of a stream', async () => {
    const { ward: w, hub, time } = ward();
    w.start();
    await settle();
    const washed: number[] = [];
    const sendUntil = async (last: number, from: number) => {
      for (let n = from; n <= last; n++) {
        hub.send(n, reading('96', n));
        await settle();
        await time.advance(1000);
        washed.push(w.changed().size);
      }
    };
    await sendUntil(20, 11);
    expect(washed).toEqual([1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    await time.advance(15_000);
    await sendUntil(21, 21);
    expect(washed.at(-1)).toBe(1);
  });
});
