import { aDevice, aReading, HOUR, MINUTE, NOON } from '../testing/samples.ts';
import { linkOf } from './link.ts';
import { withReading } from './readings-list.ts';

const scope = { patientId: 'p-1', from: NOON - HOUR, to: NOON + HOUR };
const at = (n: number, change: Partial<ReturnType<typeof aReading>> = {}) =>
  aReading('spo2', ['97'], { readingId: `r${n}:spo2`, at: NOON + n * MINUTE, ...change });
const ids = (list: readonly { readingId: string }[]) => list.map((r) => r.readingId);

describe('list of readings', () => {
  it('keeps the newest first, wherever a late reading arrives', () => {
    const list = [at(3), at(1), at(2)].reduce<readonly ReturnType<typeof aReading>[]>(
      (l, r) => withReading(l, r, scope),
      [],
    );
    expect(ids(list)).toEqual(['r3:spo2', 'r2:spo2', 'r1:spo2']);
  });

  it('holds each reading once, with its highest version', () => {
    const list = withReading([at(1, { version: 2 })], at(1, { version: 3, status: 'set-aside' }), scope);
    expect(list.map((r) => [r.version, r.status])).toEqual([[3, 'set-aside']]);
    expect(withReading(list, at(1, { version: 2 }), scope)).toBe(list);
  });

  it('drops a reading that went to another patient, was superseded or left the period', () => {
    const list = [at(1)];
    expect(withReading(list, at(1, { version: 2, patientId: 'p-2' }), scope)).toEqual([]);
    expect(withReading(list, at(1, { version: 2, status: 'superseded' }), scope)).toEqual([]);
    expect(withReading(list, { ...at(600), readingId: 'r1:spo2', version: 2 }, scope)).toEqual([]);
  });

  it('stays the same object when nothing concerns it', () => {
    const list = [at(1)];
    expect(withReading(list, at(2, { patientId: 'p-2' }), scope)).toBe(list);
  });
});

describe('link of a patient’s devices', () => {
  const link = (state: string) => ({ gateway: 'gw-1', state, rssiDbm: null, lastSeenAt: NOON - MINUTE });

  it('names the worst trouble and the joint that is broken', () => {
    const devices = [
      aDevice(),
      aDevice({ deviceId: 'd-2', batteryPercent: 4 }),
      aDevice({ deviceId: 'd-3', link: link('offline') }),
    ];
    expect(linkOf(devices, NOON)).toMatchObject({ word: 'gateway-off', broken: 'gateway' });
    expect(linkOf(devices.slice(0, 2), NOON)).toMatchObject({ word: 'battery-low', broken: 'device' });
    expect(linkOf(devices.slice(0, 1), NOON)).toMatchObject({ word: 'fine', broken: null });
    expect(linkOf([], NOON).word).toBe('none');
  });

  it('lets a device that sleeps between measurements be fine for a day', () => {
    const asleep = aDevice({ link: link('away') });
    expect(linkOf([asleep], NOON).word).toBe('fine');
    expect(linkOf([asleep], NOON + 30 * HOUR).word).toBe('away');
  });
});
