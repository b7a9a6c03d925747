import { describe, expect, it } from 'vitest';
import { BleError } from '../ble/ble-central.ts';
import { FrameWriter } from '../queue/frame-writer.ts';
import { QueueError } from '../queue/frame.ts';
import { Queue } from '../queue/queue.ts';
import { FakeLink, settle, type FakeCharacteristic } from '../testing/fake-ble.ts';
import { DeviceSession, type SessionEnd } from './device-session.ts';

const REFUSED = new BleError('att-error', 'the device answered ATT error 0x80', 0x80);
const CLOCK = 'ea070b19080e00038002';
const CUFF: FakeCharacteristic[] = [
  { service: '1810', characteristic: '2a49', properties: ['read'], value: '0000' },
  { service: '1810', characteristic: '2a35', properties: ['indicate'] },
  { service: '180f', characteristic: '2a19', properties: ['read'], value: '58' },
  { service: '1805', characteristic: '2a2b', properties: ['read', 'write'], value: CLOCK },
];
const with_ = (characteristic: string, more: Partial<FakeCharacteristic>): FakeCharacteristic[] =>
  CUFF.map((c) => (c.characteristic === characteristic ? { ...c, ...more } : c));

function rig(characteristics = CUFF, { setClock = false, othersWait = false, lookEveryMs = 60_000, clock = {} } = {}) {
  const queue = new Queue(':memory:');
  const writer = new FrameWriter({
    queue,
    freeBytes: () => null,
    reserveBytes: 0,
    onCommitted: () => undefined,
    onError: () => undefined,
  });
  const link = new FakeLink('c0:00:00:00:00:01', characteristics);
  const observed: string[] = [];
  let mono = 0;
  const context = {
    writer,
    stamp: () => ({ wall: 1_000, mono: ++mono, boot: 'boot-1', synced: false }),
    clock: { offsetMs: () => 42, now: () => Uint8Array.of(1, 2), ...clock },
    othersWait: () => othersWait,
    idleMs: 1,
    lookEveryMs,
  };
  const session = new DeviceSession(link, { session: 's', device: 'cuff', provisional: false, setClock }, context, {
    read: (characteristic, bytes) => observed.push(`read ${characteristic} ${Buffer.from(bytes).toString('hex')}`),
    value: () => observed.push('value'),
    clockOffset: (ms) => observed.push(`offset ${ms}`),
    rssi: (dbm) => observed.push(`rssi ${dbm}`),
    trouble: (what) => observed.push(`trouble ${what}`),
  });
  const frames = (): string[] =>
    queue.db
      .prepare('select how, characteristic, lower(hex(bytes)) as hex from frame order by sequence')
      .all()
      .map((row) => [row['how'], row['characteristic'] ?? '', row['hex']].join(' ').replace(/ +/g, ' ').trim());
  return { queue, writer, link, observed, frames, run: () => session.run() };
}
/** Runs until the device is live, lets something happen, ends by the device. */
async function live(r: ReturnType<typeof rig>, happens: () => void = () => undefined): Promise<SessionEnd> {
  const end = r.run();
  await settle();
  happens();
  r.link.lose(0x13);
  return end;
}

describe('a session', () => {
  it('reads the clock, subscribes, then reads settings and battery, and makes a frame of everything', async () => {
    const r = rig();
    const end = await live(r, () => r.link.send('2a35', '1e78'));
    expect(end).toEqual({ reason: 0x13, values: 1, error: null });
    expect(r.link.log).toEqual([
      'discover',
      'read 2a2b',
      'subscribe 2a35 indicate',
      'settle',
      'read 2a49',
      'read 2a19',
    ]);
    expect(r.frames()).toEqual([
      'connect',
      `read 2a2b ${CLOCK}`,
      'read 2a49 0000',
      'read 2a19 58',
      'indicate 2a35 1e78',
      'disconnect 13',
    ]);
    expect(r.observed).toContain('offset 42');
  });

  it('takes a value that comes before the reads are done', async () => {
    const r = rig(with_('2a49', { value: () => (r.link.send('2a35', '1e79'), '0000') }));
    await live(r);
    expect(r.frames().slice(2, 4)).toEqual(['indicate 2a35 1e79', 'read 2a49 0000']);
  });

  it('sets the clock only where that is allowed, and reads it again', async () => {
    const r = rig(CUFF, { setClock: true });
    await live(r);
    expect(r.link.log.slice(-2)).toEqual(['write 2a2b 0102', 'read 2a2b']);
    expect(r.frames().slice(-3)).toEqual(['write 2a2b 0102', `read 2a2b ${CLOCK}`, 'disconnect 13']);
  });

  it('sets no clock while it does not know the time', async () => {
    const r = rig(CUFF, { setClock: true, clock: { now: () => null } });
    await live(r);
    expect(r.link.log.filter((entry) => entry.startsWith('write'))).toEqual([]);
  });

  it('reports what the device refuses, and goes on', async () => {
    const r = rig(with_('2a19', { value: REFUSED }));
    const end = await live(r, () => r.link.send('2a35', '1e'));
    expect(end).toMatchObject({ values: 1, error: null });
    expect(r.observed).toContain(`trouble 2a19: ${REFUSED.message}`);
    expect(r.frames()).not.toContain('read 2a19');
  });

  it('reports a refused subscription and what the profile misses', async () => {
    const r = rig(with_('2a35', { refuses: REFUSED }).filter((c) => c.characteristic !== '2a49'));
    await live(r);
    expect(r.observed).toEqual(
      expect.arrayContaining([`trouble 2a35: ${REFUSED.message}`, 'trouble missing-characteristic 2a49']),
    );
  });

  it('ends with the reason when the link is lost in the middle', async () => {
    const r = rig(with_('2a49', { value: () => (r.link.lose(0x08), '0000') }));
    const end = await r.run();
    expect(end).toEqual({ reason: 0x08, values: 0, error: 'the link was lost' });
    expect(r.frames()).toEqual(['connect', `read 2a2b ${CLOCK}`, 'read 2a49 0000', 'disconnect 08']);
  });

  it('hangs up when the device no longer answers', async () => {
    const r = rig(with_('2a49', { value: new BleError('gatt-timeout', 'no answer') }));
    expect(await r.run()).toMatchObject({ reason: 0x16, error: 'no answer' });
    expect(r.link.down).toBe(true);
  });

  it('does not take a value that it cannot make durable', async () => {
    const r = rig();
    const commit = r.queue.commit.bind(r.queue);
    await live(r, () => {
      r.queue.commit = () => {
        throw new QueueError('queue-full', 'the disk is full');
      };
      expect(() => r.link.send('2a35', '1e')).toThrow('the disk is full');
      r.queue.commit = commit;
    });
    expect(r.observed).not.toContain('value');
  });

  it('does not begin when not even its first frame can be written', async () => {
    const r = rig();
    r.queue.openSession = () => {
      throw new QueueError('queue-full', 'the disk is full');
    };
    expect(await r.run()).toMatchObject({ reason: 0x16, error: 'the disk is full' });
    expect(r.link.log).toEqual([]);
  });

  it('makes room when others wait and nothing comes any more', async () => {
    const r = rig(CUFF, { othersWait: true, lookEveryMs: 1 });
    expect(await r.run()).toEqual({ reason: 0x16, values: 0, error: null });
  });

  it('reads the signal strength from time to time', async () => {
    const r = rig(CUFF, { lookEveryMs: 1 });
    const end = r.run();
    while (!r.observed.includes('rssi -50')) await settle();
    r.link.lose(0x13);
    await end;
  });

  it('leaves the queue only what belongs to it', async () => {
    const r = rig();
    await live(r);
    expect(r.queue.openSessions).toEqual([]);
  });
});
