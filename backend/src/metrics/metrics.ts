/** What Prometheus reads at /metrics: the hub's counters, its lag, its event loop. No label carries an id. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Registry } from 'prom-client';
import type { HubBroker } from '../broker/hub-broker.ts';
import type { Hub, IngestCounters } from '../hub.ts';

export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
  close(): void;
}

export interface MetricsSources {
  readonly hub: Pick<Hub, 'ingest' | 'health'>;
  readonly broker: Pick<HubBroker, 'connected'>;
  readonly feedStreams: () => number;
}

const INGEST_COUNTERS: Readonly<Record<keyof IngestCounters, readonly [name: string, help: string]>> = {
  messages: ['gaya_ingest_messages_total', 'MQTT messages taken'],
  frames: ['gaya_ingest_frames_total', 'Frames stored'],
  duplicates: ['gaya_ingest_duplicates_total', 'Messages that were stored already'],
  quarantined: ['gaya_ingest_quarantined_total', 'Messages that could not be read'],
  statuses: ['gaya_ingest_statuses_total', 'Heartbeats of gateways'],
  batches: ['gaya_ingest_batches_total', 'Committed batches'],
  failedBatches: ['gaya_ingest_failed_batches_total', 'Batches whose commit failed; nothing of them was acknowledged'],
};

/** Nanoseconds in a second. */
const NS = 1e9;

export function openMetrics(sources: MetricsSources): Metrics {
  const registry = new Registry();
  ingest(registry, sources.hub);
  const refresh = state(registry, sources);
  const closeProcess = processMetrics(registry);
  return {
    contentType: registry.contentType,
    text: () => refresh().then(() => registry.metrics()),
    close: closeProcess,
  };
}

function ingest(registry: Registry, hub: MetricsSources['hub']): void {
  for (const key of Object.keys(INGEST_COUNTERS) as (keyof IngestCounters)[]) {
    const [name, help] = INGEST_COUNTERS[key];
    new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(hub.ingest.counters()[key]);
      },
    });
  }
}

/** @returns takes the newest numbers over from the hub's health, before they are printed */
function state(registry: Registry, { hub, broker, feedStreams }: MetricsSources): () => Promise<void> {
  const gauge = (name: string, help: string, ...labelNames: string[]) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const connected = gauge('gaya_broker_connected', '1: gateways can reach the hub');
  const streams = gauge('gaya_feed_streams', 'Open live feeds');
  const lag = gauge('gaya_projection_lag_entries', 'Log entries that a projection has not seen yet', 'projection');
  const failed = gauge('gaya_projection_failed_entries', 'Log entries that made a projection fail', 'projection');
  const quarantine = gauge('gaya_quarantine_messages', 'Messages in quarantine');
  const undecodable = gauge('gaya_undecodable_frames', 'Frames that no codec could read');
  const gateways = gauge('gaya_gateways', 'Registered gateways', 'state');
  const entries = gauge('gaya_log_entries', 'Entries in the log');
  const diskFree = gauge('gaya_disk_free_bytes', 'Free bytes where the hub keeps its files; NaN when unknown');
  return async () => {
    const health = await hub.health();
    connected.set(broker.connected() ? 1 : 0);
    streams.set(feedStreams());
    for (const projection of health.projections) {
      lag.set({ projection: projection.name }, projection.lagEntries);
      failed.set({ projection: projection.name }, projection.failed);
    }
    quarantine.set(health.quarantine);
    undecodable.set(health.undecodable);
    gateways.set({ state: 'online' }, health.gateways.online);
    gateways.set({ state: 'offline' }, health.gateways.total - health.gateways.online);
    entries.set(health.log.entries);
    diskFree.set(health.diskFreeBytes ?? NaN);
  };
}

function processMetrics(registry: Registry): () => void {
  const registers = [registry];
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  new Gauge({
    name: 'gaya_event_loop_delay_seconds',
    help: 'Delay of the event loop since the last look',
    labelNames: ['quantile'],
    registers,
    collect() {
      for (const quantile of [50, 99]) this.set({ quantile: String(quantile / 100) }, delay.percentile(quantile) / NS);
      delay.reset();
    },
  });
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory',
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'CPU time',
    registers,
    collect() {
      this.reset();
      this.inc(cpuSeconds());
    },
  });
  return () => delay.disable();
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
