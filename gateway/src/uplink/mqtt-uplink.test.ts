// Against real brokers: aedes as the hub embeds it, and mosquitto where the machine has one.
import {
  ALL_FRAMES,
  ALL_STATUS,
  acksTopic,
  commandsTopic,
  framesTopic,
  statusTopic,
  type FramesMessage,
  type GatewayStatus,
} from '@gaya/protocols/messages';
import { Aedes } from 'aedes';
import mqtt, { type MqttClient } from 'mqtt';
import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ack, connectFrame, session } from '../testing/frames.ts';
import { nextBatch } from '../queue/next-batch.ts';
import { Queue } from '../queue/queue.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { MqttUplink } from './mqtt-uplink.ts';

const GATEWAY = 'gateway-1';
const SECRET = 'secret';

interface Broker {
  readonly url: string;
  /** Cuts all connections without a word, as a broken line does. */
  cut(): void;
}

/** In front of the broker, so that the line can be cut. */
async function behindProxy(port: number): Promise<Broker> {
  const sockets = new Set<Socket>();
  const { connect } = await import('node:net');
  const proxy = createServer((socket) => {
    const onward = connect(port, '127.0.0.1');
    for (const s of [socket, onward]) {
      sockets.add(s);
      s.on('error', () => undefined);
      s.on('close', () => {
        sockets.delete(s);
        socket.destroy();
        onward.destroy();
      });
    }
    socket.pipe(onward).pipe(socket);
  });
  const cut = (): void => sockets.forEach((socket) => socket.destroy());
  onTestFinished(() => {
    cut();
    proxy.close();
  });
  return { url: `mqtt://127.0.0.1:${await listen(proxy)}`, cut };
}

async function listen(server: Server, port = 0): Promise<number> {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function startAedes(): Promise<Broker> {
  const broker = await Aedes.createBroker();
  broker.authenticate = (_client, user, password, done) =>
    done(null, user !== GATEWAY || password?.toString() === SECRET);
  const server = createServer((socket) => broker.handle(socket));
  const port = await listen(server);
  onTestFinished(() => {
    broker.close();
    server.close();
  });
  return behindProxy(port);
}

const MOSQUITTO = ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto', '/opt/homebrew/sbin/mosquitto'].find((path) =>
  existsSync(path),
);

async function startMosquitto(): Promise<Broker> {
  const probe = createServer();
  const port = await listen(probe);
  await new Promise((resolve) => probe.close(resolve));
  const configuration = join(temporaryFolder(), 'mosquitto.conf');
  writeFileSync(configuration, `listener ${port} 127.0.0.1\nallow_anonymous true\n`);
  const child = spawn(MOSQUITTO ?? 'mosquitto', ['-c', configuration, '-v'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  onTestFinished(async () => {
    // One that has just started loses a SIGTERM.
    child.kill('SIGKILL');
    await ended;
  });
  await new Promise<void>((resolve) => {
    child.stderr.on('data', (chunk: Buffer) => {
      if (/mosquitto version \S+ running/.test(chunk.toString())) resolve();
    });
  });
  return behindProxy(port);
}

async function observer(broker: Broker): Promise<{ client: MqttClient; next: (topic: string) => Promise<unknown> }> {
  const client = await mqtt.connectAsync(broker.url, { clientId: 'hub', reconnectPeriod: 20 });
  onTestFinished(() => client.endAsync(true));
  const seen: { topic: string; body: unknown }[] = [];
  const waiting: { topic: string; resolve: (body: unknown) => void }[] = [];
  client.on('message', (topic, payload) => {
    const body: unknown = JSON.parse(payload.toString());
    const at = waiting.findIndex((w) => w.topic === topic);
    if (at < 0) seen.push({ topic, body });
    else waiting.splice(at, 1).forEach((w) => w.resolve(body));
  });
  await client.subscribeAsync([ALL_FRAMES, ALL_STATUS], { qos: 1 });
  const next = (topic: string): Promise<unknown> =>
    new Promise((resolve) => {
      const at = seen.findIndex((s) => s.topic === topic);
      if (at < 0) waiting.push({ topic, resolve });
      else seen.splice(at, 1).forEach((s) => resolve(s.body));
    });
  return { client, next };
}

function uplinkTo(broker: Broker, secret = SECRET) {
  const uplink = new MqttUplink({ url: broker.url, gateway: GATEWAY, secret, reconnectMs: { first: 20, last: 40 } });
  onTestFinished(() => uplink.close());
  const online = (): Promise<void> => new Promise((resolve) => uplink.onOnline(resolve));
  return { uplink, online };
}

const online: GatewayStatus = { schema: 'gaya.gateway-status', version: 1, gateway: GATEWAY, state: 'online' };
const offline: GatewayStatus = { ...online, state: 'offline' };

function message(): FramesMessage {
  const queue = new Queue(':memory:');
  queue.openSession(session(), connectFrame());
  const batch = nextBatch(queue, GATEWAY, 'Asia/Seoul', []);
  if (batch === null) throw new Error('nothing queued');
  return batch.message;
}

const brokers: [string, () => Promise<Broker>][] = [['aedes', startAedes]];
if (MOSQUITTO !== undefined) brokers.push(['mosquitto', startMosquitto]);
else
  console.info(
    'mosquitto is not on this machine (apt-get install mosquitto): the uplink is tested against aedes only.',
  );

describe.each(brokers)('the MQTT uplink, %s', (_name, start) => {
  it('publishes frames on the topic of their device, and statuses', async () => {
    const broker = await start();
    const { next } = await observer(broker);
    const { uplink, online: comesOnline } = uplinkTo(broker);
    await comesOnline();
    await uplink.publishStatus(online);
    expect(await next(statusTopic(GATEWAY))).toEqual(online);
    const frames = message();
    await uplink.publishFrames(frames);
    expect(await next(framesTopic(GATEWAY, 'device-1'))).toEqual(frames);
  });

  it('receives the answers and commands of the hub, and says what it cannot read', async () => {
    const broker = await start();
    const { client } = await observer(broker);
    const { uplink, online: comesOnline } = uplinkTo(broker);
    const received: unknown[] = [];
    const three = new Promise<void>((resolve) => {
      const note = (what: unknown): void => {
        if (received.push(what) === 3) resolve();
      };
      uplink.onAck(note);
      uplink.onCommand(note);
      uplink.onUnreadable(note);
    });
    await comesOnline();
    const command = { schema: 'gaya.commands', version: 1, kind: 'allow-list', revision: 1, devices: [] };
    await client.publishAsync(acksTopic(GATEWAY), JSON.stringify(ack()), { qos: 1 });
    await client.publishAsync(commandsTopic(GATEWAY), '{"half', { qos: 1 });
    await client.publishAsync(commandsTopic(GATEWAY), JSON.stringify(command), { qos: 1 });
    await three;
    expect(received).toEqual([ack(), 'commands', command]);
  });

  it('leaves its will when the line breaks, comes back by itself and gets what was said meanwhile', async () => {
    const broker = await start();
    const { client, next } = await observer(broker);
    const { uplink, online: comesOnline } = uplinkTo(broker);
    await comesOnline();
    const off = new Promise<void>((resolve) => uplink.onOffline(() => resolve()));
    const back = comesOnline();
    const answered = new Promise((resolve) => uplink.onAck(resolve));
    broker.cut();
    await off;
    expect(await next(statusTopic(GATEWAY))).toEqual(offline);
    await client.publishAsync(acksTopic(GATEWAY), JSON.stringify(ack({ epoch: 'while-away' })), { qos: 1 });
    await back;
    expect(await answered).toMatchObject({ epoch: 'while-away' });
  });

  it('says goodbye when it closes', async () => {
    const broker = await start();
    const { next } = await observer(broker);
    const { uplink, online: comesOnline } = uplinkTo(broker);
    await comesOnline();
    await uplink.close(offline);
    expect(await next(statusTopic(GATEWAY))).toEqual(offline);
  });

  it('takes nothing while it is not connected', async () => {
    const broker = await start();
    const { uplink } = uplinkTo(broker);
    await expect(uplink.publishFrames(message())).rejects.toThrow('not connected');
  });
});

describe('the MQTT uplink', () => {
  it('says why when the broker does not let it in', async () => {
    const broker = await startAedes();
    const { uplink } = uplinkTo(broker, 'wrong');
    const why = await new Promise((resolve) => uplink.onOffline(resolve));
    expect(why).toMatch(/not authorized|bad user/i);
    expect(uplink.online).toBe(false);
  });

  it('says why when there is no broker', async () => {
    const { uplink } = uplinkTo({ url: 'mqtt://127.0.0.1:1', cut: () => undefined });
    expect(await new Promise((resolve) => uplink.onOffline(resolve))).toMatch(/ECONNREFUSED/);
  });
});
