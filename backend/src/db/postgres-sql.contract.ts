import { expect, it } from 'vitest';
import { all, first, run, type Sql, type Work } from './work.ts';

/** What only a database on the other side of a network can do. */
export function postgresContract(sql: () => Sql): void {
  const add = (partition: number) =>
    run('insert into log_partition (organisation, partition, next_position) values (?, ?, ?)', 'o', partition, 1);

  it('stores nothing of a transaction whose connection is cut, and goes on with another one', async () => {
    const begun = Promise.withResolvers<number>();
    const transaction = sql().transaction(function* (): Work<void> {
      const row = yield* first('select pg_backend_pid() as pid');
      yield* add(1);
      begun.resolve(row?.['pid'] as number);
      for (;;) yield* all('select 1 as one');
    });
    const outcome = expect(transaction).rejects.toThrow();
    const server = await begun.promise;
    await sql().read(() => all('select pg_terminate_backend(?)', server));
    await outcome;
    await sql().transaction(() => add(2));
    expect(await sql().read(() => all('select partition from log_partition'))).toEqual([{ partition: 2 }]);
  });

  it('outlives a connection that is cut while nobody uses it', async () => {
    const pid = () => sql().read(() => first('select pg_backend_pid() as pid'));
    const both = await Promise.all([pid(), pid()]);
    const [other] = both.map((row) => row?.['pid'] as number);
    await sql().read(function* (): Work<void> {
      yield* all(
        'select pg_terminate_backend(pid) from pg_stat_activity where pid = ? and pid <> pg_backend_pid()',
        other ?? 0,
      );
    });
    await sql().transaction(() => add(3));
    expect(await sql().read(() => all('select partition from log_partition'))).toEqual([{ partition: 3 }]);
  });
}
