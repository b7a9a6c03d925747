// Runs commands one after the other with their time, and stops at the first that fails.
import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export interface Step {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a command in the foreground and gives its exit code (1 when it was ended by a signal). */
export function run(step: Step): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(step.command, step.args, {
      cwd: step.cwd ?? ROOT,
      env: { ...process.env, ...step.env },
      stdio: 'inherit',
      shell: process.platform === 'win32',
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      resolve(code ?? 1);
    });
  });
}

/** @returns the names of the steps that failed; none after the first failure is run unless `keepGoing` */
export async function runSteps(steps: readonly Step[], keepGoing = false): Promise<string[]> {
  const failed: string[] = [];
  for (const step of steps) {
    console.log(`\n== ${step.name}`);
    const since = performance.now();
    const code = await run(step);
    console.log(
      `== ${step.name}: ${code === 0 ? 'ok' : 'FAILED'} in ${((performance.now() - since) / 1000).toFixed(1)} s`,
    );
    if (code === 0) continue;
    failed.push(step.name);
    if (!keepGoing) break;
  }
  return failed;
}
