import type { DeviceInput, PatientInput } from '@gaya/protocols/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect, CUFF, cuff, HOUR, message, NINE_AM } from '../testing/frames.ts';
import { HubHarness } from '../testing/hub-harness.ts';

const PATIENT: PatientInput = {
  name: '가상 김하나',
  sex: 'female',
  birthDate: '1950-02-28',
  identifier: 'T-001',
  zone: 'Asia/Seoul',
};
const DEVICE: DeviceInput = { profile: 'blood-pressure', label: 'Cuff', address: '02:00:00:00:00:01', setClock: true };

describe('records', () => {
  let h: HubHarness;
  beforeEach(async () => {
    h = await HubHarness.open();
  });
  afterEach(() => h.closeAndRemove());

  describe('of patients', () => {
    it('keep every version', async () => {
      const { patientId } = await h.hub.patients.create(PATIENT, 'clerk', { fictional: true });
      h.now = NINE_AM + HOUR;
      const updated = await h.hub.patients.update(patientId, { ...PATIENT, phone: '02-000-0000' }, 'clerk');
      expect(updated).toMatchObject({ version: 2, phone: '02-000-0000', fictional: true, recordedAt: NINE_AM + HOUR });
      expect(await h.hub.patients.version(patientId, 1)).toMatchObject({ phone: null, recordedAt: NINE_AM });
      expect(await h.hub.patients.version(patientId, 3)).toBeNull();
      expect(await h.hub.patients.byIdentifier('T-001')).toEqual(updated);
      expect(await h.hub.patients.byIdentifier('T-002')).toBeNull();
      expect(await h.hub.patients.list()).toEqual([updated]);
    });

    it('refuse an identifier that another patient has', async () => {
      await h.hub.patients.create(PATIENT, 'clerk');
      await expect(h.hub.patients.create(PATIENT, 'clerk')).rejects.toMatchObject({
        code: 'already-exists',
        pointer: '/identifier',
      });
      const other = await h.hub.patients.create({ ...PATIENT, identifier: 'T-002' }, 'clerk');
      await expect(h.hub.patients.update(other.patientId, PATIENT, 'clerk')).rejects.toMatchObject({
        code: 'already-exists',
      });
      await expect(h.hub.patients.update('nobody', PATIENT, 'clerk')).rejects.toMatchObject({ code: 'not-found' });
    });
  });

  describe('of devices', () => {
    it('tell each gateway its devices, with a higher revision after each change', async () => {
      const { hub } = h;
      await hub.gateways.create({ label: 'Home', gatewayId: 'gw-1' }, 'test');
      await hub.gateways.create({ label: 'Ward', gatewayId: 'gw-2' }, 'test');
      const { deviceId } = await hub.devices.create({ ...DEVICE, gateways: ['gw-1'] }, 'test', { deviceId: CUFF });
      expect(h.commands.map(([gateway, , retain]) => [gateway, retain])).toEqual([
        ['gw-1', true],
        ['gw-2', true],
      ]);
      const first = hub.gateways.allowList('gw-1');
      expect(first.devices).toEqual([{ device: CUFF, address: '02:00:00:00:00:01', setClock: true }]);
      expect(hub.gateways.allowList('gw-2').devices).toEqual([]);
      await hub.devices.update(deviceId, { ...DEVICE, gateways: [] }, 'test');
      expect(hub.gateways.allowList('gw-2').devices).toHaveLength(1);
      expect(hub.gateways.allowList('gw-1').revision).toBeGreaterThan(first.revision);
      expect(await hub.devices.version(CUFF, 1)).toMatchObject({ gateways: ['gw-1'] });
    });

    it('do not allow a device that only its frames made known, until a person confirms it', async () => {
      await h.hub.gateways.create({ label: 'Home', gatewayId: 'gw-1' }, 'test');
      await h.receive(message([connect, cuff(120)]));
      expect(h.hub.gateways.allowList('gw-1').devices).toEqual([]);
      await h.hub.devices.update(CUFF, DEVICE, 'nurse');
      expect(await h.hub.devices.byId(CUFF)).toMatchObject({
        provisional: false,
        label: 'Cuff',
        version: 2,
        lastFrameAt: NINE_AM + 1000,
      });
      expect(h.hub.gateways.allowList('gw-1').devices).toHaveLength(1);
    });

    it('refuse an address that another device has', async () => {
      await h.hub.devices.create(DEVICE, 'test', { deviceId: CUFF });
      await expect(h.hub.devices.create(DEVICE, 'test')).rejects.toMatchObject({
        code: 'already-exists',
        pointer: '/address',
      });
      await expect(
        h.hub.devices.create({ ...DEVICE, address: null }, 'test', { deviceId: CUFF }),
      ).rejects.toMatchObject({ code: 'already-exists' });
      await expect(h.hub.devices.update('none', DEVICE, 'test')).rejects.toMatchObject({ code: 'not-found' });
    });
  });

  describe('of gateways', () => {
    it('know a secret only by its hash, and no gateway that has none', async () => {
      const { secret } = await h.hub.gateways.create({ label: 'Home', gatewayId: 'gw-1' }, 'test');
      expect(secret.length).toBeGreaterThan(40);
      expect(h.hub.gateways.verify('gw-1', secret)).toBe(true);
      expect(h.hub.gateways.verify('gw-1', `${secret}x`)).toBe(false);
      expect(h.hub.gateways.verify('gw-2', secret)).toBe(false);
      expect(h.hub.gateways.verify('gw-2', '')).toBe(false);
      await expect(h.hub.gateways.create({ label: 'x', gatewayId: 'gw-1' }, 'test')).rejects.toMatchObject({
        code: 'already-exists',
      });
      expect(JSON.stringify(h.openStore().prepare('select * from gateway').all())).not.toContain(secret);
    });
  });
});
