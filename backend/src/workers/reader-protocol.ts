/** What the hub's thread and its reader threads say to each other. */
import type { SeriesQuery } from '../ports.ts';
import type { ChartResult } from '../series/series-query.ts';

export interface ReaderData {
  readonly path: string;
}

export interface ReaderJob {
  readonly id: number;
  readonly organisation: string;
  readonly query: SeriesQuery;
  readonly now: number;
}

export interface ReaderReply {
  readonly id: number;
  readonly result?: ChartResult;
  /** Name of what was thrown. */
  readonly error?: string;
}
