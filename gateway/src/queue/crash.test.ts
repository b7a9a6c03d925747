// Killed with SIGKILL at every step: what was committed is there, what is stored was acknowledged, and all of it arrives.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { FakeUplink } from '../testing/fake-uplink.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { Dispatcher } from '../uplink/dispatcher.ts';
import { Queue } from './queue.ts';

const CHILD = fileURLToPath(new URL('../testing/crash-child.ts', import.meta.url));

/** @param killAfter lines, when the child does not kill itself */
async function crash(file: string, step: string, killAfter = Infinity): Promise<string[]> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CHILD, file, step], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    if (text.split('\n').length > killAfter) child.kill('SIGKILL');
  });
  const signal = await new Promise((resolve) => child.once('close', (_code, by) => resolve(by)));
  expect(signal).toBe('SIGKILL');
  return text.split('\n').filter((line) => line !== '');
}

interface Kept {
  readonly value: string;
  readonly sequence: number;
  readonly state: number;
}

function kept(queue: Queue): Kept[] {
  const rows = queue.db
    .prepare("select lower(hex(bytes)) as value, sequence, state from frame where how = 'indicate' order by id")
    .all();
  return rows.map((row) => ({
    value: String(row['value']),
    sequence: Number(row['sequence']),
    state: Number(row['state']),
  }));
}

/** What the hub has when it has answered for everything. */
async function deliverAll(queue: Queue): Promise<Map<string, string>> {
  const uplink = new FakeUplink();
  const dispatcher = new Dispatcher({
    queue,
    uplink,
    gateway: 'gateway-1',
    zone: 'UTC',
    mono: () => 0,
    answerMs: 30_000,
    longestAnswerMs: 600_000,
    onTrouble: () => undefined,
  });
  uplink.onAck((ack) => dispatcher.ack(ack));
  dispatcher.setOpen(true);
  while (queue.counts().queued + queue.counts().published > 0) await new Promise((resolve) => setImmediate(resolve));
  dispatcher.close();
  return uplink.stored;
}

describe('a queue whose process is killed', () => {
  it.each([
    ['before-commit', Infinity],
    ['after-commit', Infinity],
    ['before-published', Infinity],
    ['after-published', Infinity],
    ['before-stored', Infinity],
    ['after-stored', Infinity],
    ['in-new-epoch', Infinity],
    ['never', 1],
    ['never', 17],
    ['never', 60],
  ])('keeps what was committed (%s, %d lines)', async (step, killAfter) => {
    const file = join(temporaryFolder(), 'queue.sqlite');
    const lines = await crash(file, step, killAfter);
    const committed = lines.flatMap((line) => (line.startsWith('committed ') ? [line.slice(10)] : []));
    const acknowledged = lines.some((line) => line.startsWith('acknowledged')) ? 3 : -1;

    const queue = new Queue(file);
    const values = kept(queue);
    // The one more, if any, is a commit that returned and could not be told of any more.
    expect(values.slice(0, committed.length).map((v) => v.value)).toEqual(committed);
    expect(values.length - committed.length).toBeLessThanOrEqual(1);
    expect(values.map((v) => v.sequence)).toEqual(values.map((_, i) => i + 1));
    for (const v of values) expect(v.state === 2 ? v.sequence <= acknowledged : v.state === 0).toBe(true);

    const queued = values.filter((v) => v.state === 0).map((v) => v.value);
    const atHub = await deliverAll(queue);
    expect([...atHub.values()].filter((bytes) => bytes !== '')).toEqual(queued);
    expect(queue.counts()).toEqual({ queued: 0, published: 0, stored: values.length + 1, dead: 0 });
    queue.close();
  });
});
