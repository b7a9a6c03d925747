/** Spot values through an external broker: how many, how soon, at what cost, and what a sudden death of the hub loses. */
import { ceiling } from './ceiling.ts';
import { cpuSeconds } from './child.ts';
import { devicesOf } from './fleet.ts';
import { LoadProcess } from './load.ts';
import type { LoadPlan, LoadResult } from './load-plan.ts';
import { checkLog, stored } from './log-check.ts';
import { enrol } from './records.ts';
import { atLeast, below, count, ms, rate, type Report } from './report.ts';
import { backlogFleet, CONNECTIONS, sessionsOf, spotPlan, WINDOW } from './spot-load.ts';
import { onStage, type BenchOptions, type Stage } from './stage.ts';

const MESSAGES_PER_DEVICE = 400;
const GOAL_PER_SECOND = 15_000;
const GOAL_P99_MS = 1_000;
const GOAL_CPU_US = 30;

export interface IngestRun {
  readonly load: LoadResult;
  /** From the first publish until the last projection. */
  readonly seconds: number;
  readonly hubCpuUs: number;
  readonly brokerCpuUs: number;
  readonly loadCpuUs: number;
  readonly peakMemoryMb: number;
}

/** @param entries that the log has already; the hub is running and knows the fleet */
export async function ingest(
  { broker, hub }: Stage,
  plan: LoadPlan,
  entries: number,
  options: { kill: boolean },
): Promise<IngestRun> {
  const load = await LoadProcess.prepare(plan);
  try {
    const timed = devicesOf(plan.fleet) * plan.messagesPerDevice;
    await hub.caughtUp(entries + devicesOf(plan.fleet));
    const [hubCpu, brokerCpu] = [hub.cpuSeconds, cpuSeconds(broker.pid)];
    const since = performance.now();
    load.go();
    if (options.kill) {
      await load.half();
      load.outage();
      await hub.kill();
      await hub.start();
    }
    const result = await load.done();
    await hub.caughtUp(entries + devicesOf(plan.fleet) + timed);
    const seconds = (performance.now() - since) / 1_000;
    const us = (cpu: number): number => (cpu / timed) * 1e6;
    return {
      load: result,
      seconds,
      hubCpuUs: us(hub.cpuSeconds - hubCpu),
      brokerCpuUs: us(cpuSeconds(broker.pid) - brokerCpu),
      loadCpuUs: us(result.cpuSeconds),
      peakMemoryMb: hub.peakMemoryMb,
    };
  } finally {
    await load.stop();
  }
}

async function wholeRun(messagesPerDevice: number, kill: boolean): Promise<IngestRun> {
  return onStage(async (stage) => {
    const fleet = backlogFleet(messagesPerDevice);
    await enrol(stage.folder, { fleet, profile: 'blood-pressure' });
    await stage.hub.start();
    const entries = (await stage.hub.health()).log.entries;
    const run = await ingest(stage, spotPlan(stage.broker.port, fleet, messagesPerDevice), entries, { kill });
    await stage.hub.stop();
    const log = stored(stage.folder, sessionsOf(fleet));
    checkLog(run.load, log);
    if (log.readings !== run.load.timedMessages)
      throw new Error(`${log.readings} readings of ${run.load.timedMessages} frames`);
    return run;
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
    setting: `${count(messages)} QoS 1 messages of ${octets} octets, one 2A35 frame with time stamp each, from ${CONNECTIONS} connections (${devicesOf(backlogFleet(1))} devices, at most ${WINDOW} unanswered messages a connection) through mosquitto; committed with synchronous=FULL before the ack; every reading with three components in its patient's series`,
    figures: [
      atLeast('messages, until projections caught up', messages / steady.seconds, GOAL_PER_SECOND, 'messages'),
      { what: 'messages, until the last ack', value: rate(messages / steady.load.seconds, 'messages') },
      { what: 'publish to ack, p50', value: ms(steady.load.ackMs.p50) },
      below('publish to ack, p99', steady.load.ackMs.p99, GOAL_P99_MS),
      cpuFigure('CPU of the hub a message', steady.hubCpuUs),
      {
        what: 'CPU of mosquitto, of the load, a message',
        value: `${steady.brokerCpuUs.toFixed(1)} µs, ${steady.loadCpuUs.toFixed(1)} µs`,
      },
      { what: 'peak memory of the hub', value: `${Math.round(steady.peakMemoryMb)} MB` },
      { what: 'with one SIGKILL of the hub: lost', value: '0', goal: '0', met: true },
      atLeast('with one SIGKILL: messages, outage included', messages / killed.seconds, GOAL_PER_SECOND, 'messages'),
      below('with one SIGKILL: publish to ack, p99 of all', load.ackMs.p99, GOAL_P99_MS),
      {
        what: 'with one SIGKILL: p99 of messages outside the outage',
        value: outside === null ? 'unknown' : ms(outside.p99),
      },
      { what: 'with one SIGKILL: first ack after', value: load.outageMs === null ? 'unknown' : ms(load.outageMs) },
      { what: 'with one SIGKILL: published again by the load', value: count(load.resent) },
      {
        what: 'same load, a bare acknowledging process for the hub',
        value: rate(bare.timedMessages / bare.seconds, 'messages'),
      },
    ],
    notes: [
      'Lost = 0: the digest of all bodies in the log, by session and sequence, equals that of the bodies sent; one reading for each frame.',
      `The ${GOAL_CPU_US} µs are of Telegraf with InfluxDB 2 together, forwarding only, measured earlier on two like cores; neither was found on this machine, so they were not run beside.`,
    ],
  };
}

const cpuFigure = (what: string, us: number) => ({
  what,
  value: `${us.toFixed(1)} µs`,
  goal: `<= ${GOAL_CPU_US} µs`,
  met: us <= GOAL_CPU_US,
});
