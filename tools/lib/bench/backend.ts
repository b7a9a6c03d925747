/** The hub's server as a child, exactly as it is started elsewhere: killed, started again, and asked how far it is. */
import type { Health } from '@gaya/protocols/api';
import { fork, type ChildProcess } from 'node:child_process';
import { mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DASHBOARD_DIST } from '../dashboard.ts';
import { ROOT } from '../steps.ts';
import { cpuSeconds, end, nextMessage, peakMemoryMb } from './child.ts';

interface Ready {
  readonly ready: true;
  readonly httpPort: number;
}

export class Backend {
  readonly #folder: string;
  readonly #mqttPort: number;
  #child: ChildProcess | null = null;
  #httpPort = 0;
  /** Of the processes before this one. */
  #cpuBefore = 0;
  #peakBefore = 0;

  /** @param folder the hub's data goes to `hub` in it */
  constructor(folder: string, mqttPort: number) {
    this.#folder = folder;
    this.#mqttPort = mqttPort;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#httpPort}`;
  }

  /** Of all its processes since the start. */
  get cpuSeconds(): number {
    return this.#cpuBefore + (this.#child === null ? 0 : cpuSeconds(this.#child.pid));
  }

  get peakMemoryMb(): number {
    return Math.max(this.#peakBefore, this.#child === null ? 0 : peakMemoryMb(this.#child.pid));
  }

  async start(): Promise<void> {
    mkdirSync(this.#folder, { recursive: true });
    const logFile = join(this.#folder, 'backend.log');
    const log = openSync(logFile, 'a');
    const profile = process.env['GAYA_BENCH_CPU_PROFILE']; // folder for --cpu-prof
    this.#child = fork(join(ROOT, 'backend', 'src', 'server.ts'), [], {
      env: {
        ...process.env,
        GAYA_DATA: join(this.#folder, 'hub'),
        GAYA_DASHBOARD: DASHBOARD_DIST,
        GAYA_HTTP_PORT: String(this.#httpPort),
        GAYA_MQTT_URL: `mqtt://127.0.0.1:${this.#mqttPort}`,
      },
      execArgv: [
        '--disable-warning=ExperimentalWarning',
        ...(profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]),
      ],
      stdio: ['ignore', log, log, 'ipc'],
    });
    const isReady = (message: unknown): message is Ready =>
      typeof message === 'object' && message !== null && 'httpPort' in message;
    const ready = await nextMessage(this.#child, isReady).catch(() => {
      throw new Error(`the hub did not start: ${readFileSync(logFile, 'utf8').trim().slice(-2_000)}`);
    });
    this.#httpPort = ready.httpPort;
    await this.#brokerConnected();
  }

  /** SIGKILL: no chance to finish anything. */
  async kill(): Promise<void> {
    await this.#gone('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#gone('SIGTERM');
  }

  async health(): Promise<Health> {
    return (await (await fetch(`${this.url}/api/health`)).json()) as Health;
  }

  /** Resolves when the projections have seen `entries` log entries or more, all there are. */
  async caughtUp(entries: number): Promise<void> {
    for (;;) {
      const { log, projections } = await this.health();
      if (log.entries >= entries && projections.every((p) => p.lagEntries === 0)) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** p99 of the event loop's delay since this was last asked, ms. */
  async eventLoopDelayP99Ms(): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    return Number(/^gaya_event_loop_delay_seconds\{quantile="0\.99"\} (\S+)$/m.exec(text)?.[1]) * 1_000;
  }

  async #brokerConnected(): Promise<void> {
    while (!(await this.health()).broker.connected) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  async #gone(signal: NodeJS.Signals): Promise<void> {
    if (this.#child === null) return;
    this.#peakBefore = this.peakMemoryMb;
    this.#cpuBefore = this.cpuSeconds;
    await end(this.#child, signal);
    this.#child = null;
  }
}
