/** A thread that carries the write-ahead log into the file, so that the writing thread need not wait for the disk twice. */
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { CheckpointReply } from './wal-keeper.ts';

const { path } = workerData as { path: string };
const connection = new DatabaseSync(path);
connection.exec('pragma busy_timeout = 0; pragma synchronous = normal;');
const checkpoint = connection.prepare('pragma wal_checkpoint(passive)');

parentPort?.on('message', () => {
  const row = checkpoint.get();
  parentPort?.postMessage({ frames: Number(row?.['log'] ?? 0) } satisfies CheckpointReply);
});
