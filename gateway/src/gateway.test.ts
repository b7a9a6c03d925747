// The gateway put together, between a fake radio and a fake hub.
import { GatewayStatus, type AllowedDevice } from '@gaya/protocols/messages';
import { join } from 'node:path';
import { Value } from 'typebox/value';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { Gateway, type Timing } from './gateway.ts';
import { Queue } from './queue/queue.ts';
import { StateFile } from './state-file.ts';
import { FakeCentral, settle, type FakeCharacteristic } from './testing/fake-ble.ts';
import { FakeUplink } from './testing/fake-uplink.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const A = 'c0:00:00:00:00:01';
const CUFF: FakeCharacteristic[] = [{ service: '1810', characteristic: '2a35', properties: ['indicate'] }];
const HUB_TIME = Date.parse('2026-11-25T08:00:00Z');
const QUICK: Partial<Timing> = {
  gatherMs: 60_000,
  waitForTimeMs: 60_000,
  radioRetryMs: { first: 1, last: 1 },
  backOff: { firstMs: 0, lastMs: 0 },
};

const running: Gateway[] = [];
afterEach(async () => {
  for (const gateway of running.splice(0)) await gateway.stop();
});

function rig({
  timing = {},
  wall = HUB_TIME,
  file = ':memory:',
  devices = [{ device: 'cuff', address: A }] as AllowedDevice[],
} = {}) {
  const time = { mono: 1_000, wall };
  const centrals: FakeCentral[] = [];
  const committed: string[] = [];
  const troubles: string[] = [];
  const queue = new Queue(file);
  const gateway = new Gateway({
    config: {
      id: 'gateway-1',
      hci: 'native',
      zone: 'Asia/Seoul',
      maxConnections: 4,
      testBench: false,
      devices,
      maxQueueMiB: 10,
    },
    queue,
    state: new StateFile(join(temporaryFolder(), 'state.json'), () => 'ab'.repeat(16)),
    openCentral: () => {
      const central = new FakeCentral();
      central.devices.set(A, CUFF);
      centrals.push(central);
      return Promise.resolve(central);
    },
    mono: () => time.mono,
    wall: () => time.wall,
    randomBytes: (count) => Uint8Array.from({ length: count }, () => Math.floor(Math.random() * 256)),
    freeBytes: () => null,
    software: 'gaya-gateway test',
    onCommitted: (frame, address) =>
      committed.push(`${address} ${frame.how} ${Buffer.from(frame.bytes).toString('hex')}`),
    onTrouble: (what) => troubles.push(what),
    timing: { ...QUICK, ...timing },
  });
  running.push(gateway);
  const uplink = new FakeUplink();
  uplink.serverTime = HUB_TIME;
  gateway.start();
  gateway.connect(uplink);
  /** The hub's answer to the last status. */
  const answerStatus = (): void => {
    const { boot = '', mono = 0 } = uplink.statuses.at(-1)?.detail ?? {};
    uplink.ack({ echo: { boot, mono } });
  };
  const connected = async (): Promise<void> => {
    await settle();
    centrals.at(-1)?.advertise(A);
    await settle();
  };
  const frames = () => uplink.messages.flatMap((m) => m.frames.map((f) => `${f.sequence} ${f.how} ${f.bytes}`));
  return { time, centrals, committed, troubles, queue, gateway, uplink, answerStatus, connected, frames };
}

describe('the gateway', () => {
  it('brings a value from the device to the hub', async () => {
    const r = rig();
    r.uplink.goOnline();
    r.answerStatus();
    await r.connected();
    r.centrals[0]?.links[0]?.send('2a35', '1e78');
    await settle();
    expect(r.frames()).toEqual(['0 connect ', '1 indicate 1e78']);
    expect(r.committed).toEqual([`${A} connect `, `${A} indicate 1e78`]);
    expect(r.queue.counts()).toEqual({ queued: 0, published: 0, stored: 2, dead: 0 });
  });

  it('keeps values while there is no hub', async () => {
    const r = rig();
    await r.connected();
    r.centrals[0]?.links[0]?.send('2a35', '1e78');
    await settle();
    expect(r.uplink.messages).toEqual([]);
    r.uplink.goOnline();
    r.answerStatus();
    await settle();
    expect(r.frames()).toEqual(['0 connect ', '1 indicate 1e78']);
  });

  it('says hello first, learns the time from the answer, and sends it along with what came before', async () => {
    const r = rig({ wall: 86_400_000 });
    await r.connected();
    r.uplink.goOnline();
    await settle();
    expect(r.uplink.statuses).toHaveLength(1);
    expect(r.uplink.statuses[0]?.detail).toMatchObject({ mono: 1_000, synced: false });
    expect(r.uplink.messages).toEqual([]);
    r.time.mono += 40;
    r.answerStatus();
    await settle();
    const [message] = r.uplink.messages;
    expect(message?.frames[0]).toMatchObject({ how: 'connect', mono: 1_000, wall: 86_400_000, synced: false });
    expect(message?.boots).toEqual([{ boot: r.gateway.boot, utcMinusMonoMs: HUB_TIME - 1_020, uncertaintyMs: 21 }]);
  });

  it('does not trust its own clock unless it is that of the hub', async () => {
    const right = rig({ wall: HUB_TIME + 500 });
    right.uplink.goOnline();
    right.answerStatus();
    await right.connected();
    expect(right.uplink.messages[0]?.frames[0]?.synced).toBe(true);
    const wrong = rig({ wall: HUB_TIME + 5_000 });
    wrong.uplink.goOnline();
    wrong.answerStatus();
    await wrong.connected();
    expect(wrong.uplink.messages[0]?.frames[0]?.synced).toBe(false);
  });

  it('does not take an answer to another boot for the time', () => {
    const r = rig();
    r.uplink.goOnline();
    r.uplink.ack({ echo: { boot: 'an-earlier-one', mono: 900 } });
    expect(r.gateway.view().clock.utc).toBeNull();
  });

  it('does not wait for the time for ever', async () => {
    const r = rig({ timing: { waitForTimeMs: 1 } });
    await r.connected();
    r.uplink.goOnline();
    while (r.uplink.messages.length === 0) await settle();
    expect(r.uplink.messages[0]?.boots).toEqual([]);
  });

  it('waits on each connection until the hub hears', async () => {
    const r = rig();
    r.uplink.goOnline();
    r.answerStatus();
    r.uplink.goOffline();
    await r.connected();
    r.uplink.goOnline();
    await settle();
    expect(r.frames()).toEqual([]);
    r.answerStatus();
    await settle();
    expect(r.frames()).toEqual(['0 connect ']);
  });

  it('publishes again, and once, what a broker took before the hub was there', async () => {
    const r = rig({ timing: { waitForTimeMs: 1 } });
    await r.connected();
    r.uplink.answers = false;
    r.uplink.goOnline();
    while (r.queue.counts().published === 0) await settle();
    r.uplink.answers = true;
    r.answerStatus();
    await settle();
    r.answerStatus();
    await settle();
    expect(r.frames()).toEqual(['0 connect ', '0 connect ']);
    expect(r.queue.counts()).toMatchObject({ published: 0, stored: 1 });
  });

  it('publishes nothing while offline, and what came meanwhile afterwards', async () => {
    const r = rig();
    r.uplink.goOnline();
    r.answerStatus();
    await r.connected();
    r.uplink.goOffline('the line broke');
    r.centrals[0]?.links[0]?.send('2a35', '01');
    await settle();
    expect(r.frames()).toEqual(['0 connect ']);
    expect(r.troubles).toContain('broker: the line broke');
    r.uplink.goOnline();
    r.answerStatus();
    await settle();
    expect(r.frames()).toEqual(['0 connect ', '1 indicate 01']);
  });

  it('sends all again to a hub that was restored', async () => {
    const r = rig();
    r.uplink.goOnline();
    r.answerStatus();
    await r.connected();
    r.uplink.epoch = 'epoch-2';
    r.uplink.stored = new Map();
    r.answerStatus();
    await settle();
    expect([...r.uplink.stored.keys()]).toHaveLength(1);
  });

  it('takes the allow-list of the hub', async () => {
    const r = rig({ devices: [] });
    await r.connected();
    expect(r.centrals[0]?.attempts).toEqual([]);
    const devices = [{ device: 'cuff', address: A }];
    r.uplink.command({ schema: 'gaya.commands', version: 1, kind: 'allow-list', revision: 1, devices });
    await r.connected();
    expect(r.centrals[0]?.attempts).toEqual([A]);
  });

  it('opens the radio again when it is lost, and finds its devices', async () => {
    const r = rig();
    await r.connected();
    r.centrals[0]?.lose('poweredOff');
    while (r.centrals.length < 2) await settle();
    r.time.mono += 1;
    await r.connected();
    expect(r.centrals[1]?.attempts).toEqual([A]);
    expect(r.troubles).toContain('radio: poweredOff');
    expect(r.gateway.status().detail?.adapter.state).toBe('poweredOn');
  });

  it('tells its state as the contract has it, with the age of the oldest frame that is not stored', async () => {
    const r = rig();
    await r.connected();
    r.time.mono += 7_000;
    r.time.wall += 7_000;
    const status = r.gateway.status();
    expect(Value.Check(GatewayStatus, status)).toBe(true);
    expect(status.detail?.queue).toEqual({ queued: 1, published: 0, stored: 0, dead: 0, oldestUnstoredMs: 7_000 });
    expect(status.detail?.devices).toMatchObject([{ device: 'cuff', state: 'connected' }]);
    expect(JSON.stringify(status)).not.toContain(A);
  });

  it('tells soon when something changed', async () => {
    const r = rig({ timing: { gatherMs: 1 } });
    r.uplink.goOnline();
    await r.connected();
    while (r.uplink.statuses.at(-1)?.detail?.devices[0]?.state !== 'connected') await settle();
    expect(r.uplink.statuses.length).toBeGreaterThan(1);
  });

  it('ends its sessions, says goodbye and leaves the rest in the queue', async () => {
    const file = join(temporaryFolder(), 'queue.sqlite');
    const r = rig({ file });
    r.uplink.goOnline();
    await r.connected();
    running.length = 0;
    await r.gateway.stop();
    expect(r.centrals[0]?.links[0]?.down).toBe(true);
    expect(r.uplink.statuses.at(-1)).toMatchObject({ state: 'offline' });
    const left = new Queue(file);
    onTestFinished(() => left.close());
    expect(left.counts().queued).toBe(2);
    const hows = left.db.prepare('select how from frame order by id').all();
    expect(hows).toEqual([{ how: 'connect' }, { how: 'disconnect' }]);
  });
});
