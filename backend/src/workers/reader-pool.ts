/** A few reader threads; each job goes to the one with the least to do. Threads are started when first needed. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { ChartResult } from '../series/series-query.ts';
import type { ReaderJob, ReaderReply } from './reader-protocol.ts';

interface Waiting {
  readonly resolve: (result: ChartResult) => void;
  readonly reject: (error: Error) => void;
}

interface Reader {
  readonly worker: Worker;
  readonly waiting: Map<number, Waiting>;
}

/** The thread that should answer has ended, or could not. */
class ReaderError extends Error {
  override readonly name = 'ReaderError';
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

export class ReaderPool {
  readonly #path: string;
  readonly #size: number;
  readonly #readers: Reader[] = [];
  #nextId = 1;
  #closed = false;

  constructor(path: string, size = Math.min(2, availableParallelism())) {
    this.#path = path;
    this.#size = size;
  }

  run(job: Omit<ReaderJob, 'id'>): Promise<ChartResult> {
    if (this.#closed) return Promise.reject(new ReaderError('closed'));
    const reader = this.#pick();
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      reader.waiting.set(id, { resolve, reject });
      // An idle thread keeps no process alive, one that is asked does.
      reader.worker.ref();
      reader.worker.postMessage({ ...job, id } satisfies ReaderJob);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#readers.map(({ worker }) => worker.terminate()));
  }

  #pick(): Reader {
    const idle = this.#readers.find(({ waiting }) => waiting.size === 0);
    if (idle !== undefined) return idle;
    if (this.#readers.length < this.#size) return this.#start();
    return this.#readers.reduce((best, reader) => (reader.waiting.size < best.waiting.size ? reader : best));
  }

  #start(): Reader {
    const worker = new Worker(new URL('./reader-thread.ts', import.meta.url), { workerData: { path: this.#path } });
    const reader: Reader = { worker, waiting: new Map() };
    worker.on('message', (reply: ReaderReply) => answer(reader, reply));
    worker.on('error', () => this.#ended(reader));
    worker.on('exit', () => this.#ended(reader));
    worker.unref();
    this.#readers.push(reader);
    return reader;
  }

  #ended(reader: Reader): void {
    const at = this.#readers.indexOf(reader);
    if (at >= 0) this.#readers.splice(at, 1);
    for (const { reject } of reader.waiting.values()) reject(new ReaderError('reader-ended'));
    reader.waiting.clear();
  }
}

function answer(reader: Reader, { id, result, error }: ReaderReply): void {
  const waiting = reader.waiting.get(id);
  reader.waiting.delete(id);
  if (reader.waiting.size === 0) reader.worker.unref();
  if (result !== undefined) waiting?.resolve(result);
  else waiting?.reject(new ReaderError(error ?? 'unknown'));
}
