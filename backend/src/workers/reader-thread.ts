/** A thread with a connection that only reads: long reads don't hold up the ingest. */
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { SeriesQueries } from '../series/series-query.ts';
import type { ReaderData, ReaderJob, ReaderReply } from './reader-protocol.ts';

const { path } = workerData as ReaderData;
const connection = new DatabaseSync(path, { readOnly: true });
connection.exec('pragma busy_timeout = 5000; pragma cache_size = -32768; pragma temp_store = memory;');
const queries = new SeriesQueries(connection);

parentPort?.on('message', ({ id, organisation, query, now }: ReaderJob) => {
  parentPort?.postMessage(run(id, () => queries.run(organisation, query, now)));
});

function run(id: number, work: () => NonNullable<ReaderReply['result']>): ReaderReply {
  try {
    return { id, result: work() };
  } catch (error) {
    return { id, error: error instanceof Error ? error.name : 'unknown' };
  }
}
