// `npm start` as its user meets it: one line with the address, one clear sentence when it cannot start, nothing left behind.
import { execFileSync, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { removeData, startHub } from './support/hub.ts';
import { until } from './support/process.ts';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const folders: string[] = [];

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'gaya-start-'));
  folders.push(path);
  return path;
}

afterEach(() => {
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true });
});

/** Runs the start until it ends by itself. */
function startAndEnd(...args: string[]): Promise<{ code: number | null; out: string; error: string }> {
  const child = spawn(process.execPath, [join(ROOT, 'tools', 'start.ts'), ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let error = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (error += chunk.toString()));
  return new Promise((resolve) => child.once('exit', (code) => resolve({ code, out, error })));
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';
const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('npm start', { timeout: 120_000 }, () => {
  test('prints one line with the address, brings live readings, stops cleanly and keeps the data', async () => {
    const hub = await startHub(['--patients', '2', '--speed', '5000', '--no-history']);
    folders.push(hub.data);
    expect(hub.lines.filter((line) => line.startsWith('Gaya:'))).toHaveLength(1);
    const readings = async (url: string): Promise<number> => {
      const list = (await (await fetch(`${url}/api/worklist`)).json()) as { rows: { latest: unknown[] }[] };
      return list.rows.reduce((sum, row) => sum + row.latest.length, 0);
    };
    const before = await until('a live reading', async () => (await readings(hub.url)) || null);
    const pids = hub.parts().map((part) => hub.pidOf(part));
    expect(pids.length).toBeGreaterThanOrEqual(3);
    expect(await hub.stop()).toBe(0);
    expect(pids.filter(alive)).toEqual([]);

    const again = await startHub(['--patients', '2', '--speed', '1', '--no-history'], hub.data);
    expect(await readings(again.url)).toBeGreaterThanOrEqual(before);
    const { rows } = (await (await fetch(`${again.url}/api/worklist`)).json()) as { rows: unknown[] };
    expect(rows).toHaveLength(2);
    expect(await again.stop()).toBe(0);
    removeData(again);
  });

  test('leaves nothing behind when it is killed hard', async () => {
    const hub = await startHub(['--patients', '1', '--no-history']);
    folders.push(hub.data);
    const pids = hub.parts().map((part) => hub.pidOf(part));
    hub.kill();
    await until('all parts gone', () => (pids.some(alive) ? null : true), 15_000);
  });

  test('says in one sentence that the port is in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { code, out, error } = await startAndEnd('--empty', '--data', folder(), '--port', String(port));
    server.close();
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(lastLine(error)).toMatch(new RegExp(`^Gaya did not start: .*${port}.*in use`));
    expect(error).not.toMatch(/^\s+at /m);
  });

  test('says in one sentence that the folder cannot be used', async () => {
    const file = join(folder(), 'file');
    writeFileSync(file, '');
    const { code, error } = await startAndEnd('--empty', '--data', join(file, 'data'), '--port', '0');
    expect(code).toBe(1);
    expect(lastLine(error)).toMatch(
      /^Gaya did not start: the folder .* cannot be written\. Choose another one with --data\.$/,
    );
  });

  test('says in one sentence that the disk is full', async (context) => {
    const disk = folder();
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk], { stdio: 'ignore' });
    } catch {
      context.skip('a small disk can be mounted by root only');
    }
    try {
      const { code, error } = await startAndEnd('--empty', '--data', disk, '--port', '0');
      expect(code).toBe(1);
      expect(lastLine(error)).toMatch(/^Gaya did not start: .*(full|space)/i);
      expect(error).not.toMatch(/^\s+at /m);
    } finally {
      execFileSync('umount', [disk]);
    }
  });

  test('says in one sentence that another hub works in the folder', async () => {
    const hub = await startHub(['--empty']);
    folders.push(hub.data);
    const { code, error } = await startAndEnd('--empty', '--data', hub.data, '--port', '0');
    expect(code).toBe(1);
    expect(lastLine(error)).toMatch(/^Gaya did not start: .*(another|already)/i);
    await hub.stop();
  });

  test('lists its options', async () => {
    const { code, out } = await startAndEnd('--help');
    expect(code).toBe(0);
    for (const option of ['--data', '--port', '--patients', '--empty', '--speed']) expect(out).toContain(option);
  });
});
