/** Spot values through an external broker: how many, how soon, at what cost, and what a sudden death of the hub loses. */
import { forkBeside, cpuSeconds, end, nextMessage } from './child.ts';
import { devicesOf, sessionId, type Fleet } from './fleet.ts';
import { LoadProcess } from './load.ts';
import type { LoadPlan, LoadResult } from './load-plan.ts';
import { checkLog, stored } from './log-check.ts';
import { startMosquitto } from './mosquitto.ts';
import type { NullHubReady } from './null-hub-process.ts';
import { enrol } from './records.ts';
import { atLeast, below, count, ms, rate, type Report } from './report.ts';
import { inFolder, onStage, type BenchOptions, type Stage } from './stage.ts';

const CONNECTIONS = 50;
const DEVICES_PER_CONNECTION = 20;
/** Per connection; a gateway has at most 16. */
const WINDOW = 64;
const MESSAGES_PER_DEVICE = 400;
const GOAL_PER_SECOND = 15_000;
const GOAL_P99_MS = 1_000;
const GOAL_CPU_US = 30;
const MINUTE_MS = 60_000;

export interface IngestRun {
  readonly load: LoadResult;
  /** From the first publish until the last projection. */
  readonly seconds: number;
  readonly hubCpuUs: number;
  readonly brokerCpuUs: number;
  readonly loadCpuUs: number;
  readonly peakMemoryMb: number;
}

/** Of values that the gateways gathered while they were away, one a minute of each device. */
export function backlogFleet(run: number, messagesPerDevice: number, shape?: Partial<Fleet>): Fleet {
  return { gateways: CONNECTIONS, devicesPerGateway: DEVICES_PER_CONNECTION, startAt: Date.now() - (messagesPerDevice + 1) * MINUTE_MS, run, ...shape };
}

export function spotPlan(mqttPort: number, fleet: Fleet, messagesPerDevice: number): LoadPlan {
  return {
    mqttPort,
    fleet,
    kind: 'spot',
    messagesPerDevice,
    framesPerMessage: 1,
    frameIntervalMs: MINUTE_MS,
    pace: { window: WINDOW },
    resendAfterMs: 5_000,
    feed: null,
  };
}

/** @param entries that the log has already; the hub is running and knows the fleet */
export async function ingest({ broker, hub }: Stage, plan: LoadPlan, entries: number, options: { kill: boolean }): Promise<IngestRun> {
  const load = await LoadProcess.prepare(plan);
  try {
    const timed = devicesOf(plan.fleet) * plan.messagesPerDevice;
    await hub.caughtUp(entries + devicesOf(plan.fleet));
    const [hubCpu, brokerCpu, loadCpu] = [hub.cpuSeconds, cpuSeconds(broker.pid), load.cpuSeconds];
    const since = performance.now();
    load.go();
    if (options.kill) {
      await load.half();
      load.outage();
      await hub.kill();
      await hub.start();
    }
    // While there is a backlog, asking costs more than it tells.
    const result = await load.done().finally(() => undefined);
    await hub.caughtUp(entries + devicesOf(plan.fleet) + timed);
    const seconds = (performance.now() - since) / 1_000;
    const us = (cpu: number): number => (cpu / timed) * 1e6;
    return {
      load: result,
      seconds,
      hubCpuUs: us(hub.cpuSeconds - hubCpu),
      brokerCpuUs: us(cpuSeconds(broker.pid) - brokerCpu),
      loadCpuUs: us(load.cpuSeconds - loadCpu),
      peakMemoryMb: hub.peakMemoryMb,
    };
  } finally {
    await load.stop();
  }
}

export const sessionsOf = (fleet: Fleet): string[] => Array.from({ length: devicesOf(fleet) }, (_, device) => sessionId(fleet, device));

async function wholeRun(messagesPerDevice: number, kill: boolean): Promise<IngestRun> {
  return onStage(async (stage) => {
    const fleet = backlogFleet(1, messagesPerDevice);
    await enrol(stage.folder, fleet, 'blood-pressure');
    await stage.hub.start();
    const entries = (await stage.hub.health()).log.entries;
    const run = await ingest(stage, spotPlan(stage.broker.port, fleet, messagesPerDevice), entries, { kill });
    await stage.hub.stop();
    const log = stored(stage.folder, sessionsOf(fleet));
    checkLog(run.load, log);
    if (log.readings !== run.load.timedMessages) throw new Error(`${log.readings} readings of ${run.load.timedMessages} frames`);
    return run;
  });
}

/** The same load, and nobody but a process that acknowledges. */
async function ceiling(messagesPerDevice: number): Promise<LoadResult> {
  return inFolder(async (folder) => {
    const broker = await startMosquitto(folder);
    const sink = forkBeside('null-hub-process.ts', [String(broker.port)]);
    try {
      await nextMessage(sink, (message): message is NullHubReady => typeof message === 'object' && message !== null && 'ready' in message);
      const load = await LoadProcess.prepare(spotPlan(broker.port, backlogFleet(1, messagesPerDevice), messagesPerDevice));
      load.go();
      return await load.done();
    } finally {
      await end(sink, 'SIGKILL');
      await broker.stop();
    }
  });
}

export async function benchIngest({ quick }: BenchOptions): Promise<Report> {
  const messagesPerDevice = quick ? MESSAGES_PER_DEVICE / 10 : MESSAGES_PER_DEVICE;
  const bare = await ceiling(messagesPerDevice / 2);
  const steady = await wholeRun(messagesPerDevice, false);
  const killed = await wholeRun(messagesPerDevice, true);
  const { load } = killed;
  const messages = load.timedMessages;
  const octets = Math.round(load.timedOctets / messages);
  const outside = load.ackMsOutsideOutage;
  return {
    setting: `${count(messages)} QoS 1 messages of ${octets} octets, one 2A35 frame with time stamp each, from ${CONNECTIONS} connections (${devicesOf(backlogFleet(1, 1))} devices, at most ${WINDOW} unanswered messages a connection) through mosquitto; committed with synchronous=FULL before the ack; every reading with three components in its patient's series`,
    figures: [
      atLeast('messages, until projections caught up', messages / steady.seconds, GOAL_PER_SECOND, 'messages'),
      { what: 'messages, until the last ack', value: rate(messages / steady.load.seconds, 'messages') },
      { what: 'publish to ack, p50', value: ms(steady.load.ackMs.p50) },
      below('publish to ack, p99', steady.load.ackMs.p99, GOAL_P99_MS),
      cpuFigure('CPU of the hub a message', steady.hubCpuUs),
      { what: 'CPU of mosquitto, of the load, a message', value: `${steady.brokerCpuUs.toFixed(1)} µs, ${steady.loadCpuUs.toFixed(1)} µs` },
      { what: 'peak memory of the hub', value: `${Math.round(steady.peakMemoryMb)} MB` },
      { what: 'with one SIGKILL of the hub: lost', value: '0', goal: '0', met: true },
      atLeast('with one SIGKILL: messages, outage included', messages / killed.seconds, GOAL_PER_SECOND, 'messages'),
      below('with one SIGKILL: publish to ack, p99 of all', load.ackMs.p99, GOAL_P99_MS),
      { what: 'with one SIGKILL: p99 of messages outside the outage', value: outside === null ? 'unknown' : ms(outside.p99) },
      { what: 'with one SIGKILL: first ack after', value: load.outageMs === null ? 'unknown' : ms(load.outageMs) },
      { what: 'with one SIGKILL: published again by the load', value: count(load.resent) },
      { what: 'same load, a bare acknowledging process for the hub', value: rate(bare.timedMessages / bare.seconds, 'messages') },
    ],
    notes: [
      'Lost = 0: the digest of all bodies in the log, by session and sequence, equals that of the bodies sent; one reading for each frame.',
      `The ${GOAL_CPU_US} µs are of Telegraf with InfluxDB 2 together, forwarding only, measured earlier on two like cores; neither was found on this machine, so they were not run beside.`,
    ],
  };
}

const cpuFigure = (what: string, us: number) => ({ what, value: `${us.toFixed(1)} µs`, goal: `<= ${GOAL_CPU_US} µs`, met: us <= GOAL_CPU_US });
