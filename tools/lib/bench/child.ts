/** The processes of a bench: forked with messages, or foreign; each is ended by its own handle and no other. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** USER_HZ: what /proc counts in on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** CPU that a process has used so far, all its threads, user and system, in seconds; NaN where there is no /proc. */
export function cpuSeconds(pid: number | undefined): number {
  try {
    // The name in parentheses may hold spaces.
    const fields =
      readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
        .split(') ')
        .at(-1)
        ?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return Number.NaN;
  }
}

/** Largest resident memory of a process so far, MB; NaN where there is no /proc. */
export function peakMemoryMb(pid: number | undefined): number {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1];
    return Number(kilobytes) / 1_024;
  } catch {
    return Number.NaN;
  }
}

/** @param file beside this one */
export function forkBeside(file: string, args: readonly string[] = []): ChildProcess {
  return fork(join(import.meta.dirname, file), args, {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

/** The next message that fits. @throws {Error} when the process ends before */
export function nextMessage<T>(child: ChildProcess, fits: (message: unknown) => message is T): Promise<T> {
  return new Promise((resolve, reject) => {
    const take = (message: unknown): void => {
      if (!fits(message)) return;
      child.off('message', take);
      child.off('exit', ended);
      resolve(message);
    };
    const ended = (code: number | null): void => reject(new Error(`a process of the bench ended (${String(code)})`));
    child.on('message', take);
    child.once('exit', ended);
  });
}

export async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}
