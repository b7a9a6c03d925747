/**
 * The embedded broker: aedes in this process, TCP on the loopback interface, every gateway with its own secret.
 * The hub subscribes in process, so a message costs no second socket. MQTT 3.1.1 only (aedes refuses MQTT 5).
 */
import type { EventEmitter } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { ALL_FRAMES, ALL_STATUS, MAX_MESSAGE_BYTES, parseTopic } from '@gaya/protocols/messages';
import { Aedes, type AedesOptions, type AedesPublishPacket, type AuthenticateError, type Client } from 'aedes';
import type { GatewayKeys, HubBroker, MessageListener, PublishOptions } from './hub-broker.ts';
import { PacketLimit } from './packet-limit.ts';
import { mayPublish, maySubscribe } from './topic-rules.ts';

export interface EmbeddedOptions {
  readonly host: string;
  /** 0: any free port, see {@link EmbeddedBroker.port}. */
  readonly port: number;
  readonly keys: GatewayKeys;
  /** Bytes; a connection that announces a larger packet is cut. Default: twice the message limit of the contract. */
  readonly maxPacketBytes?: number;
}

export interface EmbeddedBroker extends HubBroker {
  readonly port: () => number;
}

/** Up to here a message is too large for the contract and still gets an answer; beyond, the connection is cut. */
const PACKET_BYTES = 2 * MAX_MESSAGE_BYTES;
/** Bytes that may wait for a client which does not read; then it is cut, and gets the rest by re-sending its frames. */
const BACKLOG_BYTES = 1024 * 1024;
const CONNECT_TIMEOUT_MS = 5_000;
const DRAIN_TIMEOUT_MS = 10_000;
const MAX_CONNECTIONS = 2_000;
/** @see MQTT 3.1.1 §3.2.2.3 */
const BAD_USER_NAME_OR_PASSWORD = 4;

export function aedesEmbedded(options: EmbeddedOptions): EmbeddedBroker {
  let listener: MessageListener = () => undefined;
  let broker: Aedes | null = null;
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true });
  server.maxConnections = MAX_CONNECTIONS;

  const take = (packet: AedesPublishPacket, done: () => void): void => {
    const body = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    listener(packet.topic, body);
    done();
  };

  return {
    kind: 'embedded',
    onMessage: (next) => {
      listener = next;
    },
    start: async () => {
      const started = await Aedes.createBroker(gatewayRules(options.keys));
      broker = started;
      const events: EventEmitter = started;
      events.on('error', () => undefined); // of a single delivery; without a listener it would end the process
      await subscribe(started, ALL_FRAMES, take);
      await subscribe(started, ALL_STATUS, take);
      server.on('connection', (socket) => {
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
        limitPackets(socket, options.maxPacketBytes ?? PACKET_BYTES);
        started.handle(socket);
      });
      await listen(server, options.host, options.port);
    },
    connected: () => server.listening,
    port: () => (server.address() as AddressInfo | null)?.port ?? 0,
    publish: (topic, body, { retain = false, qos = 1 }: PublishOptions = {}) => {
      const payload = typeof body === 'string' ? body : Buffer.from(body);
      broker?.publish({ cmd: 'publish', topic, payload, qos, retain, dup: false }, () => undefined);
    },
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const aedes = broker;
      if (aedes !== null) await new Promise<void>((resolve) => aedes.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** aedes' hooks. With its default concurrency, a hundred deliveries to one client that does not read would stop all others. */
export function gatewayRules(keys: GatewayKeys): AedesOptions {
  return {
    concurrency: 0,
    connectTimeout: CONNECT_TIMEOUT_MS,
    drainTimeout: DRAIN_TIMEOUT_MS,
    maxInflightInbound: 100,
    maxClientsIdLength: 64,
    authenticate: (client, username, password, done) => {
      const known = username !== undefined && username === client.id && password !== undefined;
      if (known && keys.verify(username, password.toString('utf8'))) done(null, true);
      else done(refused(), false);
    },
    authorizePublish: (client, packet, done) => {
      // Only the heartbeat has a newest value; a frame that is kept by the broker would be delivered for ever.
      if (parseTopic(packet.topic)?.kind !== 'status') packet.retain = false;
      done(client !== null && mayPublish(client.id, packet.topic) ? null : new Error('not an own topic'));
    },
    authorizeSubscribe: (client, subscription, done) => {
      done(null, maySubscribe(client.id, subscription.topic) ? subscription : null);
    },
    authorizeForward: (client, packet) => {
      if (backlogBytes(client) <= BACKLOG_BYTES) return packet;
      client.conn.destroy();
      return null;
    },
  };
}

function refused(): AuthenticateError {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- aedes' const enum cannot be imported by isolated modules
  return Object.assign(new Error('refused'), { returnCode: BAD_USER_NAME_OR_PASSWORD });
}

const backlogBytes = (client: Client): number => client.conn.writableLength;

/** Stands between the socket and aedes' parser, which takes what `read` gives. */
function limitPackets(socket: Socket, maxBytes: number): void {
  const limit = new PacketLimit(maxBytes);
  const read = socket.read.bind(socket);
  socket.read = (size?: number): Buffer | null => {
    const chunk = read(size) as Buffer | null;
    if (chunk === null || limit.accepts(chunk)) return chunk;
    socket.destroy();
    return null;
  };
}

function subscribe(
  broker: Aedes,
  topic: string,
  take: (packet: AedesPublishPacket, done: () => void) => void,
): Promise<void> {
  return new Promise((resolve) => broker.subscribe(topic, take, resolve));
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      server.on('error', () => undefined);
      resolve();
    });
  });
}
