/** A dense stream: one message of many continuous frames, one series value a sample, one log row a message. */
import { devicesOf } from './fleet.ts';
import { SAMPLES_PER_STREAM_FRAME } from './frames.ts';
import { ingest, type IngestRun } from './bench-ingest.ts';
import { backlogFleet, sessionsOf } from './spot-load.ts';
import type { LoadPlan } from './load-plan.ts';
import { checkLog, stored } from './log-check.ts';
import { enrol } from './records.ts';
import { atLeast, count, rate, type Report } from './report.ts';
import { onStage, type BenchOptions } from './stage.ts';

const GATEWAYS = 50;
const DEVICES_PER_GATEWAY = 2;
const FRAMES_PER_MESSAGE = 60;
const MESSAGES_PER_DEVICE = 200;
const WINDOW = 8;
const GOAL_PER_SECOND = 200_000;

export async function benchStream({ quick }: BenchOptions): Promise<Report> {
  const messagesPerDevice = quick ? MESSAGES_PER_DEVICE / 10 : MESSAGES_PER_DEVICE;
  const run = await wholeRun(messagesPerDevice);
  const messages = run.load.timedMessages;
  const samples = messages * FRAMES_PER_MESSAGE * SAMPLES_PER_STREAM_FRAME;
  return {
    setting: `${count(messages)} messages of ${FRAMES_PER_MESSAGE} consecutive 2A5F frames (${count(Math.round(run.load.timedOctets / messages))} octets), one frame a second, from ${devicesOf(fleetOf(1))} devices behind ${GATEWAYS} connections (at most ${WINDOW} unanswered messages each) through mosquitto; a frame gives two samples`,
    figures: [
      atLeast('samples, until projections caught up', samples / run.seconds, GOAL_PER_SECOND, 'samples'),
      { what: 'samples, until the last ack', value: rate(samples / run.load.seconds, 'samples') },
      { what: 'CPU of the hub a sample', value: `${((run.hubCpuUs * messages) / samples).toFixed(2)} µs` },
      { what: 'log rows', value: count(messages), goal: 'one a message', met: true },
      { what: 'series rows', value: count(samples), goal: 'one a sample', met: true },
      { what: 'peak memory of the hub', value: `${Math.round(run.peakMemoryMb)} MB` },
    ],
  };
}

const fleetOf = (messagesPerDevice: number) =>
  backlogFleet(messagesPerDevice, { gateways: GATEWAYS, devicesPerGateway: DEVICES_PER_GATEWAY });

/** @throws {Error} when log or series differ from what was sent */
async function wholeRun(messagesPerDevice: number): Promise<IngestRun> {
  return onStage(async (stage) => {
    const fleet = fleetOf(messagesPerDevice); // startAt leaves one minute a message: 60 frames, one a second
    await enrol(stage.folder, { fleet, profile: 'pulse-oximeter' });
    await stage.hub.start();
    const plan: LoadPlan = {
      mqttPort: stage.broker.port,
      fleet,
      kind: 'stream',
      messagesPerDevice,
      framesPerMessage: FRAMES_PER_MESSAGE,
      frameIntervalMs: 1_000,
      pace: { window: WINDOW },
      resendAfterMs: 10_000,
      feed: null,
    };
    const entries = (await stage.hub.health()).log.entries;
    const run = await ingest(stage, plan, entries, { kill: false });
    await stage.hub.stop();
    const log = stored(stage.folder, sessionsOf(fleet));
    checkLog(run.load, log);
    const samples = run.load.timedMessages * FRAMES_PER_MESSAGE * SAMPLES_PER_STREAM_FRAME;
    if (log.points !== samples) throw new Error(`${log.points} series rows of ${samples} samples`);
    return run;
  });
}
