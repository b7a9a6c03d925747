import { expect, it } from 'vitest';
import { all, first, run, type Sql, type Work } from './work.ts';

const TABLE = 'log_partition';
/** Statements in which another transaction gets its turn, where there are turns. */
const LOOKS = 500;
const ADD = `insert into ${TABLE} (organisation, partition, next_position) values (?, ?, ?)`;

export function sqlContract(sql: () => Sql): void {
  const names = async () => {
    const rows = await sql().read(() => all(`select organisation from ${TABLE} order by organisation`));
    return rows.map((row) => row['organisation']);
  };

  it('gives integers as numbers, up to the largest exact one, and counts too', async () => {
    const values = [0, -1, 1_795_000_000_000, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
    for (const [i, value] of values.entries()) await sql().transaction(() => run(ADD, 'o', i, value));
    const rows = await sql().read(() => all(`select next_position from ${TABLE} order by partition`));
    expect(rows.map((row) => row['next_position'])).toEqual(values);
    expect(await sql().read(() => first(`select count(*) as n, max(partition) as top from ${TABLE}`))).toEqual({
      n: 5,
      top: 4,
    });
  });

  it('refuses to give an integer that a number cannot hold', async () => {
    await sql().transaction(() => run(ADD, 'o', 0, 2n ** 60n));
    await expect(sql().read(() => all(`select next_position from ${TABLE}`))).rejects.toBeInstanceOf(RangeError);
  });

  it('takes a boolean as 0 or 1, and nothing that is not a number, text, bytes or null', async () => {
    await sql().transaction(() => run(ADD, 'true', 1, true as never));
    await sql().transaction(() => run(ADD, 'false', 2, false as never));
    for (const wrong of [new Date(0), undefined, {}]) {
      await expect(sql().transaction(() => run(ADD, 'o', 0, wrong as never))).rejects.toBeInstanceOf(TypeError);
    }
    const rows = await sql().read(() => all(`select next_position as n from ${TABLE} order by partition`));
    expect(rows).toEqual([{ n: 1 }, { n: 0 }]);
  });

  it('gives real numbers, null and bytes as they were stored', async () => {
    const columns = 'organisation, device_id, gateway_id, state, reported_at, rssi_dbm, battery_percent';
    const insert = `insert into device_link (${columns}) values (?, ?, ?, ?, ?, ?, ?)`;
    await sql().transaction(() => run(insert, 'o', 'd', 'g', 'connected', 0, -61.25, null));
    const row = await sql().read(() => first('select rssi_dbm, battery_percent from device_link'));
    expect(row).toEqual({ rssi_dbm: -61.25, battery_percent: null });

    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    const keep =
      'insert into quarantine (organisation, id, received_at, topic, reason, body) values (?, ?, ?, ?, ?, ?)';
    await sql().transaction(() => run(keep, 'o', 1, 0, 'a?b', 'x', bytes));
    const kept = await sql().read(() => first(`select body, topic from quarantine where topic = 'a?b' and id = ?`, 1));
    expect(Buffer.from(kept?.['body'] as Uint8Array)).toEqual(Buffer.from(bytes));
  });

  it('sorts and compares text by code point, whatever the language of the server', async () => {
    const texts = ['하', 'b', '가', 'Z', '각', 'a', '나', 'é', '金', '01', '😀', '힣', '_', 'A b', 'Ab'];
    for (const text of texts) await sql().transaction(() => run(ADD, text, 0, 0));
    const sorted = texts.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(await names()).toEqual(sorted);
    const beyond = await sql().read(() => all(`select organisation from ${TABLE} where organisation > ?`, 'Z'));
    expect(beyond.length).toBe(sorted.length - 1 - sorted.indexOf('Z'));
  });

  it('takes all of a transaction or nothing, and a later one is not disturbed', async () => {
    const fails = function* (): Work<void> {
      yield* run(ADD, 'first', 0, 0);
      yield* run(ADD, 'first', 0, 0);
    };
    await expect(sql().transaction(fails)).rejects.toThrow();
    const throws = function* (): Work<void> {
      yield* run(ADD, 'second', 0, 0);
      throw new Error('changed its mind');
    };
    await expect(sql().transaction(throws)).rejects.toThrow('changed its mind');
    await sql().transaction(() => run(ADD, 'third', 0, 0));
    expect(await names()).toEqual(['third']);
  });

  it('runs transactions as if one after the other', async () => {
    await sql().transaction(() => run(ADD, 'o', 0, 0));
    const count = function* (): Work<void> {
      const row = yield* first(`select next_position from ${TABLE} where partition = ?`, 0);
      yield* run(`update ${TABLE} set next_position = ?`, (row?.['next_position'] as number) + 1);
    };
    await Promise.all(Array.from({ length: 12 }, () => sql().transaction(count)));
    expect(await sql().read(() => first(`select next_position as n from ${TABLE}`))).toEqual({ n: 12 });
  });

  it('keeps those that decide by what is not there from all adding it', async () => {
    // Each reads what the others write and writes a row of its own; all look before the first writes.
    let looked = 0;
    const addIfAlone = (name: string) =>
      function* (): Work<boolean> {
        const others = yield* all(`select 1 as one from ${TABLE} where next_position = ?`, 7);
        looked += 1;
        for (let i = 0; looked < 3 && i < LOOKS; i++) yield* all('select 1 as one');
        if (others.length > 0) return false;
        yield* run(ADD, name, 0, 7);
        return true;
      };
    const added = await Promise.all(['a', 'b', 'c'].map((name) => sql().transaction(addIfAlone(name))));
    expect(added.filter(Boolean)).toHaveLength(1);
    expect(await names()).toHaveLength(1);
  });

  it('reads as of one moment, whatever is committed meanwhile', async () => {
    const count = `select count(*) as n from ${TABLE}`;
    const begun = Promise.withResolvers<undefined>();
    let isCommitted = false;
    const seen = sql().read(function* (): Work<unknown[]> {
      const before = yield* first(count);
      begun.resolve(undefined);
      for (let i = 0; !isCommitted && i < LOOKS; i++) yield* all('select 1 as one');
      return [before?.['n'], (yield* first(count))?.['n']];
    });
    await begun.promise;
    await sql().transaction(() => run(ADD, 'o', 1, 0));
    isCommitted = true;
    expect(await seen).toEqual([0, 0]);
    expect(await sql().read(() => first(count))).toEqual({ n: 1 });
  });
}
