// The gateway's own process, on a disk that waits DISK_WAIT_MS before it writes an indicated value, or is full for the first
// DISK_FAILURES of them.
import { runCli } from '../../gateway/src/cli.ts';
import { QueueError } from '../../gateway/src/queue/frame.ts';
import { Queue } from '../../gateway/src/queue/queue.ts';

const waitMs = Number(process.env['DISK_WAIT_MS'] ?? 0);
let failures = Number(process.env['DISK_FAILURES'] ?? 0);

const cell = new Int32Array(new SharedArrayBuffer(4));
const commit = Reflect.get<typeof Queue.prototype, 'commit'>(Queue.prototype, 'commit');
Queue.prototype.commit = function (this: Queue, frames) {
  if (!frames.some(({ how }) => how === 'indicate')) return commit.call(this, frames);
  if (failures > 0) {
    failures -= 1;
    throw new QueueError('queue-full', 'the disk is full');
  }
  // As a disk waits: the process stands still.
  Atomics.wait(cell, 0, 0, waitMs);
  return commit.call(this, frames);
};

await runCli(process.argv.slice(2), process.env);
