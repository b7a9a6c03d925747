import fc from 'fast-check';
import type { FramesMessage } from '@gaya/protocols/messages';
import { describe, expect, it } from 'vitest';
import { CUFF, NINE_AM } from '../testing/frames.ts';
import { dumpOf, type Dump } from '../testing/dump.ts';
import { HubHarness } from '../testing/hub-harness.ts';
import { MOVED_AT, overlap, scenario } from '../testing/scenario.ts';

type Step = FramesMessage | 'bind' | 'move' | 'restart';

const MESSAGES = scenario();

/** Binds the cuff to p-1, and moves it to p-2, each at its place among the messages. */
async function run(steps: readonly Step[], batch: number): Promise<Dump> {
  let h = await HubHarness.open();
  try {
    await h.patient('p-1');
    await h.patient('p-2');
    await h.hub.devices.create({ profile: 'blood-pressure', label: 'Cuff' }, 'test', { deviceId: CUFF });
    let waiting: FramesMessage[] = [];
    const flush = async () => {
      await h.receive(...waiting);
      waiting = [];
    };
    for (const step of steps) {
      if (typeof step === 'object') waiting.push(step);
      if (typeof step === 'string' || waiting.length >= batch) await flush();
      if (step === 'bind') await h.hub.decisions.bind({ deviceId: CUFF, patientId: 'p-1', from: 0, to: MOVED_AT }, 'a');
      if (step === 'move') await h.hub.decisions.bind({ deviceId: CUFF, patientId: 'p-2', from: MOVED_AT }, 'a');
      if (step === 'restart') {
        await h.close();
        h = await HubHarness.open({ dataDir: h.dataDir });
      }
    }
    await flush();
    await h.hub.projections.caughtUp();
    return dumpOf(h.dataDir);
  } finally {
    await h.closeAndRemove();
  }
}

type Told = Record<string, string | number | null>;

/** A reading in one line: which, how much, how many seconds after nine and how that is known, whose. */
function told(line: string): string {
  const row = JSON.parse(line) as Told;
  const [first] = JSON.parse(String(row['components'])) as { value: string }[];
  const seconds = row['effective_at'] === null ? row['reason'] : (Number(row['effective_at']) - NINE_AM) / 1000;
  const whose = row['patient'] ?? row['tray_reason'];
  return [row['reading_id'], first?.value, seconds, row['verdict'], whose, row['added_quality']].join(' ').trimEnd();
}

const newest = (row: Told) => [row['patient'], row['metric'], row['kind'], row['reading_id']].join(' ');

describe('the end state', () => {
  it('is what the frames say', async () => {
    const dump = await run(['bind', 'move', ...MESSAGES], 100);
    expect(dump.readings.map(told)).toMatchInlineSnapshot(`
      [
        "s-10.1:blood-pressure 131 -180 device-clock-mapped p-1",
        "s-10.1:pulse 70 -180 device-clock-mapped p-1",
        "s-10.4:blood-pressure 132 -60 device-clock-mapped p-1",
        "s-10.4:pulse 70 -60 device-clock-mapped p-1",
        "s-20.3:blood-pressure 133 63 received-live p-1",
        "s-20.3:pulse 70 63 received-live p-1",
        "s-21.1:blood-pressure 133 101 received-live p-1 ["possible-repeat"]",
        "s-21.1:pulse 70 101 received-live p-1 ["possible-repeat"]",
        "s-30.1:blood-pressure 135 3601 received-live p-1",
        "s-30.1:pulse 70 3601 received-live p-1",
        "s-30.2:blood-pressure 136 3602 received-live p-1",
        "s-30.2:pulse 70 3602 received-live p-1",
        "s-31.1:blood-pressure 137 5401 received-live p-1",
        "s-31.1:pulse 70 5401 received-live p-1",
        "s-40.25:blood-pressure 140 7213 received-live p-2",
        "s-40.25:pulse 70 7213 received-live p-2",
        "s-50.1:blood-pressure 150 10801 received-live p-2",
        "s-50.1:pulse 70 10801 received-live p-2",
      ]
    `);
    expect(dump.latest.map((line) => JSON.parse(line) as Told).map(newest)).toMatchInlineSnapshot(`
      [
        "p-1 blood-pressure spot s-31.1:blood-pressure",
        "p-1 cuff-pressure sample s-40.11:cuff-pressure",
        "p-1 pulse sample s-40.11:pulse",
        "p-1 pulse spot s-31.1:pulse",
        "p-2 blood-pressure spot s-50.1:blood-pressure",
        "p-2 cuff-pressure sample s-40.24:cuff-pressure",
        "p-2 pulse sample s-40.24:pulse",
        "p-2 pulse spot s-50.1:pulse",
      ]
    `);
    expect(dump.undecodable).toHaveLength(1);
    expect(dump.stale).toEqual([]);
    expect(dump.failed).toEqual([]);
    expect(dump.points.filter((line) => line.includes('cuff-pressure')).length).toBeGreaterThan(20);
  });

  it('is the same for any order of arrival, with duplicates, overlaps and restarts between', async () => {
    const wanted = await run(['bind', 'move', ...MESSAGES], 100);
    const extra: Step[] = [overlap(MESSAGES, 's-40'), overlap(MESSAGES, 's-10'), 'restart', 'bind', 'move'];
    const all: Step[] = [...MESSAGES, ...MESSAGES.slice(0, 6), ...extra];
    const orders = fc.shuffledSubarray(all, { minLength: all.length });
    await fc.assert(
      fc.asyncProperty(orders, fc.constantFrom(1, 3, 100), async (steps, batch) => {
        expect(await run(steps, batch)).toEqual(wanted);
      }),
      { numRuns: 15 },
    );
  }, 120_000);
});
