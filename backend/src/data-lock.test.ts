import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataLockError, lockData } from './data-lock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gaya-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('lock of the data folder', () => {
  it('is held by one, and free again after its release', () => {
    const lock = lockData(folder);
    expect(() => lockData(folder)).toThrow(DataLockError);
    lock.release();
    lockData(folder).release();
  });

  it('ends with a process that is killed', async () => {
    const script = `import { lockData } from ${JSON.stringify(new URL('data-lock.ts', import.meta.url).href)};
      lockData(${JSON.stringify(folder)}); process.stdout.write('held'); setInterval(() => {}, 1000);`;
    const holder = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    expect(() => lockData(folder)).toThrow(DataLockError);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    lockData(folder).release();
  });
});
