/** The gateway's queue on a disk that takes 20 ms for every commit: what a spot value and a stream's value wait. */
import { FrameWriter } from '../../../gateway/src/queue/frame-writer.ts';
import type { NewFrame } from '../../../gateway/src/queue/frame.ts';
import { Queue } from '../../../gateway/src/queue/queue.ts';
import { join } from 'node:path';
import { percentile } from './percentile.ts';

export interface SlowDisk {
  readonly spotP50: number;
  readonly spotP99: number;
  readonly streamP50: number;
  readonly streamP99: number;
  readonly frames: number;
}

export const COMMIT_WAIT_MS = 20;
export const NOTIFICATIONS_PER_SECOND = 200;
export const INDICATIONS_PER_SECOND = 2;
const TICK_MS = 5;
const SESSION = 'slow-disk';

/** @throws {Error} when a frame is missing in the queue */
export async function slowDisk(folder: string, seconds: number): Promise<SlowDisk> {
  const queue = new Queue(join(folder, 'slow-queue.sqlite'));
  waitInCommit(queue);
  // When each frame of the stream was due, ms.
  const due: number[] = [];
  const streamMs: number[] = [];
  const spotMs: number[] = [];
  const writer = new FrameWriter({
    queue,
    freeBytes: () => null,
    reserveBytes: 0,
    onCommitted: (frames) => {
      const now = performance.now();
      for (const { how } of frames) if (how === 'notify') streamMs.push(now - (due.shift() ?? now));
    },
    onError: (error) => {
      throw error;
    },
  });
  writer.open({ session: SESSION, device: 'dev0001', provisional: false }, frame('connect', 0));

  const since = performance.now();
  let [notified, indicated] = [0, 0];
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const elapsed = (performance.now() - since) / 1_000;
      for (; notified < Math.min(elapsed, seconds) * NOTIFICATIONS_PER_SECOND; notified += 1) {
        due.push(since + (notified / NOTIFICATIONS_PER_SECOND) * 1_000);
        writer.soon(frame('notify', notified));
      }
      for (; indicated < Math.min(elapsed, seconds) * INDICATIONS_PER_SECOND; indicated += 1) {
        writer.now(frame('indicate', indicated));
        spotMs.push(performance.now() - (since + (indicated / INDICATIONS_PER_SECOND) * 1_000));
      }
      if (elapsed < seconds) return;
      clearInterval(timer);
      resolve();
    }, TICK_MS);
  });
  writer.flush();
  const { queued } = queue.counts();
  queue.close();
  if (queued !== notified + indicated + 1)
    throw new Error(`the queue holds ${queued} of ${notified + indicated + 1} frames`);
  return {
    spotP50: percentile(spotMs, 50),
    spotP99: percentile(spotMs, 99),
    streamP50: percentile(streamMs, 50),
    streamP99: percentile(streamMs, 99),
    frames: queued,
  };
}

/** As a disk waits: the process stands still. */
function waitInCommit({ db }: Queue): void {
  const exec = db.exec.bind(db);
  const cell = new Int32Array(new SharedArrayBuffer(4));
  db.exec = (sql: string): void => {
    exec(sql);
    if (sql === 'commit') Atomics.wait(cell, 0, 0, COMMIT_WAIT_MS);
  };
}

function frame(how: NewFrame['how'], n: number): NewFrame {
  const bytes = Buffer.alloc(how === 'connect' ? 0 : 14);
  if (bytes.length > 0) bytes.writeUInt32LE(n);
  return {
    session: SESSION,
    how,
    ...(how === 'connect' ? {} : { service: '1822', characteristic: how === 'notify' ? '2a5f' : '2a5e' }),
    bytes,
    wall: Date.now(),
    mono: performance.now(),
    boot: 'boot1',
    synced: true,
  };
}
