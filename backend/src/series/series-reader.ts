/** Charts for the API: asked of a reader thread, with the unit of the catalogue. */
import type { Series } from '@gaya/protocols/api';
import { metricOf } from '@gaya/protocols/metrics';
import type { SeriesQuery, SeriesReader } from '../ports.ts';
import type { ReaderPool } from '../workers/reader-pool.ts';
import type { RollupKeeper } from './rollup-keeper.ts';

/** Dimensionless, for a metric that the catalogue no longer knows. */
const UNITY = '1';

export class PooledSeriesReader implements SeriesReader {
  readonly #pool: ReaderPool;
  readonly #rollups: RollupKeeper;
  readonly #organisation: string;
  readonly #clock: () => number;

  constructor(pool: ReaderPool, rollups: RollupKeeper, organisation: string, clock: () => number) {
    this.#pool = pool;
    this.#rollups = rollups;
    this.#organisation = organisation;
    this.#clock = clock;
  }

  async query(query: SeriesQuery): Promise<Series> {
    const askedAt = this.#rollups.now();
    const job = { organisation: this.#organisation, query, now: this.#clock() };
    const { data, rollups } = await this.#pool.run(job);
    if (rollups.length > 0) this.#rollups.keep(rollups, askedAt);
    const { metric, component, from, to } = query;
    return { metric, component, unit: metricOf(metric)?.unit ?? UNITY, from, to, ...data };
  }
}
