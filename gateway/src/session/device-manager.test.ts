import type { AllowedDevice } from '@gaya/protocols/messages';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BleError } from '../ble/ble-central.ts';
import { FrameWriter } from '../queue/frame-writer.ts';
import { Queue } from '../queue/queue.ts';
import { StateFile } from '../state-file.ts';
import { FakeCentral, settle, type FakeCharacteristic } from '../testing/fake-ble.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { AllowList } from './allow-list.ts';
import { DeviceManager } from './device-manager.ts';

const A = 'c0:00:00:00:00:01';
const B = 'c0:00:00:00:00:02';
const SYSTEM_ID = '0102030405060708';
const CUFF: FakeCharacteristic[] = [
  { service: '1810', characteristic: '2a35', properties: ['indicate'] },
  { service: '1810', characteristic: '2a49', properties: ['read'], value: '0000' },
  { service: '180a', characteristic: '2a23', properties: ['read'], value: SYSTEM_ID },
  { service: '180a', characteristic: '2a25', properties: ['read'], value: Buffer.from('S1\0').toString('hex') },
  { service: '180f', characteristic: '2a19', properties: ['read'], value: '58' },
];
const BACK_OFF = { firstMs: 100, lastMs: 1_000 };

function rig(allowed: AllowedDevice[], { maxConnections = 2, testBench = false } = {}) {
  const queue = new Queue(':memory:');
  const writer = new FrameWriter({
    queue,
    freeBytes: () => null,
    reserveBytes: 0,
    onCommitted: () => undefined,
    onError: () => undefined,
  });
  const time = { mono: 1_000 };
  const troubles: string[] = [];
  let sessions = 0;
  const file = new StateFile(join(temporaryFolder(), 'state.json'), () => 'ab'.repeat(16));
  const allowList = new AllowList(file, allowed, testBench);
  const manager = new DeviceManager({
    allowList,
    maxConnections,
    connectTimeoutMs: 1_000,
    backOff: BACK_OFF,
    random: () => 0,
    mono: () => time.mono,
    newSessionId: () => `session-${++sessions}`,
    onChange: () => undefined,
    onTrouble: (device, what) => troubles.push(`${device}: ${what}`),
    session: {
      writer,
      stamp: () => ({ wall: 0, mono: time.mono, boot: 'boot-1', synced: false }),
      clock: { offsetMs: () => null, now: () => null },
      idleMs: 1_000,
      lookEveryMs: 60_000,
    },
  });
  const central = new FakeCentral();
  manager.attach(central);
  const links = () => manager.links((mono) => mono + 5_000_000);
  const stateOf = (device: string) => links().find((link) => link.device === device)?.state;
  const sessionsInQueue = () =>
    queue.db.prepare('select session, device, provisional from session order by session').all();
  return { queue, time, troubles, allowList, manager, central, links, stateOf, sessionsInQueue };
}
const cuff: AllowedDevice = { device: 'cuff', address: A };
const other: AllowedDevice = { device: 'other', address: B };

describe('the device manager', () => {
  it('connects to an allowed device when it is heard, and to no other', async () => {
    const r = rig([cuff]);
    r.central.devices.set(A, CUFF);
    r.central.devices.set(B, CUFF);
    expect(r.stateOf('cuff')).toBe('never-seen');
    r.central.advertise(A);
    r.central.advertise(B, ['1810']);
    await settle();
    expect(r.central.attempts).toEqual([A]);
    expect(r.links()).toEqual([
      {
        device: 'cuff',
        state: 'connected',
        lastSeenAt: 5_001_000,
        rssiDbm: -60,
        batteryPercent: 0x58,
        clockOffsetMs: null,
        lastError: null,
      },
    ]);
    expect(r.sessionsInQueue()).toMatchObject([{ session: 'session-1', device: 'cuff', provisional: 0 }]);
    expect(r.manager.addressOf('session-1')).toBe(A);
  });

  it('connects once, however often it is heard', async () => {
    const r = rig([cuff]);
    r.central.devices.set(A, CUFF);
    for (let i = 0; i < 5; i++) r.central.advertise(A);
    await settle();
    r.central.advertise(A);
    await settle();
    expect(r.central.attempts).toEqual([A]);
  });

  it('comes back after a pause when the device has gone', async () => {
    const r = rig([cuff]);
    r.central.devices.set(A, CUFF);
    r.central.advertise(A);
    await settle();
    r.central.links[0]?.lose(0x13);
    await settle();
    r.central.advertise(A);
    await settle();
    expect(r.stateOf('cuff')).toBe('back-off');
    r.time.mono += BACK_OFF.firstMs;
    r.central.advertise(A);
    await settle();
    expect(r.central.attempts).toEqual([A, A]);
    expect(r.stateOf('cuff')).toBe('connected');
  });

  it('waits longer after each failure, and says what went wrong', async () => {
    const r = rig([cuff]);
    for (const pause of [100, 200, 400, 500, 500]) {
      r.central.advertise(A);
      await settle();
      r.time.mono += pause - 1;
      const before = r.central.attempts.length;
      r.central.advertise(A);
      await settle();
      expect(r.central.attempts).toHaveLength(before);
      r.time.mono += 1;
    }
    expect(r.troubles[0]).toBe('cuff: no connection');
    expect(r.links()[0]).toMatchObject({ lastError: 'no connection' });
  });

  it('lets devices wait for a connection, and takes them in turn', async () => {
    const r = rig([cuff, other], { maxConnections: 1 });
    r.central.devices.set(A, CUFF);
    r.central.devices.set(B, CUFF);
    r.central.advertise(A);
    r.central.advertise(B);
    await settle();
    expect([r.stateOf('cuff'), r.stateOf('other')]).toEqual(['connected', 'waiting']);
    r.central.links[0]?.lose(0x13);
    await settle();
    expect(r.stateOf('other')).toBe('connected');
  });

  it('does not try a device that has not been heard while it waited', async () => {
    const r = rig([cuff, other], { maxConnections: 1 });
    r.central.devices.set(A, CUFF);
    r.central.advertise(A);
    r.central.advertise(B);
    await settle();
    r.time.mono += 60_000;
    r.central.links[0]?.lose(0x13);
    await settle();
    expect(r.central.attempts).toEqual([A]);
    expect(r.stateOf('other')).toBe('advertising');
    r.time.mono += 1;
    expect(r.stateOf('other')).toBe('away');
  });

  it('uses fewer connections when the adapter has fewer', async () => {
    const r = rig([cuff, other], { maxConnections: 2 });
    r.central.devices.set(A, CUFF);
    r.central.devices.set(B, new BleError('connection-limit', 'Connection Limit Exceeded (0x9)'));
    r.central.advertise(A);
    await settle();
    r.central.advertise(B);
    await settle();
    r.time.mono += 10_000;
    r.central.advertise(B);
    await settle();
    expect(r.central.attempts).toEqual([A, B]);
    expect(r.stateOf('other')).toBe('waiting');
  });

  it('asks a device of unknown address who it is before it takes anything from it', async () => {
    const r = rig([{ device: 'cuff', systemId: SYSTEM_ID, serial: 'S1' }]);
    r.central.devices.set(A, CUFF);
    r.central.advertise(A, ['1810']);
    await settle();
    const log = r.central.links[0]?.log ?? [];
    expect(log.slice(0, 3)).toEqual(['discover', 'read 2a23', 'read 2a25']);
    expect(r.stateOf('cuff')).toBe('connected');
    expect(r.sessionsInQueue()).toMatchObject([{ device: 'cuff' }]);
  });

  it('lets a stranger go and leaves it alone for a while', async () => {
    const r = rig([{ device: 'cuff', systemId: 'ffffffffffffffff' }]);
    r.central.devices.set(A, CUFF);
    for (let i = 0; i < 3; i++) {
      r.central.advertise(A, ['1810']);
      await settle();
    }
    expect(r.central.attempts).toEqual([A]);
    expect(r.central.links[0]?.down).toBe(true);
    expect(r.sessionsInQueue()).toEqual([]);
    r.time.mono += 10 * 60_000;
    r.central.advertise(A, ['1810']);
    await settle();
    expect(r.central.attempts).toEqual([A, A]);
  });

  it('shows a device that is not who it should be, and keeps it under its address', async () => {
    const r = rig([{ ...cuff, systemId: 'ffffffffffffffff' }]);
    r.central.devices.set(A, CUFF);
    r.central.advertise(A);
    await settle();
    expect(r.links()[0]).toMatchObject({ device: 'cuff', state: 'connected', lastError: 'identity-conflict' });
  });

  it('takes any fitting device on the test bench, under a provisional id, until the hub allows it', async () => {
    const r = rig([], { testBench: true });
    r.central.devices.set(A, CUFF);
    r.central.advertise(A, []);
    r.central.advertise(A, ['1810']);
    await settle();
    const device = r.allowList.provisionalId(A);
    expect(r.sessionsInQueue()).toMatchObject([{ device, provisional: 1 }]);
    r.manager.allow({ schema: 'gaya.commands', version: 1, kind: 'allow-list', revision: 1, devices: [{ device }] });
    expect(r.central.links[0]?.down).toBe(false);
    r.central.links[0]?.lose(0x13);
    await settle();
    r.time.mono += BACK_OFF.firstMs;
    r.central.advertise(A, ['1810']);
    await settle();
    expect(r.sessionsInQueue()).toMatchObject([
      { device, provisional: 1 },
      { device, provisional: 0 },
    ]);
  });

  it('lets a device go that the hub no longer allows, and takes one that it now allows', async () => {
    const r = rig([]);
    const allow = (devices: AllowedDevice[]) =>
      r.manager.allow({ schema: 'gaya.commands', version: 1, kind: 'allow-list', revision: 1, devices });
    r.central.devices.set(A, CUFF);
    r.central.advertise(A);
    allow([cuff]);
    r.central.advertise(A);
    await settle();
    expect(r.stateOf('cuff')).toBe('connected');
    allow([]);
    await settle();
    expect(r.central.links[0]?.down).toBe(true);
    r.time.mono += 10_000;
    r.central.advertise(A);
    await settle();
    expect(r.central.attempts).toEqual([A]);
    expect(r.links()).toEqual([]);
  });

  it('ends with its radio, and finds the devices on the next', async () => {
    const r = rig([cuff]);
    r.central.devices.set(A, CUFF);
    r.central.advertise(A);
    await settle();
    r.central.lose('poweredOff');
    await r.manager.detach();
    expect(r.queue.db.prepare("select lower(hex(bytes)) as reason from frame where how = 'disconnect'").all()).toEqual([
      { reason: '03' },
    ]);
    const next = new FakeCentral();
    next.devices.set(A, CUFF);
    r.manager.attach(next);
    r.time.mono += 10_000;
    next.advertise(A);
    await settle();
    expect(r.stateOf('cuff')).toBe('connected');
  });
});
