/** {@link Uplink} over MQTT 3.1.1: QoS 1, a session that outlives the connection, and a will. */
import {
  AckMessage,
  CommandMessage,
  acksTopic,
  commandsTopic,
  framesTopic,
  statusTopic,
  type FramesMessage,
  type GatewayStatus,
} from '@gaya/protocols/messages';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { Compile } from 'typebox/compile';
import type { Uplink } from './uplink.ts';

export interface MqttUplinkOptions {
  /** `mqtt://`, `mqtts://`, `ws://` or `wss://` */
  readonly url: string;
  readonly gateway: string;
  readonly secret: string;
  /** Grows from the first to the last while the broker is away. */
  readonly reconnectMs?: { readonly first: number; readonly last: number };
}

const KEEP_ALIVE_S = 20;
const CONNECT_TIMEOUT_MS = 10_000;
const RECONNECT_MS = { first: 250, last: 10_000 };

const readAck = Compile(AckMessage);
const readCommand = Compile(CommandMessage);

export class MqttUplink implements Uplink {
  readonly #options: MqttUplinkOptions;
  readonly #client: MqttClient;
  #online = false;
  #onOnline: () => void = () => undefined;
  #onOffline: (why: string | null) => void = () => undefined;
  #onAck: (ack: AckMessage) => void = () => undefined;
  #onCommand: (command: CommandMessage) => void = () => undefined;
  #onUnreadable: (what: string) => void = () => undefined;
  #lastError: string | null = null;

  constructor(options: MqttUplinkOptions) {
    this.#options = options;
    this.#client = mqtt.connect(options.url, clientOptions(options));
    this.#client.on('connect', () => this.#connected());
    this.#client.on('close', () => this.#disconnected());
    this.#client.on('error', (error) => (this.#lastError = error.message));
    this.#client.on('message', (topic, body) => this.#received(topic, body));
  }

  get online(): boolean {
    return this.#online;
  }

  #connected(): void {
    const { gateway } = this.#options;
    this.#client.options.reconnectPeriod = (this.#options.reconnectMs ?? RECONNECT_MS).first;
    // Anew on each connection: a broker that was restarted may have forgotten the session.
    this.#client.subscribe([acksTopic(gateway), commandsTopic(gateway)], { qos: 1 }, (error) => {
      if (error !== null) {
        this.#lastError = error.message;
        return;
      }
      this.#online = true;
      this.#lastError = null;
      this.#onOnline();
    });
  }

  #disconnected(): void {
    const wasOnline = this.#online;
    this.#online = false;
    const { first, last } = this.#options.reconnectMs ?? RECONNECT_MS;
    this.#client.options.reconnectPeriod = Math.min(
      Math.max((this.#client.options.reconnectPeriod ?? first) * 2, first),
      last,
    );
    if (wasOnline || this.#lastError !== null) this.#onOffline(this.#lastError);
  }

  #received(topic: string, body: Buffer): void {
    const value = parseJson(body);
    if (topic === acksTopic(this.#options.gateway) && readAck.Check(value)) this.#onAck(value);
    else if (topic === commandsTopic(this.#options.gateway) && readCommand.Check(value)) this.#onCommand(value);
    else this.#onUnreadable(topic.split('/').at(-1) ?? '');
  }

  publishFrames(message: FramesMessage): Promise<void> {
    return this.#publish(framesTopic(this.#options.gateway, message.device), message, false);
  }

  publishStatus(status: GatewayStatus): Promise<void> {
    return this.#publish(statusTopic(this.#options.gateway), status, true);
  }

  async #publish(topic: string, message: object, retain: boolean): Promise<void> {
    if (!this.#online) throw new Error('not connected to the broker');
    await this.#client.publishAsync(topic, JSON.stringify(message), { qos: 1, retain });
  }

  onOnline(listener: () => void): void {
    this.#onOnline = listener;
  }

  onOffline(listener: (why: string | null) => void): void {
    this.#onOffline = listener;
  }

  onAck(listener: (ack: AckMessage) => void): void {
    this.#onAck = listener;
  }

  onCommand(listener: (command: CommandMessage) => void): void {
    this.#onCommand = listener;
  }

  onUnreadable(listener: (what: string) => void): void {
    this.#onUnreadable = listener;
  }

  async close(offline?: GatewayStatus): Promise<void> {
    if (offline !== undefined && this.#online) await withinGoodbye(this.publishStatus(offline));
    // A client that is just connecting may not tell that it has ended.
    await withinGoodbye(this.#client.endAsync(true));
  }
}

const GOODBYE_MS = 1_000;

async function withinGoodbye(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise((resolve) => (timer = setTimeout(resolve, GOODBYE_MS)));
  await Promise.race([work.catch(() => undefined), enough]);
  clearTimeout(timer);
}

function clientOptions({ gateway, secret, reconnectMs = RECONNECT_MS }: MqttUplinkOptions): IClientOptions {
  const dead: GatewayStatus = { schema: 'gaya.gateway-status', version: 1, gateway, state: 'offline' };
  return {
    protocolVersion: 4,
    clientId: gateway,
    username: gateway,
    password: secret,
    clean: false,
    keepalive: KEEP_ALIVE_S,
    connectTimeout: CONNECT_TIMEOUT_MS,
    reconnectPeriod: reconnectMs.first,
    // What the broker has not taken when the connection breaks is in the queue and comes again from there.
    queueQoSZero: false,
    resubscribe: false,
    will: { topic: statusTopic(gateway), payload: Buffer.from(JSON.stringify(dead)), qos: 1, retain: true },
  };
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
