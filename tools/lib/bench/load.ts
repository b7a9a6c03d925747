/** The load process as the benches hold it. */
import type { ChildProcess } from 'node:child_process';
import { end, forkBeside, nextMessage } from './child.ts';
import type { LoadNews, LoadOrder, LoadPlan, LoadResult } from './load-plan.ts';

type News<N extends LoadNews['news']> = Extract<LoadNews, { news: N }>;

const isNews =
  <N extends LoadNews['news']>(wanted: N) =>
  (message: unknown): message is News<N> =>
    typeof message === 'object' && message !== null && 'news' in message && message.news === wanted;

export class LoadProcess {
  readonly #child: ChildProcess;
  readonly #done: Promise<News<'done'>>;
  readonly #half: Promise<News<'half'>>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#done = nextMessage(child, isNews('done'));
    this.#half = nextMessage(child, isNews('half'));
    // Whoever waits for them hears of an early end; nobody has to.
    this.#done.catch(() => undefined);
    this.#half.catch(() => undefined);
  }

  /** Connected, every device's session opened and acknowledged, all messages made. */
  static async prepare(plan: LoadPlan): Promise<LoadProcess> {
    const child = forkBeside('load-process.ts');
    const load = new LoadProcess(child);
    const ready = nextMessage(child, isNews('ready'));
    load.#order({ order: 'plan', plan });
    await ready;
    return load;
  }

  go(): void {
    this.#order({ order: 'go' });
  }

  outage(): void {
    this.#order({ order: 'outage' });
  }

  async half(): Promise<void> {
    await this.#half;
  }

  async done(): Promise<LoadResult> {
    return (await this.#done).result;
  }

  async stop(): Promise<void> {
    await end(this.#child, 'SIGKILL');
  }

  #order(order: LoadOrder): void {
    this.#child.send(order);
  }
}
