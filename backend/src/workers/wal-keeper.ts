/**
 * Keeps the write-ahead log short. A thread of its own copies it into the file while the hub goes on writing; what was
 * written meanwhile is little, and copied by the hub itself, because only a log without a rest begins again from its start.
 */
import { statSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { Database } from '../db/database.ts';

export interface CheckpointReply {
  /** Pages in the log. */
  readonly frames: number;
}

const INTERVAL_MS = 250;
/** Below this a small hub leaves it to SQLite, and no thread is started. */
const BUSY_OCTETS = 8 * 1024 * 1024;
/** Pages from which on the log shall begin again. */
const LONG_FRAMES = 4_000;

export class WalKeeper {
  readonly #db: Database;
  #timer: NodeJS.Timeout | undefined;
  #worker: Worker | undefined;
  #isWorking = false;
  #seenCommits = 0;

  constructor(db: Database) {
    this.#db = db;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#look(), INTERVAL_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.#worker?.terminate();
    this.#worker = undefined;
  }

  #look(): void {
    if (this.#isWorking || this.#seenCommits === this.#db.commits) return;
    if (this.#worker === undefined && sizeOf(`${this.#db.path}-wal`) < BUSY_OCTETS) return;
    this.#seenCommits = this.#db.commits;
    this.#worker ??= this.#startWorker();
    this.#isWorking = true;
    this.#worker.postMessage('checkpoint');
  }

  #startWorker(): Worker {
    const worker = new Worker(new URL('./checkpoint-thread.ts', import.meta.url), {
      workerData: { path: this.#db.path },
    });
    worker.on('message', ({ frames }: CheckpointReply) => {
      this.#isWorking = false;
      if (frames >= LONG_FRAMES && this.#timer !== undefined) this.#db.checkpoint();
    });
    // Without the thread SQLite does it all by itself, in its own time.
    worker.on('error', () => {
      this.#isWorking = false;
      this.#worker = undefined;
    });
    worker.unref();
    return worker;
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
