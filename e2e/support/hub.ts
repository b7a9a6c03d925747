// A whole hub as its user starts it: tools/start.ts in a process of its own, on a free port, in a temporary folder.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const START_WITHIN_MS = 120_000;

export interface RunningHub {
  readonly url: string;
  readonly data: string;
  /** What it printed on standard output, line by line. */
  readonly lines: readonly string[];
  /** Process id of a part (`backend`, `radio`, `gateway-...`). */
  pidOf(part: string): number;
  parts(): string[];
  stop(): Promise<number | null>;
  /** SIGKILL to the process that watches the parts. */
  kill(): void;
}

export async function startHub(
  args: readonly string[] = [],
  data = mkdtempSync(join(tmpdir(), 'gaya-e2e-')),
): Promise<RunningHub> {
  const child = spawn(process.execPath, [join(ROOT, 'tools', 'start.ts'), '--port', '0', '--data', data, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const lines: string[] = [];
  const errors: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  const url = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`the hub did not start in time: ${errors.join('')}`)),
      START_WITHIN_MS,
    );
    eachLine(child, (line) => {
      lines.push(line);
      const found = /^Gaya: (http:\S+)$/.exec(line)?.[1];
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(found);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`the hub ended with code ${String(code)}: ${errors.join('')}`));
    });
  });
  const processes = (): Record<string, number> =>
    JSON.parse(readFileSync(join(data, 'processes.json'), 'utf8')) as Record<string, number>;
  return {
    url,
    data,
    lines,
    parts: () => Object.keys(processes()),
    pidOf(part) {
      const pid = processes()[part];
      if (pid === undefined) throw new Error(`no part ${part}`);
      return pid;
    },
    stop: () => stop(child),
    kill: () => child.kill('SIGKILL'),
  };
}

export function removeData(hub: RunningHub): void {
  rmSync(hub.data, { recursive: true, force: true });
}

function eachLine(child: ChildProcess, use: (line: string) => void): void {
  let rest = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n');
    rest = parts.pop() ?? '';
    parts.forEach(use);
  });
}

function stop(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => {
    child.once('exit', resolve);
    child.kill('SIGTERM');
  });
}
