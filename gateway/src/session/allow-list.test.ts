import type { AllowedDevice } from '@gaya/protocols/messages';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { StateFile } from '../state-file.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { AllowList } from './allow-list.ts';

const ADDRESS = 'c0:00:00:00:00:01';
const OTHER = 'c0:00:00:00:00:02';
const SYSTEM_ID = '0102030405060708';
const CUFF = ['1810'];

function listOf(
  fromHub: AllowedDevice[] | null,
  { configured = [] as AllowedDevice[], testBench = false, folder = temporaryFolder() } = {},
) {
  const file = new StateFile(join(folder, 'state.json'), () => 'ab'.repeat(16));
  const list = new AllowList(file, configured, testBench);
  if (fromHub !== null)
    list.replace({ schema: 'gaya.commands', version: 1, kind: 'allow-list', revision: 1, devices: fromHub });
  return list;
}
const admitted = (device: string) =>
  expect.objectContaining({ kind: 'admitted', device, provisional: false }) as unknown;

describe('the allow-list', () => {
  it('admits by address, whatever is advertised', () => {
    const list = listOf([{ device: 'cuff', address: ADDRESS, setClock: true }]);
    expect(list.admit(ADDRESS, [])).toMatchObject({
      kind: 'admitted',
      device: 'cuff',
      provisional: false,
      setClock: true,
    });
    expect(list.admit(OTHER, CUFF)).toEqual({ kind: 'stranger' });
  });

  it('looks into an unknown address only where it offers what we read and somebody is known by more than an address', () => {
    const list = listOf([{ device: 'cuff', systemId: SYSTEM_ID }]);
    expect(list.admit(OTHER, CUFF)).toEqual({ kind: 'identify' });
    expect(list.admit(OTHER, ['180f'])).toEqual({ kind: 'stranger' });
  });

  it('recognises a device by System ID and serial number, and then by its address', () => {
    const folder = temporaryFolder();
    const list = listOf([{ device: 'cuff', systemId: SYSTEM_ID, serial: 'S1' }], { folder });
    expect(list.identify(OTHER, { systemId: SYSTEM_ID, serial: 'S2' })).toEqual({ kind: 'stranger' });
    expect(list.identify(OTHER, { systemId: SYSTEM_ID, serial: null })).toEqual({ kind: 'stranger' });
    expect(list.identify(OTHER, { systemId: SYSTEM_ID, serial: 'S1' })).toEqual(admitted('cuff'));
    expect(list.admit(OTHER, [])).toEqual(admitted('cuff'));
    expect(listOf(null, { folder }).admit(OTHER, [])).toEqual(admitted('cuff'));
  });

  it('does not guess between two that would fit', () => {
    const list = listOf([
      { device: 'one', systemId: SYSTEM_ID },
      { device: 'two', serial: 'S1' },
    ]);
    expect(list.identify(OTHER, { systemId: SYSTEM_ID, serial: 'S1' })).toEqual({ kind: 'stranger' });
  });

  it('shows a device that is not what the hub knows, or is another', () => {
    const list = listOf([
      { device: 'one', address: ADDRESS, systemId: SYSTEM_ID },
      { device: 'two', address: OTHER, serial: 'S2' },
    ]);
    const one = list.admit(ADDRESS, []);
    if (one.kind !== 'admitted') throw new Error('not admitted');
    expect(list.conflict(one, { systemId: SYSTEM_ID, serial: 'S1' })).toBe(false);
    expect(list.conflict(one, { systemId: null, serial: null })).toBe(false);
    expect(list.conflict(one, { systemId: 'ffffffffffffffff', serial: null })).toBe(true);
    expect(list.conflict(one, { systemId: SYSTEM_ID, serial: 'S2' })).toBe(true);
  });

  it('is kept without the hub, together with the configured devices, of which the hub has the last word', () => {
    const folder = temporaryFolder();
    listOf([{ device: 'cuff', address: ADDRESS, setClock: true }], { folder });
    const again = listOf(null, {
      folder,
      configured: [
        { device: 'cuff', address: OTHER },
        { device: 'own', address: OTHER },
      ],
    });
    expect(again.devices).toEqual([
      { device: 'cuff', address: ADDRESS, setClock: true },
      { device: 'own', address: OTHER },
    ]);
  });
});

describe('the test bench', () => {
  it('admits any device that offers what we read, under a provisional id', () => {
    const list = listOf(null, { testBench: true });
    const admission = list.admit(ADDRESS, CUFF);
    expect(admission).toMatchObject({ kind: 'admitted', provisional: true, setClock: false });
    expect(list.admit(ADDRESS, ['180f'])).toEqual({ kind: 'stranger' });
  });

  it('gives ids that are stable, differ by device and by gateway, and do not show the address', () => {
    const one = listOf(null, { testBench: true });
    expect(one.provisionalId(ADDRESS)).toBe(one.provisionalId(ADDRESS));
    expect(one.provisionalId(ADDRESS)).not.toBe(one.provisionalId(OTHER));
    const otherSalt = new AllowList(
      new StateFile(join(temporaryFolder(), 'state.json'), () => 'cd'.repeat(16)),
      [],
      true,
    );
    expect(otherSalt.provisionalId(ADDRESS)).not.toBe(one.provisionalId(ADDRESS));
    expect(one.provisionalId(ADDRESS)).toMatch(/^bench-[0-9a-f]{16}$/);
  });

  it('is no longer provisional when the hub has confirmed the id', () => {
    const list = listOf(null, { testBench: true });
    const device = list.provisionalId(ADDRESS);
    list.replace({ schema: 'gaya.commands', version: 1, kind: 'allow-list', revision: 2, devices: [{ device }] });
    expect(list.admit(ADDRESS, CUFF)).toEqual(admitted(device));
  });
});
