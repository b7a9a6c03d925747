import { connect as tcp, type Socket } from 'node:net';
import {
  acksTopic,
  ALL_FRAMES,
  commandsTopic,
  framesTopic,
  MAX_MESSAGE_BYTES,
  statusTopic,
} from '@gaya/protocols/messages';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { aedesEmbedded, gatewayRules, type EmbeddedBroker } from './aedes-embedded.ts';

const SECRETS = new Map([
  ['gw1', 'secret-1'],
  ['gw2', 'secret-2'],
]);
const keys = { verify: (gatewayId: string, secret: string) => SECRETS.get(gatewayId) === secret };

let broker: EmbeddedBroker;
let taken: { topic: string; body: Buffer }[];
const clients: MqttClient[] = [];
const sockets: Socket[] = [];

beforeEach(async () => {
  taken = [];
  broker = aedesEmbedded({ host: '127.0.0.1', port: 0, keys });
  broker.onMessage((topic, body) => void taken.push({ topic, body: Buffer.from(body) }));
  await broker.start();
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.end(true);
  for (const socket of sockets.splice(0)) socket.destroy();
  await broker.close();
});

async function gateway(options: IClientOptions = {}, id = 'gw1'): Promise<MqttClient> {
  const password = SECRETS.get(id) ?? 'none';
  const all = { username: id, password, clientId: id, protocolVersion: 4, reconnectPeriod: 0, ...options } as const;
  const client = await connectAsync(`mqtt://127.0.0.1:${broker.port()}`, all);
  client.on('error', () => undefined);
  clients.push(client);
  return client;
}

/** Resolves when the broker has cut the connection. */
const cut = (client: MqttClient): Promise<void> => new Promise((resolve) => client.once('close', () => resolve()));

function rawSocket(): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = tcp(broker.port(), '127.0.0.1', () => resolve(socket));
    socket.on('error', () => undefined);
    sockets.push(socket);
  });
}

const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => void socket.resume().once('close', () => resolve()));

/** The broker is alive for others, whatever one client did. */
async function expectAlive(): Promise<void> {
  const other = await gateway({}, 'gw2');
  const topic = framesTopic('gw2', 'd1');
  await other.publishAsync(topic, 'alive', { qos: 1 });
  await vi.waitFor(() =>
    expect(taken.filter((m) => m.topic === topic && m.body.toString() === 'alive')).toHaveLength(1),
  );
}

describe('embedded broker: a gateway that keeps the rules', () => {
  it('delivers frames and status, byte by byte, and the hub answers on acks', async () => {
    const client = await gateway();
    const answers: string[] = [];
    client.on('message', (topic, body) => answers.push(`${topic} ${body.toString()}`));
    await client.subscribeAsync(acksTopic('gw1'), { qos: 1 });
    const bytes = Buffer.from([0, 255, 1, 128]);
    await client.publishAsync(framesTopic('gw1', 'd1'), bytes, { qos: 1 });
    await client.publishAsync(statusTopic('gw1'), 'up', { qos: 1, retain: true });
    await vi.waitFor(() => expect(taken).toHaveLength(2));
    expect(taken[0]).toEqual({ topic: framesTopic('gw1', 'd1'), body: bytes });
    broker.publish(acksTopic('gw1'), 'ack', { qos: 0 });
    await vi.waitFor(() => expect(answers).toEqual([`${acksTopic('gw1')} ack`]));
  });

  it('keeps a command for a gateway that comes later', async () => {
    broker.publish(commandsTopic('gw1'), 'allow-list', { retain: true });
    const client = await gateway();
    const got = new Promise((resolve) => client.once('message', (_topic, body) => resolve(body.toString())));
    await client.subscribeAsync(commandsTopic('gw1'), { qos: 1 });
    expect(await got).toBe('allow-list');
  });

  it('passes on the will of a gateway that dies', async () => {
    const client = await gateway({
      will: { topic: statusTopic('gw1'), payload: Buffer.from('dead'), qos: 1, retain: true },
    });
    client.stream.destroy();
    await vi.waitFor(() => expect(taken).toEqual([{ topic: statusTopic('gw1'), body: Buffer.from('dead') }]));
  });

  it('keeps the newest heartbeat, and no frames, when asked to', () => {
    const { authorizePublish } = gatewayRules(keys);
    const retained = (topic: string): boolean => {
      const packet = { cmd: 'publish', topic, payload: '', qos: 1, dup: false, retain: true } as const;
      const asked = { ...packet, retain: true as boolean };
      authorizePublish?.(null, asked, () => undefined);
      return asked.retain;
    };
    expect(retained(statusTopic('gw1'))).toBe(true);
    expect(retained(framesTopic('gw1', 'd1'))).toBe(false);
  });
});

describe('embedded broker: a hostile client', () => {
  it.each([
    ['a wrong secret', { password: 'wrong' }],
    ['no secret', { username: 'gw1', password: undefined }],
    ['the secret of another gateway', { password: 'secret-2' }],
    ['an unknown gateway', { username: 'gw9', clientId: 'gw9', password: 'secret-1' }],
    ['a client id that is not its gateway id', { clientId: 'gw2' }],
    ['MQTT 5, which the embedded broker does not speak', { protocolVersion: 5 as const }],
  ])('refuses %s', async (_what, options) => {
    await expect(gateway(options as IClientOptions)).rejects.toThrow();
    expect(taken).toEqual([]);
  });

  it.each([
    ['frames of another gateway', framesTopic('gw2', 'd1')],
    ['status of another gateway', statusTopic('gw2')],
    ['its own acks', acksTopic('gw1')],
    ['acks of another gateway', acksTopic('gw2')],
    ['commands', commandsTopic('gw2')],
    ['a topic that is not ours', 'anything/else'],
    ['system topics', '$SYS/broker/heartbeat'],
  ])('cuts a client that publishes %s', async (_what, topic) => {
    const victim = await gateway({}, 'gw2');
    const heard: string[] = [];
    victim.on('message', (t) => heard.push(t));
    await victim.subscribeAsync([acksTopic('gw2'), commandsTopic('gw2')], { qos: 1 });
    const client = await gateway();
    const end = cut(client);
    client.publish(topic, 'x', { qos: 1 }, () => undefined);
    await end;
    expect(taken).toEqual([]);
    expect(heard).toEqual([]);
  });

  it('grants no wildcard, no foreign topic and no shared subscription', async () => {
    const client = await gateway();
    const filters = [
      '#',
      '+/#',
      '$SYS/#',
      ALL_FRAMES,
      acksTopic('+'),
      acksTopic('gw2'),
      framesTopic('gw1', 'd1'),
      `$share/g/${acksTopic('gw1')}`,
    ];
    const heard: string[] = [];
    client.on('message', (topic) => heard.push(topic));
    for (const filter of filters) {
      await expect(client.subscribeAsync(filter, { qos: 1 }), filter).rejects.toThrow();
    }
    broker.publish(acksTopic('gw2'), 'private', { retain: true });
    await expectAlive();
    expect(heard).toEqual([]);
  });

  it('drops a will on a topic that is not its own', async () => {
    const client = await gateway({
      will: { topic: statusTopic('gw2'), payload: Buffer.from('dead'), qos: 1, retain: true },
    });
    const end = cut(client);
    client.stream.destroy();
    await end;
    await expectAlive();
    expect(taken.map((m) => m.topic)).toEqual([framesTopic('gw2', 'd1')]);
  });

  it('cuts a packet of more than twice the message limit, and passes one within for an answer', async () => {
    const client = await gateway();
    await client.publishAsync(framesTopic('gw1', 'd1'), Buffer.alloc(MAX_MESSAGE_BYTES + 1), { qos: 1 });
    await vi.waitFor(() => expect(taken).toHaveLength(1));
    const end = cut(client);
    client.publish(framesTopic('gw1', 'd1'), Buffer.alloc(3 * MAX_MESSAGE_BYTES), { qos: 1 }, () => undefined);
    await end;
    await expectAlive();
    expect(taken).toHaveLength(2);
  });

  it('cuts a stranger who announces a large first packet', async () => {
    const socket = await rawSocket();
    socket.write(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]));
    await closed(socket);
    await expectAlive();
  });

  it('cuts whoever sends random bytes', async () => {
    for (let seed = 1; seed <= 30; seed++) {
      const socket = await rawSocket();
      const bytes = Buffer.alloc(200);
      for (let i = 0; i < bytes.length; i++) bytes[i] = (seed * 7919 + i * 104729 + ((seed * i) % 251)) & 0xff;
      socket.end(bytes);
      await closed(socket);
    }
    await expectAlive();
    expect(taken).toHaveLength(1);
  });

  it('cuts a gateway that does not read its acks, without holding up the others', async () => {
    const client = await gateway();
    await client.subscribeAsync(acksTopic('gw1'), { qos: 1 });
    const end = cut(client);
    (client.stream as unknown as Socket).pause();
    const ack = 'a'.repeat(2_000);
    const state = { cut: false };
    void end.then(() => (state.cut = true));
    for (let i = 0; i < 20_000 && !state.cut; i++) {
      broker.publish(acksTopic('gw1'), ack, { qos: 0 });
      await new Promise(setImmediate);
    }
    await expectAlive();
    (client.stream as unknown as Socket).resume();
    await end;
  });

  it('gives the place of a connection to the newer one with the same id', async () => {
    const first = await gateway();
    const end = cut(first);
    await gateway();
    await end;
    await expectAlive();
  });
});

describe('embedded broker', () => {
  it('says that its port is in use', async () => {
    const second = aedesEmbedded({ host: '127.0.0.1', port: broker.port(), keys });
    await expect(second.start()).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await second.close();
  });
});
