import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FramesMessage, SequenceRange } from '@gaya/protocols/messages';
import { describe, expect, it } from 'vitest';
import { dumpOf, rowsOf } from './testing/dump.ts';
import { connect, CUFF, cuff, cuffStream, encode, message, topicOf } from './testing/frames.ts';
import { HubHarness, repeatable } from './testing/hub-harness.ts';

const ROUNDS = 8;
const DEVICES = 5;
const MESSAGES = 40;

/** A child process with a hub, and what it has acknowledged. */
class DoomedHub {
  readonly #child: ChildProcess;
  readonly acked: SequenceRange[] = [];

  constructor(dataDir: string) {
    this.#child = fork(join(import.meta.dirname, 'testing', 'crash-child.ts'), [dataDir], { execArgv: [] });
    this.#child.on('message', (said: 'ready' | { stored: SequenceRange[] }) => {
      if (said !== 'ready') this.acked.push(...said.stored);
    });
  }

  async ready(): Promise<void> {
    await once(this.#child, 'message');
  }

  send(body: FramesMessage): void {
    if (this.#child.connected) this.#child.send([topicOf(body), Buffer.from(encode(body)).toString()], () => undefined);
  }

  async kill(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}

/** What the homes have to send: sessions of several cuffs, cut into messages. */
function outbox(round: number): FramesMessage[] {
  return Array.from({ length: DEVICES * MESSAGES }, (_, i) => {
    const device = `${CUFF}-${i % DEVICES}`;
    const first = Math.floor(i / DEVICES) * 3;
    const parts = [first === 0 ? connect : cuffStream(60 + (i % 90)), cuff(100 + (i % 80)), cuffStream(50 + (i % 100))];
    return message(parts, { device, session: `round-${String(round).padStart(2, '0')}-${device}`, first });
  });
}

/** Each cuff is somebody's, so that points and newest values follow. */
async function openBound(dataDir?: string): Promise<HubHarness> {
  const h = await HubHarness.open(dataDir === undefined ? {} : { dataDir });
  for (let i = 0; i < DEVICES; i++) {
    await h.patient(`p-${i}`);
    const deviceId = `${CUFF}-${i}`;
    await h.hub.devices.create({ profile: 'blood-pressure', label: deviceId }, 'test', { deviceId });
    await h.hub.decisions.bind({ deviceId, patientId: `p-${i}`, from: 0 }, 'test');
  }
  return h;
}

describe('a hub that is killed while it stores and projects', () => {
  it('has every acknowledged frame exactly once, and readings that are its frames, after any number of kills', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'gaya-crash-'));
    const prepared = await openBound(dataDir);
    await prepared.close();
    const random = repeatable('crash');
    const sent: FramesMessage[] = [];
    const acked: SequenceRange[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const doomed = new DoomedHub(dataDir);
      await doomed.ready();
      const messages = outbox(round);
      // What was sent before the last kill is sent again, as a gateway does without an answer.
      for (const body of [...sent.slice(-DEVICES * 20), ...messages]) doomed.send(body);
      sent.push(...messages);
      await sleep((random(1)[0] ?? 0) / 2);
      await doomed.kill();
      acked.push(...doomed.acked);
    }
    expect(acked.length).toBeGreaterThan(0);

    const h = await HubHarness.open({ dataDir });
    await h.hub.projections.caughtUp();
    const logged = new Map<string, number>();
    for (const row of rowsOf(
      dataDir,
      'select session, first_sequence as first, last_sequence as last from log where session is not null',
    )) {
      for (let n = Number(row['first']); n <= Number(row['last']); n++) {
        const id = `${String(row['session'])}.${n}`;
        logged.set(id, (logged.get(id) ?? 0) + 1);
      }
    }
    const missing = acked.flatMap(({ session, first, last }) =>
      Array.from({ length: last - first + 1 }, (_, i) => `${session}.${first + i}`).filter((id) => !logged.has(id)),
    );
    expect(missing).toEqual([]);
    expect([...logged.values()].every((times) => times === 1)).toBe(true);
    expect(
      rowsOf(dataDir, 'select "partition", max(position) - count(*) as gaps from log group by 1 having gaps > 0'),
    ).toEqual([]);

    // The rest comes, and then all is as if nothing had happened.
    await h.receive(...sent);
    const survived = dumpOf(dataDir);
    await h.closeAndRemove();
    const untroubled = await openBound();
    await untroubled.receive(...sent);
    expect(survived).toEqual(dumpOf(untroubled.dataDir));
    expect(survived.points.length).toBeGreaterThan(survived.readings.length);
    expect(survived.readings.length).toBe(ROUNDS * DEVICES * MESSAGES * 2);
    await untroubled.closeAndRemove();
  }, 120_000);
});
