/** Charts from a full store while values come in: how soon they are there, and what they cost the ingest. */
import { backlogFleet, ingest, sessionsOf, spotPlan } from './bench-ingest.ts';
import { forkBeside, nextMessage } from './child.ts';
import { devicesOf, patientId, patientOfDevice, type Fleet } from './fleet.ts';
import { LoadProcess } from './load.ts';
import { checkLog, stored } from './log-check.ts';
import { percentile } from './percentile.ts';
import type { QueryPlan, QueryResult } from './query-process.ts';
import { enrol, fill } from './records.ts';
import { below, count, ms, rate, type Figure, type Report } from './report.ts';
import { onStage, type BenchOptions, type Stage } from './stage.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const MONTH = { days: 30, values: 30 * 1_440 };
const YEAR = { days: 365, values: 365 * 1_440 };
const METRICS = ['spo2', 'pulse'];
const CLIENTS = 8;
const BUCKETS = 500;
const BESIDE_PER_SECOND = 1_000;
const GOAL_P95_MS = 25;
const GOAL_LOOP_MS = 50;
const GOAL_RATE = 0.9;
const RATE_MESSAGES_PER_DEVICE = 100;

/** One device a patient speaks: its other one is silent, so that 30 days are 43,200 values. */
interface Store {
  readonly month: Fleet;
  readonly year: Fleet;
  readonly values: number;
}

/** @param values about so many series values in all */
function storeOf(values: number): Store {
  const now = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
  const yearDevices = 2;
  const perDevice = METRICS.length;
  const monthDevices = Math.max(2, Math.round((values / perDevice - yearDevices * YEAR.values) / MONTH.values));
  const month = { gateways: 1, devicesPerGateway: monthDevices, startAt: now - MONTH.days * DAY_MS, run: 1 };
  const year = { gateways: 1, devicesPerGateway: yearDevices, startAt: now - YEAR.days * DAY_MS, run: 2 };
  return { month, year, values: perDevice * (monthDevices * MONTH.values + yearDevices * YEAR.values) };
}
