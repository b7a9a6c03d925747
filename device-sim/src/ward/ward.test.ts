import { PatientInput } from '@gaya/protocols/api';
import { profileOf } from '@gaya/protocols/profiles';
import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { wardPatients } from './ward.ts';

const devices = wardPatients.flatMap((patient) => patient.devices);
const unique = (values: readonly string[]) => new Set(values).size;

describe('the demo ward', () => {
  it('has twelve patients and about thirty devices in the homes of three gateways, four patients each', () => {
    expect(wardPatients).toHaveLength(12);
    expect(devices).toHaveLength(30);
    const homes = new Map<string, number>();
    for (const patient of wardPatients) {
      expect(unique(patient.devices.map(({ gateway }) => gateway))).toBe(1);
      const gateway = patient.devices[0]?.gateway ?? '';
      homes.set(gateway, (homes.get(gateway) ?? 0) + 1);
    }
    expect([...homes.entries()]).toEqual([
      ['gw-01', 4],
      ['gw-02', 4],
      ['gw-03', 4],
    ]);
  });

  it('has records that the hub accepts', () => {
    for (const { record } of wardPatients) {
      const { name, nameLatin, sex, birthDate, identifier } = record;
      expect(Value.Check(PatientInput, { ...record, birthDate: '1950-01-01' })).toBe(true);
      expect(birthDate).toMatch(/^(19)\d\d-[01]\d-[0-3]\d$/);
      expect([name, nameLatin, sex, identifier].every(Boolean)).toBe(true);
    }
    expect(unique(wardPatients.map(({ record }) => record.identifier))).toBe(12);
    expect(unique(wardPatients.map(({ record }) => record.name))).toBe(12);
  });

  it('has devices that nothing confuses, with random static addresses and known profiles', () => {
    for (const key of ['deviceKey', 'address', 'serial', 'systemId', 'label'] as const) {
      expect(unique(devices.map((device) => device[key]))).toBe(30);
    }
    for (const { address, systemId, profile } of devices) {
      expect(address).toMatch(/^[c-f][0-9a-f](:[0-9a-f]{2}){5}$/);
      expect(systemId).toMatch(/^[0-9a-f]{16}$/);
      expect(profileOf(profile)).toBeDefined();
    }
  });

  it('gives every patient a cuff', () => {
    for (const patient of wardPatients) {
      expect(patient.devices.filter(({ profile }) => profile === 'blood-pressure')).toHaveLength(1);
    }
  });

  it('never changes its addresses, which hubs have on record', () => {
    expect(devices[0]?.address).toBe('c0:3c:a6:51:01:01');
    expect(devices.at(-1)?.address).toBe('cb:15:99:01:0c:03');
  });
});
