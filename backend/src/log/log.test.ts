import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../db/database.ts';
import { migrate } from '../db/migrate.ts';
import { Log, type NewEntry } from './log.ts';
import { partitionOf } from './partition-of.ts';

function entryOf(device: string, partition: number, body = 'x'): { entry: NewEntry } {
  const entry: NewEntry = {
    sourceKind: 'gateway',
    source: 'gw-1',
    device,
    partition,
    session: 's-1',
    firstSequence: 0,
    lastSequence: 0,
    contentType: 'gaya.frames',
    schemaVersion: 1,
    body: Buffer.from(body),
    receivedAt: 1,
  };
  return { entry };
}

describe('the log', () => {
  let folder: string;
  let db: Database;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gaya-log-'));
    db = Database.openIn(folder);
    migrate(db, () => 0);
  });
  afterEach(() => {
    db.close();
    rmSync(folder, { recursive: true });
  });

  it('gives positions without gaps in the order of the commits, also after transactions that failed', () => {
    const log = new Log(db, 'default', 16);
    const batches = fc.array(fc.tuple(fc.array(fc.nat(3), { maxLength: 6 }), fc.boolean()), { maxLength: 12 });
    const appended = new Map<number, string[]>();
    fc.assert(
      fc.property(batches, (all) => {
        all.forEach(([partitions, fails], batch) => {
          const bodies = partitions.map((_, i) => `${batch}.${i}`);
          const work = () => {
            log.append(partitions.map((partition, i) => entryOf('d', partition, bodies[i])));
            if (fails) throw new Error('the disk is full');
          };
          if (fails) expect(() => db.transaction(work)).toThrow('full');
          else db.transaction(work);
          if (fails) return;
          partitions.forEach((partition, i) => {
            appended.set(partition, [...(appended.get(partition) ?? []), bodies[i] ?? '']);
          });
        });
        for (const [partition, bodies] of appended) {
          const entries = log.after(partition, 0, 10_000);
          expect(entries.map(({ position }) => position)).toEqual(bodies.map((_, i) => i + 1));
          expect(entries.map(({ body }) => Buffer.from(body ?? []).toString())).toEqual(bodies);
        }
        expect(log.count()).toBe([...appended.values()].reduce((sum, { length }) => sum + length, 0));
      }),
      { numRuns: 20 },
    );
  });

  it('belongs to one organisation', () => {
    const [ours, theirs] = [new Log(db, 'a', 16), new Log(db, 'b', 16)];
    db.transaction(() => ours.append([entryOf('d', 3)]));
    expect(theirs.count()).toBe(0);
    expect(theirs.ofSession('s-1')).toEqual([]);
    expect(db.transaction(() => theirs.append([entryOf('d', 3)]))).toMatchObject([{ partition: 3, position: 1 }]);
  });

  it('puts an id into the same partition for ever', () => {
    // FNV-1a, 32 bit: published values of '' and 'a' are 0x811c9dc5 and 0xe40c292c.
    expect(partitionOf('', 2 ** 32)).toBe(0x811c9dc5);
    expect(partitionOf('a', 2 ** 32)).toBe(0xe40c292c);
    expect(partitionOf('cuff-1', 16)).toBe(partitionOf('cuff-1', 2 ** 32) % 16);
  });
});
