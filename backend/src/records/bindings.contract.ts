import type { Binding } from '@gaya/protocols/api';
import { expect, it } from 'vitest';
import type { Sql } from '../db/work.ts';
import { BindingWork } from './binding-work.ts';

const AT = 1_795_000_000_000;
const HOUR = 3_600_000;
const BINDING: Binding = {
  bindingId: 'b-1',
  deviceId: 'd-1',
  patientId: 'p-1',
  userSlot: null,
  from: AT,
  to: null,
  recordedAt: AT,
  recordedBy: 'nurse',
};

export function bindingContract(sql: () => Sql): void {
  const ours = new BindingWork('a');
  const enter = (binding: Binding, position: number, withdrawn = false, of = ours) =>
    sql().transaction(() => of.enter(binding, { partition: 3, position }, withdrawn));
  const list = (knownAt?: number) => sql().read(() => ours.list(knownAt));

  it('give back what was believed, now and at any earlier time', async () => {
    const moved = { ...BINDING, patientId: 'p-2', userSlot: 2, to: AT + HOUR, recordedAt: AT + HOUR };
    await enter(BINDING, 1);
    await enter(moved, 2);
    expect(await sql().read(() => ours.byId('b-1'))).toEqual({ ...moved, position: 2, supersededAt: null });
    expect(await list()).toEqual([{ ...moved, position: 2, supersededAt: null }]);
    expect(await list(AT)).toEqual([{ ...BINDING, position: 1, supersededAt: AT + HOUR }]);
    expect(await list(AT - 1)).toEqual([]);
    expect(await sql().read(() => ours.ofPatient('p-1'))).toEqual([]);
    expect(await sql().read(() => ours.ofPatient('p-1', AT))).toHaveLength(1);
  });

  it('are entered once, however often the same decision is read', async () => {
    await enter(BINDING, 4);
    await enter(BINDING, 4);
    expect(await list()).toHaveLength(1);
    expect(await sql().read(() => ours.isEntered('b-1', 4))).toBe(true);
    expect(await sql().read(() => ours.isEntered('b-1', 5))).toBe(false);
  });

  it('that are withdrawn are not believed any more', async () => {
    await enter(BINDING, 1);
    await enter({ ...BINDING, recordedAt: AT + HOUR }, 2, true);
    expect(await list()).toEqual([]);
    expect(await sql().read(() => ours.byId('b-1'))).toBeNull();
    expect(await list(AT)).toHaveLength(1);
  });

  it('are listed by when they began, then by id', async () => {
    for (const [i, bindingId] of ['b-2', 'B-3', 'b-1'].entries()) await enter({ ...BINDING, bindingId }, i + 1);
    await enter({ ...BINDING, bindingId: 'b-9', from: AT - 1 }, 9);
    const listed = await sql().read(() => ours.ofDevice('d-1'));
    expect(listed.map(({ bindingId }) => bindingId)).toEqual(['b-9', 'B-3', 'b-1', 'b-2']);
  });

  it('belong to one organisation, though ids and positions are the same', async () => {
    const theirs = new BindingWork('b');
    await enter(BINDING, 1);
    expect(await sql().read(() => theirs.list())).toEqual([]);
    expect(await sql().read(() => theirs.byId('b-1'))).toBeNull();
    expect(await sql().read(() => theirs.isEntered('b-1', 1))).toBe(false);
    await enter({ ...BINDING, patientId: 'p-9', recordedAt: AT + 1 }, 2, false, theirs);
    expect(await list()).toMatchObject([{ patientId: 'p-1', supersededAt: null }]);
  });
}
