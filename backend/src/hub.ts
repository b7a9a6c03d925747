/** The hub without any wire: what server.ts opens and app.ts serves. What it can do stands in ports.ts. */
import { statfs } from 'node:fs/promises';
import { Database } from './db/database.ts';
import { migrate } from './db/migrate.ts';
import { promised } from './db/promised.ts';
import { LoggedDecisions } from './decisions/decisions.ts';
import { SqliteFeed } from './feed/feed.ts';
import { BatchingIngest, type AppendedMessage } from './ingest/ingest.ts';
import { Quarantine } from './ingest/quarantine.ts';
import { Seeder } from './ingest/seed.ts';
import { Log } from './log/log.ts';
import { SessionCoverage } from './log/session-coverage.ts';
import { openStore, type Store } from './log/store.ts';
import type { FeedEvent } from '@gaya/protocols/api';
import type { Hub, HubEvent, HubHealth, HubOptions, ReplayResult, SeedProgress } from './ports.ts';
import { protocolsInterpreter, type Interpreter } from './projections/interpreter.ts';
import { Projector } from './projections/projector.ts';
import { ReadingsProjection } from './projections/readings-projection.ts';
import { countVersions, resetForReplay } from './projections/replay.ts';
import { Explainer } from './readings/explainer.ts';
import { SqliteReadings } from './readings/readings-repository.ts';
import { StoredBindings } from './records/bindings.ts';
import { SqliteDevices } from './records/devices.ts';
import { SqliteGateways } from './records/gateways.ts';
import { SqlitePatients } from './records/patients.ts';
import { worklist } from './records/worklist.ts';
import { PooledSeriesReader } from './series/series-reader.ts';
import { ReaderPool } from './workers/reader-pool.ts';
import { WalKeeper } from './workers/wal-keeper.ts';

export type * from './ports.ts';
export { RecordError } from './ports.ts';

const DAY_MS = 86_400_000;

/**
 * Opens (or makes) the hub's files in `dataDir` and starts its projections. One process per folder: see data-lock.ts.
 * @throws {Error} with a `code` or `errcode` of node:fs or node:sqlite when the folder cannot be used
 */
export function openHub(options: HubOptions): Promise<Hub> {
  return openHubWith(options, protocolsInterpreter);
}

/** As {@link openHub}, with another interpreter under the stored frames. */
export function openHubWith(options: HubOptions, interpreter: Interpreter): Promise<Hub> {
  return promised(() => {
    const db = Database.openIn(options.dataDir);
    try {
      migrate(db, options.clock);
      const hub = new SqliteHub(options, db, openStore(db, options.clock, options.random), interpreter);
      hub.projections.start();
      return hub;
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

class SqliteHub implements Hub {
  readonly organisation: string;
  readonly epoch: string;
  readonly ingest: BatchingIngest;
  readonly projections: Projector;
  readonly patients: SqlitePatients;
  readonly devices: SqliteDevices;
  readonly bindings: StoredBindings;
  readonly gateways: SqliteGateways;
  readonly readings: SqliteReadings;
  readonly series: PooledSeriesReader;
  readonly decisions: LoggedDecisions;
  readonly feed: SqliteFeed;
  readonly #options: HubOptions;
  readonly #db: Database;
  readonly #log: Log;
  readonly #store: Store;
  readonly #quarantine: Quarantine;
  readonly #projection: ReadingsProjection;
  readonly #pool: ReaderPool;
  readonly #walKeeper: WalKeeper;
  readonly #seeder: Seeder;
  readonly #startedAt: number;
  #backfill: SeedProgress | null = null;
  #running: Promise<unknown> = Promise.resolve();
  #closing = false;

  constructor(options: HubOptions, db: Database, store: Store, interpreter: Interpreter) {
    const { organisation, clock, random } = options;
    this.organisation = organisation;
    this.epoch = store.epoch;
    this.#options = options;
    this.#db = db;
    this.#store = store;
    this.#startedAt = clock();
    this.#log = new Log(db, organisation, store.partitions);
    this.#quarantine = new Quarantine(db, organisation);
    this.#pool = new ReaderPool(db.path);
    this.#walKeeper = new WalKeeper(db);
    this.#walKeeper.start();

    this.feed = new SqliteFeed(db, organisation, clock);
    const projectionParts = { db, log: this.#log, organisation, clock, interpreter, feed: this.feed };
    const projection = new ReadingsProjection(projectionParts);
    this.#projection = projection;
    this.projections = new Projector({
      ...projectionParts,
      projection,
      report: this.#report,
      changed: () => this.feed.changed(),
    });

    const records = { db, organisation, clock, random };
    this.patients = new SqlitePatients({ ...records, changed: () => this.#recordsChanged() });
    const facts = { states: projection.devices, bindings: projection.bindings };
    this.devices = new SqliteDevices({ ...records, ...facts, changed: () => this.#devicesChanged() });
    this.gateways = new SqliteGateways({
      ...records,
      ...facts,
      store,
      changed: () => this.#recordsChanged(),
      tell: (events) => this.feed.append(events),
      told: () => this.feed.changed(),
    });
    this.bindings = new StoredBindings(projection.bindings);
    this.readings = new SqliteReadings(db, organisation, new Explainer(projection));
    this.series = new PooledSeriesReader(this.#pool, projection.series.rollups, organisation, clock);

    const ensureDevice = (id: string, gateway: string, at: number) => this.devices.ensure(id, gateway, at);
    const appended = (messages: readonly AppendedMessage[]) => this.projections.appended(messages);
    const coverage = new SessionCoverage(this.#log);
    db.onRollback(() => coverage.forget());
    const intake = { db, log: this.#log, coverage, clock, ensureDevice, appended, report: this.#report };
    this.ingest = new BatchingIngest({
      ...intake,
      quarantine: this.#quarantine,
      status: this.gateways,
      epoch: store.epoch,
    });
    this.#seeder = new Seeder({
      ...intake,
      lag: () => this.projections.status().reduce((sum, { lagEntries }) => sum + lagEntries, 0),
      progress: (progress) => this.#tellBackfill(progress),
      isClosing: () => this.#closing,
    });
    this.decisions = new LoggedDecisions({
      ...records,
      log: this.#log,
      bindings: projection.bindings,
      readings: this.readings,
      hasPatient: (id) => this.patients.get(id) !== null,
      hasDevice: (id) => this.devices.get(id) !== null,
      reached: (target) => this.projections.reached(target),
      caughtUp: () => this.projections.caughtUp(),
      appended: (places) => this.projections.appendedAt(places),
    });
  }

  worklist() {
    const { organisation, patients, devices, readings, feed } = this;
    const { clock } = this.#options;
    const parts = { db: this.#db, organisation, clock, patients, devices, readings, feed };
    return promised(() => worklist({ ...parts, backfill: () => this.#backfill }));
  }

  quarantine(options: { limit?: number } = {}) {
    return promised(() => this.#quarantine.list(options.limit ?? 100));
  }

  async health(): Promise<HubHealth> {
    const now = this.#options.clock();
    const gateways = this.gateways.all();
    const diskFreeBytes = await freeBytes(this.#options.dataDir);
    return {
      epoch: this.epoch,
      startedAt: this.#startedAt,
      now,
      log: { entries: this.#log.count(), lastReceivedAt: this.#log.lastReceivedAt() },
      projections: this.projections.status(),
      quarantine: this.#quarantine.count(),
      undecodable: this.#projection.undecodable.count(),
      gateways: { online: gateways.filter(({ online }) => online).length, total: gateways.length },
      diskFreeBytes,
      diskDaysLeft: this.#daysLeft(diskFreeBytes, now),
      writable: this.ingest.writable,
    };
  }

  seed(path: string): Promise<SeedProgress> {
    return this.#run(() => this.#seeder.run(path).finally(() => (this.#backfill = null)));
  }

  replay(): Promise<ReplayResult> {
    return this.#run(async () => {
      const before = countVersions(this.#db, this.organisation);
      resetForReplay(this.#db, this.#log, this.#projection.decisions);
      this.projections.restart();
      await this.projections.caughtUp();
      return { entries: this.#log.count(), newVersions: countVersions(this.#db, this.organisation) - before };
    });
  }

  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    this.ingest.flush();
    await this.projections.stop();
    await this.#running;
    await this.#pool.close();
    await this.#walKeeper.stop();
    this.#db.close();
  }

  /** Long work, that closing waits for. */
  #run<T>(work: () => Promise<T>): Promise<T> {
    const result = work();
    this.#running = Promise.allSettled([this.#running, result]);
    return result;
  }

  readonly #report = (event: HubEvent): void => this.#options.log?.(event);

  #recordsChanged(): void {
    this.#tell({ type: 'records', at: this.#options.clock() });
  }

  #devicesChanged(): void {
    this.#recordsChanged();
    for (const { gatewayId } of this.gateways.all()) {
      this.ingest.command(gatewayId, this.gateways.allowList(gatewayId), true);
    }
  }

  #tellBackfill(progress: SeedProgress): void {
    this.#backfill = progress;
    this.#tell({ type: 'backfill', at: this.#options.clock(), ...progress });
  }

  #tell(event: FeedEvent): void {
    this.#db.transaction(() => this.feed.append([{ type: 'event', event }]), 'rebuildable');
    this.feed.changed();
  }

  /** By what the store has grown a day since it was made; null in its first day. */
  #daysLeft(freeBytes: number | null, now: number): number | null {
    const days = (now - this.#store.createdAt) / DAY_MS;
    if (freeBytes === null || days < 1) return null;
    return freeBytes / (this.#db.size() / days);
  }
}

async function freeBytes(dataDir: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(dataDir);
    return bavail * bsize;
  } catch {
    return null;
  }
}
