/** How soon: a published value at the page, the first value of a gateway that starts, a value on a slow disk. */
import { sessionsOf, spotPlan } from './spot-load.ts';
import { devicesOf, type Fleet } from './fleet.ts';
import { gatewayStarts } from './gateway-start.ts';
import { LoadProcess } from './load.ts';
import type { LoadResult } from './load-plan.ts';
import { checkLog, stored } from './log-check.ts';
import { percentile } from './percentile.ts';
import { enrol } from './records.ts';
import { below, count, ms, type Figure, type Report } from './report.ts';
import { COMMIT_WAIT_MS, INDICATIONS_PER_SECOND, NOTIFICATIONS_PER_SECOND, slowDisk } from './slow-disk.ts';
import { inFolder, onStage, type BenchOptions } from './stage.ts';

const PER_SECOND = 1_000;
const GOAL_FEED_MS = 150;
const GOAL_START_MS = 500;

export async function benchLatency({ quick }: BenchOptions): Promise<Report> {
  const seconds = quick ? 5 : 30;
  const load = await toThePage(seconds);
  const starts = await inFolder((folder) => gatewayStarts(folder, quick ? 3 : 10));
  const disk = await inFolder((folder) => slowDisk(folder, quick ? 3 : 15));
  return {
    setting: `one client of the live feed while ${count(PER_SECOND)} readings a second (one 2A35 frame a message) come in through mosquitto for ${seconds} s`,
    figures: [
      ...feedFigures(load),
      {
        what: `gateway process start to first indication committed, median of ${starts.length}`,
        value: ms(percentile(starts, 50)),
      },
      below(
        `gateway process start to first indication committed, slowest of ${starts.length}`,
        percentile(starts, 100),
        GOAL_START_MS,
      ),
      {
        what: `gateway, ${COMMIT_WAIT_MS} ms wait inside each commit: indication to committed, p50`,
        value: ms(disk.spotP50),
      },
      { what: 'the same, p99', value: ms(disk.spotP99) },
      { what: `beside it ${NOTIFICATIONS_PER_SECOND} notifications/s: to committed, p50`, value: ms(disk.streamP50) },
      { what: 'the same, p99', value: ms(disk.streamP99) },
    ],
    notes: [
      "Publish to page: from the MQTT publish to the event at the feed's client, one clock; every reading published was seen there.",
      "Gateway start: over a local socket to the simulator's radio with intervals of advertising and connections left out; the value waits in the device; an empty data folder each time.",
      `Slow disk: the real queue, ${INDICATIONS_PER_SECOND} indications/s beside the notifications; the process stands still for ${COMMIT_WAIT_MS} ms in each commit.`,
    ],
  };
}

function feedFigures({ feedMs, ackMs }: LoadResult): Figure[] {
  if (feedMs === null) return [];
  return [
    { what: 'publish to page, p50', value: ms(feedMs.p50) },
    below('publish to page, p99', feedMs.p99, GOAL_FEED_MS),
    { what: 'publish to page, slowest', value: ms(feedMs.max) },
    {
      what: 'readings that did not reach the page',
      value: count(feedMs.missing),
      goal: '0',
      met: feedMs.missing === 0,
    },
    { what: 'publish to ack, p50 and p99', value: `${ms(ackMs.p50)}, ${ms(ackMs.p99)}` },
  ];
}

async function toThePage(seconds: number): Promise<LoadResult> {
  return onStage(async ({ folder, broker, hub }) => {
    // Each device measures every other second.
    const fleet: Fleet = { name: 'live', gateways: 50, devicesPerGateway: 40, startAt: Date.now() };
    await enrol(folder, { fleet, profile: 'blood-pressure' });
    await hub.start();
    const messagesPerDevice = Math.ceil((seconds * PER_SECOND) / devicesOf(fleet));
    const load = await LoadProcess.prepare({
      ...spotPlan(broker.port, fleet, messagesPerDevice),
      pace: { perSecond: PER_SECOND },
      feed: hub.url,
    });
    try {
      load.go();
      const result = await load.done();
      await hub.stop();
      checkLog(result, stored(folder, sessionsOf(fleet)));
      return result;
    } finally {
      await load.stop();
    }
  });
}
