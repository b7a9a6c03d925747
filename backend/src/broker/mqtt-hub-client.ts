/**
 * The hub as a client of an external broker (mosquitto, EMQX, HiveMQ ...). The session is kept by the broker, so that
 * frames published while the hub is away wait there; still only the application's ack tells a gateway that they are stored.
 */
import { ALL_FRAMES, ALL_STATUS } from '@gaya/protocols/messages';
import { connect, type MqttClient } from 'mqtt';
import type { HubBroker, MessageListener, PublishOptions } from './hub-broker.ts';

export interface HubClientOptions {
  /** `mqtt://` or `mqtts://`, may carry user name and password: never logged. */
  readonly url: string;
  /** Names the session that the broker keeps: stable over restarts. */
  readonly clientId: string;
  readonly reconnectMs?: number;
  /** Told when the connection comes and goes, with the broker's error code where it gives one. */
  readonly onState?: (connected: boolean, code: string | null) => void;
}

const RECONNECT_MS = 1_000;

export function mqttHubClient(options: HubClientOptions): HubBroker {
  let listener: MessageListener = () => undefined;
  let client: MqttClient | null = null;

  return {
    kind: 'external',
    onMessage: (next) => {
      listener = next;
    },
    /** Does not wait for the broker: it may come later, health shows it. */
    start: () => {
      client = open(options, (topic, body) => listener(topic, body));
      return Promise.resolve();
    },
    connected: () => client?.connected ?? false,
    publish: (topic, body, { retain = false, qos = 1 }: PublishOptions = {}) => {
      if (client === null) return;
      // Acks that cannot be delivered now are not kept: the frames come again and are acknowledged again.
      if (!client.connected && !retain) return;
      client.publish(topic, typeof body === 'string' ? body : Buffer.from(body), { qos, retain }, () => undefined);
    },
    close: async () => {
      await client?.endAsync(true);
    },
  };
}

function open(options: HubClientOptions, take: MessageListener): MqttClient {
  const client = connect(options.url, {
    protocolVersion: 4,
    clientId: options.clientId,
    clean: false,
    reconnectPeriod: options.reconnectMs ?? RECONNECT_MS,
    reconnectOnConnackError: true,
    resubscribe: false,
  });
  client.on('message', take);
  client.on('connect', () => {
    client.subscribe([ALL_FRAMES, ALL_STATUS], { qos: 1 }, () => undefined);
    options.onState?.(true, null);
  });
  client.on('close', () => options.onState?.(false, null));
  client.on('error', (error) => options.onState?.(false, codeOf(error)));
  return client;
}

const codeOf = (error: Error): string => ('code' in error ? String(error.code) : error.name);
