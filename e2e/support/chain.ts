// The whole chain in this process: devices on a virtual radio, real noble, the gateway's queue, a real broker, the hub with
// its log and projections, and its web server. Clocks are injected; each part can be stopped and started again.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApiReading, Health } from '@gaya/protocols/api';
import type { AllowedDevice } from '@gaya/protocols/messages';
import { profileOf } from '@gaya/protocols/profiles';
import { buildApp } from '../../backend/src/app.ts';
import { aedesEmbedded } from '../../backend/src/broker/aedes-embedded.ts';
import { linkHub } from '../../backend/src/broker/hub-link.ts';
import { openHub, type Hub } from '../../backend/src/hub.ts';
import {
  deviceFromProfile,
  type DeviceOptions,
  type VirtualDevice,
} from '../../device-sim/src/peripherals/virtual-device.ts';
import {
  Air,
  createVirtualHci,
  realScheduler,
  VirtualController,
  type Scheduler,
} from '../../device-sim/src/radio/index.ts';
import { NobleCentral } from '../../gateway/src/ble/noble-central.ts';
import { Gateway, type GatewayParts, type Timing } from '../../gateway/src/gateway.ts';
import { Queue } from '../../gateway/src/queue/queue.ts';
import { StateFile } from '../../gateway/src/state-file.ts';
import { MqttUplink } from '../../gateway/src/uplink/mqtt-uplink.ts';

export const GATEWAY = 'home-1';
export const ZONE = 'Asia/Seoul';
const DAY_MS = 86_400_000;

/** What waits for minutes at home waits for a moment here. */
const BRISK: Partial<Timing> = {
  backOff: { firstMs: 20, lastMs: 100 },
  answerMs: 500,
  heartbeatMs: 200,
  gatherMs: 20,
  radioRetryMs: { first: 20, last: 100 },
};

export interface ChainOptions {
  /** Bytes of a packet at which the broker cuts a connection; its own limit by default. */
  readonly maxPacketBytes?: number;
}

export interface GatewayOptions extends Partial<Pick<GatewayParts, 'wall' | 'mono'>> {
  /** false: there is no way to the hub. */
  readonly connected?: boolean;
  /** Known to it by its own configuration, before any hub has told it. */
  readonly devices?: readonly AllowedDevice[];
  readonly timing?: Partial<Timing>;
}

export interface ChainDevice {
  readonly deviceId: string;
  readonly virtual: VirtualDevice;
  /** Distinct values that left the device, hex. */
  readonly sent: ReadonlySet<string>;
  /** Measures as it would have done so many ms ago (by its own clock, right or wrong), and keeps the value. */
  measureBefore(agoMs: number, vitals: Parameters<VirtualDevice['measure']>[0]): void;
}

export class Chain {
  readonly folder = mkdtempSync(join(tmpdir(), 'gaya-chain-'));
  readonly hubFolder = join(this.folder, 'hub');
  /** false: what the hub answers to gateways is lost on the way. */
  hubAnswers = true;
  readonly #options: ChainOptions;
  readonly #air: Air;
  readonly #scheduler: Scheduler;
  #agoMs = 0;
  #hub: Hub | null = null;
  #hubClosing: (() => Promise<void> | void)[] = [];
  #gateway: Gateway | null = null;
  #mqttPort = 0;
  #url = '';
  #secret = '';

  private constructor(options: ChainOptions) {
    this.#options = options;
    this.#scheduler = { ...realScheduler, now: () => Date.now() - this.#agoMs };
    this.#air = new Air({ scheduler: this.#scheduler, instant: true });
  }

  static async open(options: ChainOptions = {}): Promise<Chain> {
    const chain = new Chain(options);
    await chain.startHub();
    chain.#secret = (await chain.hub.gateways.create({ gatewayId: GATEWAY, label: GATEWAY }, 'test')).secret;
    return chain;
  }

  get hub(): Hub {
    if (this.#hub === null) throw new Error('the hub is stopped');
    return this.#hub;
  }

  get gateway(): Gateway {
    if (this.#gateway === null) throw new Error('the gateway is stopped');
    return this.#gateway;
  }

  get url(): string {
    return this.#url;
  }

  get mqttUrl(): string {
    return `mqtt://127.0.0.1:${this.#mqttPort}`;
  }

  get secret(): string {
    return this.#secret;
  }

  /** With its broker, on the port that it had before. */
  async startHub(): Promise<void> {
    const hub = await openHub({
      dataDir: this.hubFolder,
      organisation: 'default',
      clock: Date.now,
      random: (n) => randomBytes(n),
    });
    const { maxPacketBytes } = this.#options;
    const broker = aedesEmbedded({
      host: '127.0.0.1',
      port: this.#mqttPort,
      keys: hub.gateways,
      ...(maxPacketBytes === undefined ? {} : { maxPacketBytes }),
    });
    const link = linkHub({ gateways: hub.gateways, ingest: this.#ingestOf(hub) }, broker);
    await broker.start();
    this.#mqttPort = broker.port();
    const app = await buildApp({
      hub,
      broker,
      dashboard: join(this.folder, 'dist'),
      version: 'test',
      clock: Date.now,
    });
    this.#url = await app.listen({ host: '127.0.0.1', port: 0 });
    await link.announce();
    this.#hub = hub;
    this.#hubClosing = [() => hub.close(), () => broker.close(), () => link.close(), () => app.close()];
  }

  #ingestOf(hub: Hub): Hub['ingest'] {
    const { ingest } = hub;
    return {
      receive: (topic, body) => ingest.receive(topic, body),
      flush: () => ingest.flush(),
      onAck: (listener) => ingest.onAck((gateway, ack) => (this.hubAnswers ? listener(gateway, ack) : undefined)),
      onCommand: (listener) => ingest.onCommand(listener),
      counters: () => ingest.counters(),
    };
  }

  async stopHub(): Promise<void> {
    for (const close of this.#hubClosing.splice(0).toReversed()) await close();
    this.#hub = null;
  }

  async addPatient(identifier: string): Promise<string> {
    const { patientId } = await this.hub.patients.create(
      { name: '가상환자', sex: 'female', birthDate: '1950-01-01', identifier, zone: ZONE },
      'test',
      { fictional: true },
    );
    return patientId;
  }

  /** Allows a device at the gateway, and puts it on the radio. @param patientId bound to since long ago; null: unbound */
  async addDevice(
    profileId: string,
    address: string,
    patientId: string | null,
    options: Partial<DeviceOptions> = {},
  ): Promise<ChainDevice> {
    const profile = profileOf(profileId);
    if (profile === undefined) throw new Error(`no profile ${profileId}`);
    const input = { profile: profileId, label: profileId, address, gateways: [GATEWAY] };
    const { deviceId } = await this.hub.devices.create(input, 'test');
    if (patientId !== null)
      await this.hub.decisions.bind({ deviceId, patientId, from: Date.now() - 30 * DAY_MS }, 'test');
    const sent = new Set<string>();
    const virtual = deviceFromProfile(this.#air, profile, {
      address,
      serial: 'T',
      systemId: '0100000002616702',
      idleMs: 200,
      onValue: (_characteristic, value) => sent.add(Buffer.from(value).toString('hex')),
      ...options,
    });
    const measureBefore = (agoMs: number, vitals: Parameters<VirtualDevice['measure']>[0]): void => {
      this.#agoMs = agoMs;
      virtual.measure(vitals);
      this.#agoMs = 0;
    };
    return { deviceId, virtual, sent, measureBefore };
  }

  /** A boot of its own each time; queue and state are those of before. */
  startGateway(options: GatewayOptions = {}): void {
    const { wall = Date.now, mono = () => performance.now(), connected = true, devices = [], timing = {} } = options;
    const limits = { maxConnections: 4, maxQueueMiB: 64 };
    const controller = new VirtualController(this.#air, { address: '00:11:22:33:44:55' });
    const hci = { kind: 'transport', transport: createVirtualHci(controller, this.#scheduler) } as const;
    const gateway = new Gateway({
      config: { id: GATEWAY, hci: 'memory', zone: ZONE, testBench: false, devices: [...devices], ...limits },
      queue: new Queue(join(this.folder, 'queue.sqlite')),
      state: new StateFile(join(this.folder, 'state.json'), () => randomBytes(16).toString('hex')),
      openCentral: () => Promise.resolve(new NobleCentral({ hci })),
      mono,
      wall,
      randomBytes: (count) => randomBytes(count),
      freeBytes: () => null,
      software: 'test',
      timing: { ...BRISK, ...timing },
    });
    this.#gateway = gateway;
    gateway.start();
    if (connected) this.connectGateway();
  }

  connectGateway(): void {
    const reconnectMs = { first: 20, last: 100 };
    this.gateway.connect(new MqttUplink({ url: this.mqttUrl, gateway: GATEWAY, secret: this.#secret, reconnectMs }));
  }

  async stopGateway(): Promise<void> {
    await this.#gateway?.stop();
    this.#gateway = null;
  }

  /** Everything that is stored of a metric, whoever it belongs to, superseded readings left out; with its bytes. */
  async stored(patients: readonly string[], metric: string): Promise<StoredValue[]> {
    const { readings } = this.hub;
    const ofPatients = await Promise.all(
      patients.map((patientId) => readings.ofPatient({ patientId, metrics: [metric], limit: 1_000 })),
    );
    const tray = (await readings.tray({ limit: 1_000 })).filter((reading) => reading.metric === metric);
    return Promise.all(
      [...ofPatients.flat(), ...tray].map(async (reading) => {
        const explained = await readings.explain(reading.readingId);
        return { ...reading, hex: explained?.frame?.hex ?? 'no frame' };
      }),
    );
  }

  async health(): Promise<Health> {
    return (await (await fetch(`${this.#url}/api/health`)).json()) as Health;
  }

  async close(): Promise<void> {
    await this.stopGateway();
    await this.stopHub();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export type StoredValue = ApiReading & { readonly hex: string };
