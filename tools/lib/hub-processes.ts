// The parts of a hub on one machine and the order in which they start and stop.
import { randomBytes } from 'node:crypto';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DASHBOARD_DIST } from './dashboard.ts';
import { enrolWard, type Enrolment } from './demo-ward.ts';
import { ROOT } from './steps.ts';
import { Part } from './supervised.ts';

export interface HubOptions {
  readonly data: string;
  readonly port: number;
  readonly patients: number;
  readonly empty: boolean;
  readonly history: boolean;
  readonly speed: number;
  readonly seed: number;
  /** Links that break a minute. */
  readonly drops: number;
  /** Every value that a device sends goes to the radio's log. */
  readonly truth: boolean;
}

interface BackendReady {
  readonly httpPort: number;
  readonly mqttPort: number;
}

type Say = (step: string) => void;

const HISTORY_DAYS = 30;

export class Hub {
  #options: HubOptions;
  #parts: Part[] = [];
  #backend: Part | null = null;
  #enrolment: Enrolment | null = null;
  #radio: string;

  constructor(options: HubOptions) {
    this.#options = options;
    // A socket's path may have about 100 characters, so it cannot live in the data folder.
    const name = `gaya-radio-${randomBytes(6).toString('hex')}`;
    this.#radio = process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
  }

  /** @returns the page's address */
  async start(say: Say): Promise<string> {
    say('Starting the backend ...');
    const ready = await this.#startBackend();
    const url = `http://127.0.0.1:${ready.httpPort}`;
    if (!this.#options.empty) {
      this.#enrolment = await enrolWard(url, this.#options.patients, join(this.#options.data, 'demo-ward.json'));
      say(
        `Starting the radio with ${this.#enrolment.patients} patients and ${this.#enrolment.gateways.length} gateways ...`,
      );
      await this.#startRadio();
      await Promise.all(this.#enrolment.gateways.map((gateway) => this.#startGateway(gateway, ready.mqttPort)));
    }
    this.#writeProcesses();
    return url;
  }

  /** Makes the ward's history once per data folder and has the hub take it in; its progress is on the page. */
  async fillHistory(say: Say): Promise<void> {
    const done = join(this.#options.data, 'history.done');
    if (this.#options.empty || !this.#options.history || existsSync(done)) return;
    const out = join(this.#options.data, 'history.ndjson');
    if (!existsSync(out) && this.#enrolment !== null) {
      const deviceIds = join(this.#options.data, 'device-ids.json');
      writeFileSync(deviceIds, JSON.stringify(this.#enrolment.deviceIds));
      const history = this.#part('history', 'tools/gaya-sim.ts', [
        'history',
        ...['--out', out, '--days', String(HISTORY_DAYS), '--seed', String(this.#options.seed)],
        ...['--patients', String(this.#options.patients)],
        ...['--device-ids', deviceIds],
      ]);
      await history.runOnce();
    }
    this.#backend?.onMessage((message) => {
      if (!isSeedProgress(message)) return;
      if (message.seeded < message.total) return;
      writeFileSync(done, '');
      rmSync(out, { force: true });
      say(`${HISTORY_DAYS} days of history are in (${message.total} messages).`);
    });
    this.#backend?.send({ seed: out });
  }

  async #startBackend(): Promise<BackendReady> {
    this.#backend = this.#part('backend', 'backend/src/server.ts', [], {
      GAYA_DATA: this.#options.data,
      GAYA_HTTP_PORT: String(this.#options.port),
      GAYA_MQTT_PORT: '0',
      GAYA_DASHBOARD: DASHBOARD_DIST,
    });
    const ready = await this.#backend.start();
    if (!isBackendReady(ready)) throw new Error('the backend did not say where it listens.');
    // A restarted backend must come back where its gateways and pages look for it.
    this.#backend.setEnv({ GAYA_HTTP_PORT: String(ready.httpPort), GAYA_MQTT_PORT: String(ready.mqttPort) });
    return ready;
  }

  async #startRadio(): Promise<void> {
    const { patients, speed, seed, drops, truth } = this.#options;
    const radio = this.#part('radio', 'tools/gaya-sim.ts', [
      'ward',
      ...['--radio', this.#radio, '--speed', String(speed), '--patients', String(patients), '--seed', String(seed)],
      ...['--drops', String(drops), ...(truth ? ['--truth'] : [])],
    ]);
    await radio.start();
  }

  async #startGateway(gateway: Enrolment['gateways'][number], mqttPort: number): Promise<void> {
    const part = this.#part(`gateway-${gateway.id}`, 'tools/gateway.ts', [], {
      GAYA_GATEWAY_ID: gateway.id,
      GAYA_GATEWAY_SECRET: gateway.secret,
      GAYA_BROKER_URL: `mqtt://127.0.0.1:${mqttPort}`,
      GAYA_HCI: `socket:${this.#radio}`,
      GAYA_DATA: join(this.#options.data, `gateway-${gateway.id}`),
      GAYA_STATUS_PORT: '0',
      GAYA_ZONE: 'Asia/Seoul',
    });
    await part.start();
  }

  #part(name: string, file: string, args: readonly string[], env: Record<string, string> = {}): Part {
    const part = new Part({
      name,
      file: join(ROOT, file),
      args,
      env,
      logFile: join(this.#options.data, 'logs', `${name}.log`),
    });
    part.onRestart(() => this.#writeProcesses());
    this.#parts.push(part);
    return part;
  }

  /** Process ids by part, for whoever has to look at one of them. */
  #writeProcesses(): void {
    const running = this.#parts.flatMap((part) => (part.pid === undefined ? [] : [[part.name, part.pid] as const]));
    writeFileSync(join(this.#options.data, 'processes.json'), JSON.stringify(Object.fromEntries(running), null, 2));
  }

  /** Gateways first, so that they can still hand over what they hold; the backend last. */
  async stop(): Promise<void> {
    const backend = this.#backend;
    await Promise.all(this.#parts.filter((part) => part !== backend).map((part) => part.stop()));
    await backend?.stop();
  }

  kill(): void {
    for (const part of this.#parts) part.kill('SIGKILL');
  }
}

function isBackendReady(message: unknown): message is BackendReady {
  return typeof message === 'object' && message !== null && 'httpPort' in message && 'mqttPort' in message;
}

function isSeedProgress(message: unknown): message is { seeded: number; total: number } {
  return typeof message === 'object' && message !== null && 'seeded' in message && 'total' in message;
}
