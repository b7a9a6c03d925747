/** Process: clients of the hub that ask for charts, one question after the other, each over its own connection. */
import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import type { Series } from '@gaya/protocols/api';

export interface QueryPlan {
  /** `http://127.0.0.1:port` */
  readonly hub: string;
  readonly clients: number;
  readonly forMs: number;
  readonly patients: readonly string[];
  readonly metrics: readonly string[];
  /** UTC ms of the newest value. */
  readonly until: number;
  readonly spanMs: number;
  readonly buckets: number;
}

export interface QueryResult {
  readonly times: readonly number[];
  /** Of stored values that the answers stand for, the fewest of an answer. */
  readonly fewestValues: number;
  readonly fewestBuckets: number;
}

/** Same questions in every run. */
function* numbers(seed: number): Generator<number> {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

async function client(plan: QueryPlan, seed: number): Promise<QueryResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const random = numbers(seed);
  const pick = (from: readonly string[]): string => from[Math.floor((random.next().value ?? 0) * from.length)] ?? '';
  const deadline = performance.now() + plan.forMs;
  const times: number[] = [];
  let [fewestValues, fewestBuckets] = [Infinity, Infinity];
  while (performance.now() < deadline) {
    const { until, spanMs, buckets } = plan;
    const query = `metric=${pick(plan.metrics)}&component=value&from=${until - spanMs}&to=${until}&buckets=${buckets}`;
    const since = performance.now();
    const text = await ask(`${plan.hub}/api/patients/${pick(plan.patients)}/series?${query}`, agent);
    times.push(performance.now() - since);
    const { n } = JSON.parse(text) as Series;
    fewestBuckets = Math.min(fewestBuckets, n.length);
    fewestValues = Math.min(
      fewestValues,
      n.reduce((sum, values) => sum + values, 0),
    );
  }
  agent.destroy();
  return { times, fewestValues, fewestBuckets };
}

/** @throws {Error} for any answer but 200 */
async function ask(url: string, agent: Agent): Promise<string> {
  const [response] = (await once(get(url, { agent }), 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  if (response.statusCode !== 200) throw new Error(`a chart was answered with ${String(response.statusCode)}`);
  return Buffer.concat(chunks).toString();
}

async function run(plan: QueryPlan): Promise<QueryResult> {
  const results = await Promise.all(Array.from({ length: plan.clients }, (_, i) => client(plan, i + 1)));
  return {
    times: results.flatMap((result) => result.times),
    fewestValues: Math.min(...results.map((result) => result.fewestValues)),
    fewestBuckets: Math.min(...results.map((result) => result.fewestBuckets)),
  };
}

if (import.meta.main) {
  process.on('disconnect', () => process.exit(1));
  process.once(
    'message',
    (plan: QueryPlan) => void run(plan).then((result) => process.send?.(result, () => process.exit(0))),
  );
}
