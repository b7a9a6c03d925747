/** Charts from a full store while values come in: how soon they are there, and what they cost the ingest. */
import { ingest } from './bench-ingest.ts';
import { backlogFleet, sessionsOf, spotPlan } from './spot-load.ts';
import { forkBeside, nextMessage } from './child.ts';
import { devicesOf, patientId, type Fleet } from './fleet.ts';
import { LoadProcess } from './load.ts';
import type { LoadResult } from './load-plan.ts';
import { checkLog, stored } from './log-check.ts';
import { percentile } from './percentile.ts';
import type { QueryPlan, QueryResult } from './query-process.ts';
import { enrol, fill } from './records.ts';
import { below, count, ms, rate, type Figure, type Report } from './report.ts';
import { onStage, type BenchOptions, type Stage } from './stage.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const MONTH_DAYS = 30;
const YEAR_DAYS = 365;
const VALUES_PER_DAY = 1_440;
const METRICS = ['spo2', 'pulse'];
const CLIENTS = 8;
const BUCKETS = 500;
const BESIDE_PER_SECOND = 1_000;
const GOAL_P95_MS = 25;
const GOAL_LOOP_MS = 50;
const GOAL_RATE = 0.9;
const RATE_MESSAGES_PER_DEVICE = 100;

/** Patients with a month of minutes, and one with a year. */
interface Store {
  readonly month: Fleet;
  readonly year: Fleet;
  readonly values: number;
}

/** @param values series values in all, about */
function storeOf(values: number): Store {
  const now = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
  const yearFrames = YEAR_DAYS * VALUES_PER_DAY;
  const monthFrames = MONTH_DAYS * VALUES_PER_DAY;
  const patients = Math.max(2, Math.round((values / METRICS.length - yearFrames) / monthFrames));
  return {
    month: { name: 'month', gateways: 1, devicesPerGateway: patients, startAt: now - MONTH_DAYS * DAY_MS },
    year: { name: 'year', gateways: 1, devicesPerGateway: 1, startAt: now - YEAR_DAYS * DAY_MS },
    values: METRICS.length * (patients * monthFrames + yearFrames),
  };
}

/** Live values while charts are asked for: each device every other second. */
const liveFleet = (name: string): Fleet => ({ name, gateways: 50, devicesPerGateway: 40, startAt: Date.now() });

interface Beside {
  readonly charts: QueryResult | null;
  readonly load: LoadResult;
  readonly loopP99Ms: number;
}

/** Charts, or nothing, while values come in at {@link BESIDE_PER_SECOND}. */
async function beside(
  { broker, hub }: Stage,
  fleet: Fleet,
  forMs: number,
  charts: Omit<QueryPlan, 'hub' | 'forMs'> | null,
): Promise<Beside> {
  const messagesPerDevice = Math.ceil((forMs / 1_000) * (BESIDE_PER_SECOND / devicesOf(fleet)));
  const pace = { perSecond: BESIDE_PER_SECOND };
  const load = await LoadProcess.prepare({ ...spotPlan(broker.port, fleet, messagesPerDevice), pace });
  try {
    await hub.eventLoopDelayP99Ms(); // from here
    load.go();
    const asked = charts === null ? null : ask({ ...charts, hub: hub.url, forMs: forMs - 500 });
    const [result, answers] = await Promise.all([load.done(), asked]);
    return { load: result, charts: answers, loopP99Ms: await hub.eventLoopDelayP99Ms() };
  } finally {
    await load.stop();
  }
}

async function ask(plan: QueryPlan): Promise<QueryResult> {
  const child = forkBeside('query-process.ts');
  const isResult = (message: unknown): message is QueryResult =>
    typeof message === 'object' && message !== null && 'times' in message;
  const result = nextMessage(child, isResult);
  child.send(plan);
  return result;
}

interface StoreRun {
  readonly store: Store | null;
  readonly fillPerSecond: number;
  /** Spot values a second, until projected. */
  readonly perSecond: number;
  /** Of the hub, a spot value, µs. */
  readonly cpuUs: number;
  readonly alone: Beside;
  readonly month: Beside | null;
  readonly year: Beside | null;
  readonly fileMb: number;
}

/** @param store null: nothing is stored before */
async function runOn(store: Store | null, quick: boolean): Promise<StoreRun> {
  return onStage(async (stage) => {
    const perDevice = quick ? RATE_MESSAGES_PER_DEVICE / 10 : RATE_MESSAGES_PER_DEVICE;
    const forMs = quick ? 5_000 : 20_000;
    const burst = backlogFleet(perDevice);
    const live = ['alone', 'beside', 'yearly'].map(liveFleet);
    const [alone, whileMonth, whileYear] = live as [Fleet, Fleet, Fleet];
    await enrol(stage.folder, ...[burst, ...live].map((fleet) => ({ fleet, profile: 'blood-pressure' as const })));
    const fillPerSecond = store === null ? Number.NaN : await fillStore(stage.folder, store);

    await stage.hub.start();
    const entries = (await stage.hub.health()).log.entries;
    const rated = await ingest(stage, spotPlan(stage.broker.port, burst, perDevice), entries, { kill: false });
    const runs = {
      alone: await beside(stage, alone, forMs, null),
      month: store === null ? null : await beside(stage, whileMonth, forMs, monthCharts(store)),
      year: store === null ? null : await beside(stage, whileYear, forMs, yearCharts(store)),
    };
    await stage.hub.stop();
    const loads: [Fleet, LoadResult | undefined][] = [
      [burst, rated.load],
      [alone, runs.alone.load],
      [whileMonth, runs.month?.load],
      [whileYear, runs.year?.load],
    ];
    for (const [fleet, load] of loads) if (load !== undefined) checkLog(load, stored(stage.folder, sessionsOf(fleet)));
    return {
      store,
      fillPerSecond,
      perSecond: rated.load.timedMessages / rated.seconds,
      cpuUs: rated.hubCpuUs,
      ...runs,
      fileMb: stored(stage.folder, []).fileMb,
    };
  });
}

/** @returns series values a second @throws {Error} when the series do not hold one row for each */
async function fillStore(folder: string, { month, year, values }: Store): Promise<number> {
  await enrol(folder, { fleet: month, profile: 'pulse-oximeter' }, { fleet: year, profile: 'pulse-oximeter' });
  const { samples, seconds } = await fill(folder, [
    { fleet: year, framesPerDevice: YEAR_DAYS * VALUES_PER_DAY, intervalMs: MINUTE_MS },
    { fleet: month, framesPerDevice: MONTH_DAYS * VALUES_PER_DAY, intervalMs: MINUTE_MS },
  ]);
  const { points } = stored(folder, []);
  if (samples !== values || points !== values)
    throw new Error(`${points} series rows of ${samples} samples (${values} wanted)`);
  return samples / seconds;
}

function monthCharts({ month, year }: Store): Omit<QueryPlan, 'hub' | 'forMs'> {
  const patients = [month, year].flatMap((fleet) =>
    Array.from({ length: devicesOf(fleet) }, (_, n) => patientId(fleet, n)),
  );
  return {
    clients: CLIENTS,
    patients,
    metrics: METRICS,
    until: month.startAt + MONTH_DAYS * DAY_MS,
    spanMs: MONTH_DAYS * DAY_MS,
    buckets: BUCKETS,
  };
}

function yearCharts({ year }: Store): Omit<QueryPlan, 'hub' | 'forMs'> {
  return {
    clients: 1,
    patients: [patientId(year, 0)],
    metrics: METRICS,
    until: year.startAt + YEAR_DAYS * DAY_MS,
    spanMs: YEAR_DAYS * DAY_MS,
    buckets: BUCKETS,
  };
}

/** Every answer stands for all that is stored in its span, in about as many buckets as were asked for. */
function checkCharts(charts: QueryResult | undefined | null, days: number): void {
  if (charts === null || charts === undefined) return;
  const { fewestValues, fewestBuckets } = charts;
  if (fewestValues === days * VALUES_PER_DAY && fewestBuckets > BUCKETS / 2 && fewestBuckets <= BUCKETS) return;
  throw new Error(`a chart of ${days} days stands for ${fewestValues} values in ${fewestBuckets} buckets`);
}

export async function benchSeries({ quick, full }: BenchOptions): Promise<Report> {
  const sizes = [quick ? 1_300_000 : 3_000_000, ...(full ? [30_000_000] : [])];
  const empty = await runOn(null, quick);
  const runs: StoreRun[] = [];
  for (const size of sizes) runs.push(await runOn(storeOf(size), quick));
  return {
    setting: `charts of 30 days at one value a minute (43,200 values) in ${BUCKETS} buckets over HTTP, ${CLIENTS} clients one question after the other, random patient and metric, while ${count(BESIDE_PER_SECOND)} spot values a second come in through mosquitto; stores of ${runs.map((run) => count(run.store?.values ?? 0)).join(' and ')} series values (2A5F frames, two samples each; one patient has a year of minutes)`,
    figures: [
      { what: 'empty store: ingest of spot values', value: rate(empty.perSecond, 'messages') },
      { what: 'empty store: CPU of the hub a message', value: `${empty.cpuUs.toFixed(1)} µs` },
      { what: 'empty store: event loop delay p99, ingest alone', value: ms(empty.alone.loopP99Ms) },
      ...runs.flatMap((run) => figuresOf(run, empty)),
    ],
    notes: [
      `The stores were filled through the ingest of a hub in the bench's own process (no broker), in messages of 480 frames.`,
      `Ingest of spot values: ${count(devicesOf(backlogFleet(1)) * (quick ? RATE_MESSAGES_PER_DEVICE / 10 : RATE_MESSAGES_PER_DEVICE))} messages as in the bench "ingest", until projected.`,
      'The event loop delay is what the hub tells at /metrics (sampled every 10 ms); the digest of every load is checked in the log.',
    ],
  };
}

function figuresOf(run: StoreRun, empty: StoreRun): Figure[] {
  checkCharts(run.month?.charts, MONTH_DAYS);
  checkCharts(run.year?.charts, YEAR_DAYS);
  const size = `${((run.store?.values ?? 0) / 1e6).toFixed(0)} million`;
  const times = run.month?.charts?.times ?? [];
  const yearTimes = run.year?.charts?.times ?? [];
  const ratio = run.perSecond / empty.perSecond;
  return [
    { what: `${size}: 30 days, p50`, value: ms(percentile(times, 50)) },
    below(`${size}: 30 days, p95`, percentile(times, 95), GOAL_P95_MS),
    {
      what: `${size}: 30 days, charts`,
      value: `${count(times.length)} at ${rate(times.length / (run.month?.load.seconds ?? 0), 'charts')}`,
    },
    { what: `${size}: event loop delay p99 meanwhile`, value: ms(run.month?.loopP99Ms ?? Number.NaN) },
    { what: `${size}: publish to ack p99 meanwhile`, value: ms(run.month?.load.ackMs.p99 ?? Number.NaN) },
    { what: `${size}: a year (525,600 values), one client, p50`, value: ms(percentile(yearTimes, 50)) },
    below(`${size}: event loop delay p99 meanwhile`, run.year?.loopP99Ms ?? Number.NaN, GOAL_LOOP_MS),
    { what: `${size}: ingest of spot values`, value: rate(run.perSecond, 'messages') },
    {
      what: `${size}: against the empty store`,
      value: ratio.toFixed(2),
      goal: `>= ${GOAL_RATE}`,
      met: ratio >= GOAL_RATE,
    },
    { what: `${size}: CPU of the hub a message`, value: `${run.cpuUs.toFixed(1)} µs` },
    { what: `${size}: filled at`, value: rate(run.fillPerSecond, 'samples') },
    { what: `${size}: size of the file`, value: `${count(Math.round(run.fileMb))} MB` },
  ];
}
