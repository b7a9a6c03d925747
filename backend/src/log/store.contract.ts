import { expect, it } from 'vitest';
import { migrated } from '../db/migrate.ts';
import { run, type Sql } from '../db/work.ts';
import { openedStore, renewedEpoch } from './store.ts';

const random = (octets: number) => new Uint8Array(octets).fill(0xab);
const never = () => {
  throw new Error('nothing new is made');
};

export function storeContract(sql: () => Sql): void {
  it('has an identity that stays when it is opened again', async () => {
    const made = await sql().transaction(() => openedStore(() => 1_795_000_000_000, random));
    expect(made).toEqual({
      epoch: 'ab'.repeat(16),
      createdAt: 1_795_000_000_000,
      partitions: 16,
      restoredAt: null,
      resendSince: null,
    });
    expect(await sql().transaction(() => openedStore(never, never))).toEqual(made);
  });

  it('has one identity however many open it at the same time', async () => {
    let n = 0;
    const other = (octets: number) => new Uint8Array(octets).fill(++n);
    const stores = await Promise.all([1, 2, 3, 4].map(() => sql().transaction(() => openedStore(() => 0, other))));
    expect(new Set(stores.map(({ epoch }) => epoch)).size).toBe(1);
  });

  it('has a new epoch after a restore', async () => {
    await sql().transaction(() => openedStore(() => 0, random));
    await sql().transaction(() => renewedEpoch('restored', 1_795_000_000_000, 1_794_000_000_000));
    expect(await sql().transaction(() => openedStore(never, never))).toMatchObject({
      epoch: 'restored',
      restoredAt: 1_795_000_000_000,
      resendSince: 1_794_000_000_000,
    });
  });

  it('is brought to a newer shape once, and not at all when a step of the way fails', async () => {
    const more = { name: '002-more', statements: () => ['create table more (id bigint primary key)'] };
    const bad = { name: '003-bad', statements: () => ['create table other (id bigint)', 'create nonsense'] };
    const { dialect } = sql();
    const upTo = (...migrations: (typeof more)[]) => sql().transaction(() => migrated(dialect, 5, migrations));
    expect(await sql().transaction(() => migrated(dialect, 5))).toEqual([]);
    await expect(upTo(more, bad)).rejects.toThrow();
    expect(await upTo(more)).toEqual(['002-more']);
    expect(await upTo(more)).toEqual([]);
    await sql().transaction(() => run('insert into more (id) values (?)', 1));
    await expect(sql().transaction(() => run('insert into other (id) values (?)', 1))).rejects.toThrow();
  });
}
