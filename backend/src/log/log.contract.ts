import { expect, it } from 'vitest';
import type { Sql, Work } from '../db/work.ts';
import { LogWork, type NewEntry } from './log-work.ts';
import { coverageOf, judge, type Span } from './session-coverage.ts';

function entryOf(partition: number, body: string, more: Partial<NewEntry> = {}): { entry: NewEntry } {
  const entry: NewEntry = {
    sourceKind: 'gateway',
    source: 'gw-1',
    device: 'cuff',
    partition,
    session: 's-1',
    firstSequence: 0,
    lastSequence: 0,
    contentType: 'gaya.frames',
    schemaVersion: 1,
    body: Buffer.from(body),
    receivedAt: 1_795_000_000_000,
    ...more,
  };
  return { entry };
}

export function logContract(sql: () => Sql): void {
  const log = new LogWork('a');
  const append = (...entries: { entry: NewEntry }[]) => sql().transaction(() => log.append(entries));
  const bodiesIn = async (partition: number, of = log) => {
    const entries = await sql().read(() => of.after(partition, 0, 1000));
    return entries.map(({ position, body }) => [position, Buffer.from(body ?? []).toString()]);
  };

  it('gives back an entry as it was appended', async () => {
    const { entry } = entryOf(3, 'é\0\xff', { device: null, session: null, firstSequence: null, lastSequence: null });
    expect(await append({ entry })).toEqual([{ entry, partition: 3, position: 1 }]);
    const stored = await sql().read(() => log.at(3, 1));
    expect({ ...stored, body: Buffer.from(stored?.body ?? []) }).toEqual({ ...entry, position: 1 });
    expect(await sql().read(() => log.at(3, 2))).toBeNull();
    expect(await sql().read(() => log.lastReceivedAt())).toBe(entry.receivedAt);
  });

  it('gives positions without a gap, also after a transaction that failed', async () => {
    await append(entryOf(1, 'a'), entryOf(2, 'b'), entryOf(1, 'c'));
    const fails = function* (): Work<void> {
      yield* log.append([entryOf(1, 'lost'), entryOf(4, 'lost')]);
      throw new Error('the disk is full');
    };
    await expect(sql().transaction(fails)).rejects.toThrow('full');
    await append(entryOf(1, 'd'), entryOf(4, 'e'));
    expect(await bodiesIn(1)).toEqual([
      [1, 'a'],
      [2, 'c'],
      [3, 'd'],
    ]);
    expect(await sql().read(() => log.heads())).toEqual(
      new Map([
        [1, 3],
        [2, 1],
        [4, 1],
      ]),
    );
  });

  it('gives each position once when many append to one partition at the same time', async () => {
    const writers = Array.from({ length: 8 }, (_, w) => [`${w}.0`, `${w}.1`, `${w}.2`]);
    const placed = await Promise.all(writers.map((bodies) => append(...bodies.map((body) => entryOf(5, body)))));
    expect(
      placed
        .flat()
        .map(({ position }) => position)
        .toSorted((a, b) => a - b),
    ).toEqual(Array.from({ length: 24 }, (_, i) => i + 1));
    const stored = new Map((await bodiesIn(5)).map(([position, body]) => [position, body]));
    for (const { position, entry } of placed.flat())
      expect(stored.get(position)).toBe(Buffer.from(entry.body).toString());
  });

  it('lets two append to the same partitions in opposite order', async () => {
    const rounds = Array.from({ length: 6 }, () => [
      append(entryOf(1, 'x'), entryOf(2, 'x')),
      append(entryOf(2, 'y'), entryOf(1, 'y')),
    ]);
    await Promise.all(rounds.flat());
    expect(await sql().read(() => log.heads())).toEqual(
      new Map([
        [1, 12],
        [2, 12],
      ]),
    );
  });

  it('stores a range of a session once, however many bring it at the same time', async () => {
    const bring = (first: number, last: number) => {
      const span: Span = { gateway: 'gw-1', device: 'cuff', session: 's-1', first, last };
      const item = entryOf(7, `${first}-${last}`, { firstSequence: first, lastSequence: last });
      return sql().transaction(function* (): Work<string> {
        const verdict = judge(coverageOf(yield* log.rangesOf('s-1'), span), span);
        if (verdict === 'new') yield* log.append([item]);
        return verdict;
      });
    };
    const verdicts = await Promise.all([bring(0, 4), bring(0, 4), bring(0, 4), bring(0, 4)]);
    expect(verdicts.toSorted()).toEqual(['new', 'stored', 'stored', 'stored']);
    expect(await bring(5, 9)).toBe('new');
    expect(await bring(3, 8)).toBe('stored');
    expect(await bring(8, 12)).toBe('new');
    expect(await sql().read(() => log.rangesOf('s-1'))).toEqual([
      { source: 'gw-1', device: 'cuff', first: 0, last: 4 },
      { source: 'gw-1', device: 'cuff', first: 5, last: 9 },
      { source: 'gw-1', device: 'cuff', first: 8, last: 12 },
    ]);
  });

  it('gives the entries of a session by sequence, those without one first', async () => {
    const at = (first: number | null) => ({ firstSequence: first, lastSequence: first });
    await append(entryOf(1, 'late', at(9)), entryOf(1, 'none', at(null)), entryOf(1, 'early', at(2)));
    await append(entryOf(1, 'late again', at(9)), entryOf(1, 'other', { session: 's-2' }));
    const entries = await sql().read(() => log.ofSession('s-1'));
    expect(entries.map(({ body }) => Buffer.from(body ?? []).toString())).toEqual([
      'none',
      'early',
      'late',
      'late again',
    ]);
  });

  it('belongs to one organisation', async () => {
    const theirs = new LogWork('b');
    await append(entryOf(3, 'ours'));
    expect(await sql().read(() => theirs.ofSession('s-1'))).toEqual([]);
    expect(await sql().read(() => theirs.rangesOf('s-1'))).toEqual([]);
    expect(await sql().read(() => theirs.at(3, 1))).toBeNull();
    expect(await sql().read(() => theirs.heads())).toEqual(new Map());
    expect(await sql().read(() => theirs.lastReceivedAt())).toBeNull();
    expect(await sql().transaction(() => theirs.append([entryOf(3, 'theirs')]))).toMatchObject([{ position: 1 }]);
    expect(await bodiesIn(3)).toEqual([[1, 'ours']]);
  });
}
