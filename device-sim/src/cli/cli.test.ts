import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { connectH4 } from '../testing/h4-client.ts';
import { characteristic, disconnected, find, nextValue, startNoble } from '../testing/noble-host.ts';
import { wardPatients } from '../ward/ward.ts';
import { truthLine } from './truth.ts';

const PROGRAM = fileURLToPath(new URL('../testing/run-cli.ts', import.meta.url));
const DEVICE = 'c0:67:61:79:61:01';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

interface Program {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  /** Lines on standard output so far. */
  lines(): string[];
  errors(): string;
}

function start(...args: string[]): Program {
  const child = fork(PROGRAM, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const output: Record<'stdout' | 'stderr', string> = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.on('data', (chunk: Buffer) => (output[name] += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  cleanUp.push(() => child.kill('SIGKILL'));
  return { child, ended, lines: () => output.stdout.split('\n').filter(Boolean), errors: () => output.stderr };
}

async function radioOf({ child }: Program): Promise<string> {
  const [message] = (await once(child, 'message')) as [{ radio: string }];
  return message.radio;
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'gaya-cli-'));
  cleanUp.push(() => rm(path, { recursive: true }));
  return path;
}

describe('gaya-sim', () => {
  it('lists profiles and the ward', async () => {
    const program = start('list');
    expect(await program.ended).toBe(0);
    expect(program.lines().filter((line) => line.includes('blood-pressure')).length).toBeGreaterThan(12);
  });

  it('plays a device, prints what it sends, and ends when its values were confirmed', async () => {
    const program = start('device', 'blood-pressure', '--radio', '127.0.0.1:0', '--count', '1', '--truth');
    const noble = await startNoble(await connectH4(await radioOf(program)));
    cleanUp.push(() => noble.stop());
    const peripheral = await find(noble, DEVICE);
    await peripheral.connectAsync();
    const measurement = await characteristic(peripheral, '2a35');
    const value = nextValue(measurement);
    const gone = disconnected(peripheral);
    await measurement.subscribeAsync();
    const received = await value;
    expect(await program.ended).toBe(0);
    await gone;
    const [line = ''] = program.lines();
    const { at } = JSON.parse(line) as { at: number };
    expect(line).toBe(truthLine(DEVICE, '2a35', Buffer.from(received, 'hex'), at));
    expect(program.lines()).toHaveLength(1);
  });

  it('advertises by extended PDUs when told to', async () => {
    const program = start('device', 'thermometer', '--radio', '127.0.0.1:0', '--advertising', 'extended');
    const noble = await startNoble(await connectH4(await radioOf(program)));
    cleanUp.push(() => noble.stop());
    const peripheral = await find(noble, DEVICE);
    await peripheral.connectAsync();
    const measurement = await characteristic(peripheral, '2a1c');
    const value = nextValue(measurement);
    await measurement.subscribeAsync();
    expect(await value).toMatch(/^02[0-9a-f]{6}ff/);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('ends cleanly on %s', async (signal) => {
    const socket = join(await folder(), 'radio.sock');
    const program = start('ward', '--radio', socket);
    expect(await radioOf(program)).toBe(socket);
    program.child.kill(signal);
    expect(await program.ended).toBe(0);
    await expect(connectH4(socket)).rejects.toThrow(/ENOENT/);
  });

  it('ends when the process that forked it has gone', async () => {
    const program = start('ward', '--radio', '127.0.0.1:0', '--patients', '1');
    await radioOf(program);
    const exited = once(program.child, 'exit');
    program.child.disconnect();
    expect(await exited).toEqual([0, null]);
  });

  it('ends when nobody reads its truth any more', async () => {
    const program = start('device', 'pulse-oximeter', '--radio', '127.0.0.1:0', '--truth');
    const noble = await startNoble(await connectH4(await radioOf(program)));
    cleanUp.push(() => noble.stop());
    program.child.stdout?.destroy();
    const peripheral = await find(noble, DEVICE);
    await peripheral.connectAsync();
    await (await characteristic(peripheral, '2a5f')).subscribeAsync();
    expect(await program.ended).toBe(0);
    expect(program.errors()).not.toContain('EPIPE');
  });

  it('holds no more connections than told', async () => {
    const args = ['--radio', '127.0.0.1:0', '--patients', '1', '--max-connections', '1'];
    const program = start('ward', ...args);
    const noble = await startNoble(await connectH4(await radioOf(program)));
    cleanUp.push(() => noble.stop());
    const [cuff, thermometer] = wardPatients[0]?.devices ?? [];
    const first = await find(noble, cuff?.address ?? '');
    await first.connectAsync();
    const second = await find(noble, thermometer?.address ?? '');
    await expect(second.connectAsync()).rejects.toThrow(/0x9/);
  });

  it('writes history under its name only when it is complete', async () => {
    const path = await folder();
    const [ids, out] = [join(path, 'ids.json'), join(path, 'history.ndjson')];
    await writeFile(ids, JSON.stringify({ deviceIds: { 'blood-pressure-01': 'hub-1', 'thermometer-01': 'hub-2' } }));
    const to = String(Date.UTC(2026, 10, 25));
    const program = start('history', '--out', out, '--days', '2', '--device-ids', ids, '--to', to);
    expect(await program.ended).toBe(0);
    const lines = (await readFile(out, 'utf8')).trimEnd().split('\n');
    expect(lines.length).toBeGreaterThanOrEqual(10);
    expect(program.errors()).toContain(`${lines.length} messages`);
    expect(await readdir(path)).toEqual(['history.ndjson', 'ids.json']);
  });

  it('leaves no history under its name when it is killed on the way', async () => {
    const path = await folder();
    const [ids, out] = [join(path, 'ids.json'), join(path, 'history.ndjson')];
    await writeFile(ids, JSON.stringify({ 'blood-pressure-01': 'hub-1' }));
    const program = start('history', '--out', out, '--days', '200000', '--device-ids', ids);
    while ((await readdir(path)).length < 2) await sleep(5);
    program.child.kill('SIGKILL');
    await program.ended;
    expect(await readdir(path)).not.toContain('history.ndjson');
  });

  it.each([
    ['an unknown profile', ['device', 'toaster', '--radio', '127.0.0.1:0'], /no profile "toaster"/],
    ['a radio that goes nowhere', ['device', 'thermometer'], /--radio or --attach/],
    ['a public address', ['device', 'thermometer', '--address', '00:11:22:33:44:55'], /random static address/],
    ['a file of ids that is none', ['history', '--out', '/nowhere/x', '--device-ids', '/nowhere/y'], /ENOENT/],
    ['a path that is no serial line', ['device', 'thermometer', '--attach', '/dev/null'], /no serial port/],
  ])('says in one sentence what is wrong with %s', async (_, args, sentence) => {
    const program = start(...args);
    expect(await program.ended).toBe(1);
    expect(program.errors()).toMatch(sentence);
    expect(program.errors()).not.toContain('    at ');
  });
});
