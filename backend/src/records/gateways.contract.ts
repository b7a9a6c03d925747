import type { GatewayStatus } from '@gaya/protocols/messages';
import { expect, it } from 'vitest';
import type { Sql } from '../db/work.ts';
import { DeviceWork } from './device-work.ts';
import { GatewayWork } from './gateway-work.ts';

const AT = 1_795_000_000_000;
const STORE = { epoch: 'e-1', resendSince: null };
const LINK = { device: 'd-1', state: 'connected', rssiDbm: -60.5, batteryPercent: 80, clockOffsetMs: null } as const;
const ONLINE: GatewayStatus = {
  schema: 'gaya.gateway-status',
  version: 1,
  gateway: 'gw-1',
  state: 'online',
  detail: {
    software: '1.0.0',
    boot: 'b-1',
    mono: 1.5,
    wall: AT,
    synced: true,
    adapter: { hci: 'hci0', state: 'poweredOn' },
    queue: { queued: 4, published: 1, stored: 9, dead: 0, oldestUnstoredMs: null },
    devices: [{ ...LINK, lastSeenAt: AT - 0.4, lastError: null }],
  },
};
const WILL: GatewayStatus = { schema: 'gaya.gateway-status', version: 1, gateway: 'gw-1', state: 'offline' };

export function gatewayContract(sql: () => Sql): void {
  const ours = new GatewayWork('a');
  const theirs = new GatewayWork('b');
  const create = (id: string, label = id, of = ours) =>
    sql().transaction(() => of.create(id, label, `secret of ${id}`, 'clerk', AT));
  const verify = (id: string, secret: string, of = ours) => sql().read(() => of.verify(id, secret));
  const take = (status: GatewayStatus, store: { epoch: string; resendSince: number | null } = STORE) =>
    sql().transaction(() => ours.take(status, AT, store));

  it('are known by their secret, once they are registered', async () => {
    expect(await create('gw-1', '집')).toMatchObject({ gatewayId: 'gw-1', label: '집', online: false, queued: null });
    expect(await verify('gw-1', 'secret of gw-1')).toBe(true);
    expect(await verify('gw-1', 'secret of gw-2')).toBe(false);
    expect(await verify('gw-2', '')).toBe(false);
    await expect(create('gw-1')).rejects.toMatchObject({ code: 'already-exists' });
  });

  it('are registered once, however many do it at the same time', async () => {
    const outcomes = await Promise.allSettled([create('gw-1'), create('gw-1'), create('gw-1')]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected', 'rejected']);
  });

  it('are listed by label in the order of code points, then by id', async () => {
    for (const [id, label] of Object.entries({ g4: '나', g3: 'b', g2: '가', g1: '가', g0: 'B' }))
      await create(id, label);
    expect((await sql().read(() => ours.all())).map(({ gatewayId }) => gatewayId)).toEqual([
      'g0',
      'g3',
      'g1',
      'g2',
      'g4',
    ]);
  });

  it('may beat before they are registered, and keep their state when they are', async () => {
    const { events } = await take(ONLINE);
    expect(events.map(({ type }) => type)).toEqual(['event', 'event']);
    expect(await verify('gw-1', '')).toBe(false);
    expect(await create('gw-1', 'Home')).toEqual({
      gatewayId: 'gw-1',
      label: 'Home',
      online: true,
      lastStatusAt: AT,
      software: '1.0.0',
      synced: true,
      queued: 4,
      dead: 0,
      adapterState: 'poweredOn',
    });
  });

  it('tell what changed, and keep their last detail when they are gone', async () => {
    await create('gw-1');
    expect((await take(ONLINE)).events).toMatchObject([
      { event: { type: 'gateway', gatewayId: 'gw-1', online: true } },
      { event: { type: 'device', deviceId: 'd-1' } },
    ]);
    expect((await take(ONLINE)).events).toEqual([]);
    expect((await take(WILL)).events).toMatchObject([{ event: { type: 'gateway', online: false } }]);
    expect(await sql().read(() => ours.get('gw-1'))).toMatchObject({ online: false, software: '1.0.0', queued: 4 });
  });

  it('are asked once for each restore of the store to send again', async () => {
    const restored = { epoch: 'e-2', resendSince: AT - 1000 };
    expect((await take(ONLINE)).resend).toBeNull();
    expect((await take(WILL, restored)).resend).toBeNull();
    expect((await take(ONLINE, restored)).resend).toBe(AT - 1000);
    expect((await take(ONLINE, restored)).resend).toBeNull();
  });

  it('get an allow-list whose revision counts every change of a device', async () => {
    const facts = { states: { ofDevice: () => new Map<string, never>() }, bindings: { spansOf: () => [] } };
    const devices = new DeviceWork({ organisation: 'a', clock: () => AT, ...facts });
    const list = () => sql().read(() => ours.allowList('gw-1', devices));
    expect(await list()).toMatchObject({ revision: 0, devices: [] });
    const input = { profile: 'thermometer', label: 'T' };
    await sql().transaction(() => devices.create('d-1', input, 'clerk'));
    await sql().transaction(() => devices.update('d-1', { ...input, setClock: true }, 'clerk'));
    expect(await list()).toEqual({
      schema: 'gaya.commands',
      version: 1,
      kind: 'allow-list',
      revision: 2,
      devices: [{ device: 'd-1', setClock: true }],
    });
  });

  it('belong to one organisation', async () => {
    await create('gw-1');
    await take(ONLINE);
    expect(await sql().read(() => theirs.all())).toEqual([]);
    expect(await verify('gw-1', 'secret of gw-1', theirs)).toBe(false);
    expect(await create('gw-1', 'Theirs', theirs)).toMatchObject({ online: false, software: null });
    expect(await sql().read(() => ours.get('gw-1'))).toMatchObject({ label: 'gw-1', online: true });
  });
}
