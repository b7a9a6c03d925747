// One part of the hub as a process of its own: started, watched, started again when it dies, stopped in order.
import { fork, type ChildProcess } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';

export interface PartOptions {
  readonly name: string;
  /** Absolute path of the .ts file. */
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** Called for each line on standard output (`--truth`, `--trace`); other output goes to the log file only. */
  readonly onLine?: (line: string) => void;
}

const RESTART_AFTER_MS = [200, 1_000, 3_000, 10_000];
const STOP_WITHIN_MS = 5_000;

export class Part {
  readonly name: string;
  #options: PartOptions;
  #log: WriteStream;
  #child: ChildProcess | null = null;
  #stopping = false;
  #deaths = 0;
  #lastWords = '';
  #env: Readonly<Record<string, string>>;
  #listeners: ((message: unknown) => void)[] = [];
  #restarted: () => void = () => undefined;

  constructor(options: PartOptions) {
    this.name = options.name;
    this.#options = options;
    this.#env = options.env ?? {};
    this.#log = createWriteStream(options.logFile, { flags: 'a' });
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#listeners.push(listener);
  }

  onRestart(listener: () => void): void {
    this.#restarted = listener;
  }

  /** For the next start of the part. */
  setEnv(env: Readonly<Record<string, string>>): void {
    this.#env = { ...this.#env, ...env };
  }

  send(message: object): void {
    this.#child?.send(message);
  }

  /** Resolves with the first message that the part sends over IPC; rejects with the part's last words when it ends before. */
  start(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      let ready = false;
      this.onMessage((message) => {
        ready = true;
        resolve(message);
      });
      this.#spawn((code) => {
        if (!ready) reject(new Error(this.#lastWords.trim() || `${this.name} ended with code ${String(code)}`));
        return ready;
      });
    });
  }

  /** For a part that does its work and ends. */
  runOnce(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#spawn((code) => {
        if (code === 0) resolve();
        else reject(new Error(this.#lastWords.trim() || `${this.name} ended with code ${String(code)}`));
        return false;
      });
    });
  }

  #spawn(mayRestart: (code: number | null) => boolean): void {
    const child = fork(this.#options.file, this.#options.args, {
      env: { ...process.env, ...this.#env },
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    const bornAt = performance.now();
    child.on('message', (message) => this.#listeners.forEach((listener) => listener(message)));
    this.#readOutput(child);
    child.once('exit', (code, signal) => {
      this.#child = null;
      if (this.#stopping || !mayRestart(code)) return;
      if (performance.now() - bornAt > 30_000) this.#deaths = 0;
      const wait = RESTART_AFTER_MS[Math.min(this.#deaths, RESTART_AFTER_MS.length - 1)] ?? 0;
      this.#deaths++;
      console.error(
        `${this.name} stopped (${signal ?? `code ${String(code)}`}); starting it again. Its log: ${this.#options.logFile}`,
      );
      setTimeout(() => {
        if (this.#stopping) return;
        this.#spawn(mayRestart);
        this.#restarted();
      }, wait);
    });
  }

  #readOutput(child: ChildProcess): void {
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#lastWords = (this.#lastWords + chunk.toString()).slice(-2_000);
      this.#log.write(chunk);
    });
    let rest = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      this.#log.write(chunk);
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#options.onLine?.(line);
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (child === null) return;
    await new Promise<void>((resolve) => {
      const force = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
      child.once('exit', () => {
        clearTimeout(force);
        resolve();
      });
      child.kill('SIGTERM');
    });
    this.#log.end();
  }
}
