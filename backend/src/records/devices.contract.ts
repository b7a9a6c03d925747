import type { DeviceInput } from '@gaya/protocols/api';
import { expect, it } from 'vitest';
import { run, type Sql } from '../db/work.ts';
import { spanOf } from '../projections/binding-index.ts';
import { DeviceWork } from './device-work.ts';
import { SqlDevices } from './devices.ts';

const AT = 1_795_000_000_000;
const CUFF: DeviceInput = { profile: 'blood-pressure', label: 'Cuff', address: '02:00:00:00:00:01' };
const facts = {
  states: { ofDevice: () => new Map([['serial', { value: 'SN-1', at: AT }]]) },
  bindings: { spansOf: () => [spanOf('p-1', null, AT - 1, null)] },
};

export function deviceContract(sql: () => Sql): void {
  const partsOf = (organisation: string) => ({ organisation, clock: () => AT, ...facts });
  const devicesOf = (organisation: string) =>
    new SqlDevices({
      ...partsOf(organisation),
      sql: sql(),
      random: (octets) => new Uint8Array(octets),
      changed: () => undefined,
    });
  const ensure = (organisation: string, id: string) =>
    sql().transaction(() => new DeviceWork(partsOf(organisation)).ensure(id, 'gw-1', AT));
  const allowed = (organisation: string, gateway: string) =>
    sql().read(() => new DeviceWork(partsOf(organisation)).allowedFor(gateway));

  it('give back what was entered and what is known besides, with every version', async () => {
    const devices = devicesOf('a');
    const made = await devices.create({ ...CUFF, setClock: true, gateways: ['gw-1', 'gw-2'] }, 'clerk', {
      deviceId: 'd-1',
    });
    expect(made).toMatchObject({
      deviceId: 'd-1',
      version: 1,
      label: 'Cuff',
      provisional: false,
      setClock: true,
      gateways: ['gw-1', 'gw-2'],
      serial: 'SN-1',
      systemId: null,
      patientId: 'p-1',
      link: null,
      recordedAt: AT,
    });
    const updated = await devices.update('d-1', { ...CUFF, label: '혈압계', serial: 'X' }, 'clerk');
    expect(updated).toMatchObject({ version: 2, label: '혈압계', serial: 'X', setClock: false, gateways: [] });
    expect(await devices.byId('d-1')).toEqual(updated);
    expect(await devices.version('d-1', 1)).toEqual(made);
    expect(await devices.version('d-1', 3)).toBeNull();
  });

  it('are provisional when their frames came first, until someone enters them', async () => {
    const devices = devicesOf('a');
    await Promise.all([ensure('a', 'd-1'), ensure('a', 'd-1')]);
    expect(await devices.list()).toMatchObject([{ deviceId: 'd-1', version: 1, provisional: true, label: 'd-1' }]);
    expect(await allowed('a', 'gw-1')).toEqual([]);
    expect(await devices.create(CUFF, 'clerk', { deviceId: 'd-1' })).toMatchObject({ version: 2, provisional: false });
    await ensure('a', 'd-1');
    expect(await devices.byId('d-1')).toMatchObject({ version: 2, provisional: false });
    await expect(devices.create(CUFF, 'clerk', { deviceId: 'd-1' })).rejects.toMatchObject({ code: 'already-exists' });
  });

  it('may share an address with none, and may all have no address', async () => {
    const devices = devicesOf('a');
    await devices.create(CUFF, 'clerk', { deviceId: 'd-1' });
    const other = { profile: 'thermometer', label: 'Other' };
    await devices.create(other, 'clerk', { deviceId: 'd-2' });
    await devices.create(other, 'clerk', { deviceId: 'd-3' });
    const taken = { code: 'already-exists', pointer: '/address' };
    await expect(devices.create(CUFF, 'clerk', { deviceId: 'd-4' })).rejects.toMatchObject(taken);
    await expect(devices.update('d-2', { ...other, address: '02:00:00:00:00:01' }, 'x')).rejects.toMatchObject(taken);
    expect((await devices.list()).map(({ deviceId }) => deviceId)).toEqual(['d-1', 'd-2', 'd-3']);
  });

  it('are allowed for all gateways or for those that are named', async () => {
    const devices = devicesOf('a');
    await devices.create(CUFF, 'clerk', { deviceId: 'd-1' });
    const named = { profile: 'thermometer', label: 'B', serial: 'S', systemId: '0011', gateways: ['gw-2'] };
    await devices.create({ ...named, setClock: true }, 'clerk', { deviceId: 'd-2' });
    const cuff = { device: 'd-1', address: '02:00:00:00:00:01', setClock: false };
    expect(await allowed('a', 'gw-1')).toEqual([cuff]);
    expect(await allowed('a', 'gw-2')).toEqual([
      { device: 'd-2', systemId: '0011', serial: 'S', setClock: true },
      cuff,
    ]);
  });

  it('show the link that saw them last; one that never saw them comes last', async () => {
    const devices = devicesOf('a');
    await devices.create(CUFF, 'clerk', { deviceId: 'd-1' });
    const insert = `insert into device_link (organisation, device_id, gateway_id, state, rssi_dbm, last_seen_at,
      reported_at) values ('a', 'd-1', ?, 'connected', ?, ?, ?)`;
    await sql().transaction(() => run(insert, 'gw-never', null, null, AT));
    expect((await devices.byId('d-1'))?.link).toMatchObject({ gateway: 'gw-never', lastSeenAt: null });
    await sql().transaction(() => run(insert, 'gw-near', -50.5, AT - 5, AT - 9));
    await sql().transaction(() => run(insert, 'gw-far', -90, AT - 7, AT));
    expect((await devices.byId('d-1'))?.link).toEqual({
      gateway: 'gw-near',
      state: 'connected',
      rssiDbm: -50.5,
      lastSeenAt: AT - 5,
    });
  });

  it('belong to one organisation, though ids and addresses are the same', async () => {
    const [ours, theirs] = [devicesOf('a'), devicesOf('b')];
    await ours.create(CUFF, 'clerk', { deviceId: 'd-1' });
    expect(await theirs.list()).toEqual([]);
    expect(await theirs.byId('d-1')).toBeNull();
    expect(await theirs.version('d-1', 1)).toBeNull();
    expect(await allowed('b', 'gw-1')).toEqual([]);
    await expect(theirs.update('d-1', CUFF, 'x')).rejects.toMatchObject({ code: 'not-found' });
    await theirs.create({ ...CUFF, label: 'Theirs' }, 'x', { deviceId: 'd-1' });
    expect(await ours.list()).toMatchObject([{ label: 'Cuff', version: 1 }]);
  });
}
