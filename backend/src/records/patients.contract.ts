import type { PatientInput } from '@gaya/protocols/api';
import { expect, it } from 'vitest';
import type { Sql } from '../db/work.ts';
import { SqlPatients } from './patients.ts';

const AT = 1_795_000_000_000;
const PATIENT: PatientInput = {
  name: '가상 김하나',
  sex: 'female',
  birthDate: '1950-02-28',
  identifier: 'T-001',
  zone: 'Asia/Seoul',
};

export function patientContract(sql: () => Sql): void {
  let ids = 0;
  const state = { changes: 0 };
  const patientsOf = (organisation: string) =>
    new SqlPatients({
      sql: sql(),
      organisation,
      clock: () => AT,
      random: (octets) => new Uint8Array(octets).fill(++ids),
      changed: () => (state.changes += 1),
    });

  it('give back what was entered, with every version', async () => {
    const patients = patientsOf('a');
    state.changes = 0;
    const made = await patients.create(PATIENT, 'clerk', { fictional: true, patientId: 'p-1' });
    expect(made).toEqual({
      ...PATIENT,
      patientId: 'p-1',
      version: 1,
      nameLatin: null,
      phone: null,
      fictional: true,
      recordedAt: AT,
    });
    const input = { ...PATIENT, nameLatin: "Kim O'Hana", phone: '02-000-0000' };
    const updated = await patients.update('p-1', input, 'clerk');
    expect(updated).toEqual({ ...made, ...input, version: 2 });
    expect(await patients.byId('p-1')).toEqual(updated);
    expect(await patients.byIdentifier('T-001')).toEqual(updated);
    expect(await patients.version('p-1', 1)).toEqual(made);
    expect(await patients.version('p-1', 2)).toEqual(updated);
    expect(await patients.version('p-1', 3)).toBeNull();
    expect(await patients.byId('p-2')).toBeNull();
    expect(state.changes).toBe(2);
  });

  it('are told apart as fictional or not', async () => {
    const patients = patientsOf('a');
    await patients.create(PATIENT, 'clerk', { patientId: 'real' });
    expect(await patients.byId('real')).toMatchObject({ fictional: false });
    expect(await patients.update('real', PATIENT, 'clerk')).toMatchObject({ fictional: false });
  });

  it('are listed by name in the order of code points, then by id', async () => {
    const patients = patientsOf('a');
    const names = ['하나', 'kim', '가나', '강', 'Kim', '각', '가 나', '金'];
    for (const [i, name] of names.entries()) {
      await patients.create({ ...PATIENT, name, identifier: `T-${i}` }, 'clerk', { patientId: `p-${i}` });
    }
    await patients.create({ ...PATIENT, name: '각', identifier: 'T-9' }, 'clerk', { patientId: 'p-0b' });
    const listed = (await patients.list()).map(({ name, patientId }) => `${name} ${patientId}`);
    expect(listed).toEqual([
      'Kim p-4',
      'kim p-1',
      '金 p-7',
      '가 나 p-6',
      '가나 p-2',
      '각 p-0b',
      '각 p-5',
      '강 p-3',
      '하나 p-0',
    ]);
  });

  it('refuse an id or an identifier that is taken, and change nothing then', async () => {
    const patients = patientsOf('a');
    await patients.create(PATIENT, 'clerk', { patientId: 'p-1' });
    await patients.create({ ...PATIENT, identifier: 'T-002' }, 'clerk', { patientId: 'p-2' });
    const taken = { ...PATIENT, name: '가상 이두리' };
    state.changes = 0;
    await expect(patients.create({ ...taken, identifier: 'T-003' }, 'x', { patientId: 'p-1' })).rejects.toMatchObject({
      code: 'already-exists',
      pointer: null,
    });
    const wrong = { code: 'already-exists', pointer: '/identifier' };
    await expect(patients.create(taken, 'x')).rejects.toMatchObject(wrong);
    await expect(patients.update('p-2', taken, 'x')).rejects.toMatchObject(wrong);
    await expect(patients.update('p-9', taken, 'x')).rejects.toMatchObject({ code: 'not-found' });
    expect((await patients.list()).map(({ name, version }) => [name, version])).toEqual([
      [PATIENT.name, 1],
      [PATIENT.name, 1],
    ]);
    expect(state.changes).toBe(0);
  });

  it('refuse all but one of those who enter the same at the same time', async () => {
    const patients = patientsOf('a');
    const tries = Array.from({ length: 4 }, (_, i) => patients.create(PATIENT, 'clerk', { patientId: `p-${i}` }));
    const outcomes = await Promise.allSettled(tries);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ pointer: '/identifier' });
    }
    expect(await patients.list()).toHaveLength(1);
  });

  it('count every one of the updates that come at the same time', async () => {
    const patients = patientsOf('a');
    await patients.create(PATIENT, 'clerk', { patientId: 'p-1' });
    const updates = await Promise.all(
      ['1', '2', '3', '4'].map((phone) => patients.update('p-1', { ...PATIENT, phone }, 'clerk')),
    );
    expect(updates.map(({ version }) => version).toSorted((a, b) => a - b)).toEqual([2, 3, 4, 5]);
    for (const update of updates) expect(await patients.version('p-1', update.version)).toEqual(update);
  });

  it('belong to one organisation, though ids and identifiers are the same', async () => {
    const [ours, theirs] = [patientsOf('a'), patientsOf('b')];
    await ours.create(PATIENT, 'clerk', { patientId: 'p-1' });
    expect(await theirs.list()).toEqual([]);
    expect(await theirs.byId('p-1')).toBeNull();
    expect(await theirs.byIdentifier('T-001')).toBeNull();
    expect(await theirs.version('p-1', 1)).toBeNull();
    await expect(theirs.update('p-1', PATIENT, 'x')).rejects.toMatchObject({ code: 'not-found' });
    await theirs.create({ ...PATIENT, name: '가상 박세나' }, 'x', { patientId: 'p-1' });
    expect(await ours.byId('p-1')).toMatchObject({ name: PATIENT.name, version: 1 });
  });
}
