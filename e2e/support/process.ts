// A part of the system as a child process that can be killed and started again with the same arguments.
import { fork, type ChildProcess } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export interface PartOptions {
  /** From the root of the repository. */
  readonly file: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export class Part {
  readonly lines: string[] = [];
  readonly errors: string[] = [];
  #options: PartOptions;
  #child: ChildProcess | null = null;

  constructor(options: PartOptions) {
    this.#options = options;
  }

  /** Resolves with the first message over IPC ("ready"). */
  start(extraEnv: Readonly<Record<string, string>> = {}): Promise<Record<string, unknown>> {
    this.#options = { ...this.#options, env: { ...this.#options.env, ...extraEnv } };
    const child = fork(join(ROOT, this.#options.file), this.#options.args ?? [], {
      cwd: ROOT,
      env: { ...process.env, ...this.#options.env },
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    let rest = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      const parts = (rest + chunk.toString()).split('\n');
      rest = parts.pop() ?? '';
      this.lines.push(...parts);
    });
    child.stderr?.on('data', (chunk: Buffer) => this.errors.push(chunk.toString()));
    return new Promise((resolve, reject) => {
      child.once('message', (message) => resolve(message as Record<string, unknown>));
      child.once('exit', (code) =>
        reject(new Error(`${this.#options.file} ended with ${String(code)}: ${this.errors.join('')}`)),
      );
    });
  }

  /** SIGKILL unless another signal is given; resolves when the process is gone. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await gone;
    this.#child = null;
  }
}

/** Waits for a state, never for a time: asks until the answer is not null. */
export async function until<T>(what: string, ask: () => Promise<T | null> | T | null, withinMs = 60_000): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (performance.now() > end) throw new Error(`not reached within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
