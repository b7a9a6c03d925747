import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acksTopic, commandsTopic, framesTopic, statusTopic } from '@gaya/protocols/messages';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { HubBroker } from './hub-broker.ts';
import { mqttHubClient } from './mqtt-hub-client.ts';

const MOSQUITTO = ['mosquitto', '/usr/sbin/mosquitto'].find((path) => spawnSync(path, ['-h']).error === undefined);
if (MOSQUITTO === undefined) console.warn('No mosquitto on this machine: the external broker is not tested.');

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe.runIf(MOSQUITTO !== undefined)('hub as a client of mosquitto', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gaya-mosquitto-'));
  const config = join(folder, 'mosquitto.conf');
  let port = 0;
  let mosquitto: ChildProcess;
  const hubs: HubBroker[] = [];
  const clients: MqttClient[] = [];

  async function startMosquitto(): Promise<void> {
    mosquitto = spawn(MOSQUITTO ?? '', ['-c', config], { stdio: 'ignore' });
    await vi.waitFor(
      async () => (await connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0 }, false)).end(),
      { timeout: 5_000 },
    );
  }
  async function stopMosquitto(): Promise<void> {
    mosquitto.kill('SIGKILL');
    await once(mosquitto, 'exit');
  }
  async function hub(taken: string[], reconnectMs = 20): Promise<HubBroker> {
    const broker = mqttHubClient({ url: `mqtt://127.0.0.1:${port}`, clientId: 'hub-under-test', reconnectMs });
    broker.onMessage((topic, body) => void taken.push(`${topic} ${Buffer.from(body).toString()}`));
    hubs.push(broker);
    await broker.start();
    await vi.waitFor(() => expect(broker.connected()).toBe(true));
    return broker;
  }
  async function gateway(id: string): Promise<MqttClient> {
    const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { clientId: id, reconnectPeriod: 20 });
    client.on('error', () => undefined);
    clients.push(client);
    return client;
  }

  beforeAll(async () => {
    port = await freePort();
    writeFileSync(config, `listener ${port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n`);
    await startMosquitto();
  });
  afterEach(async () => {
    for (const broker of hubs.splice(0)) await broker.close();
    for (const client of clients.splice(0)) client.end(true);
  });
  afterAll(async () => {
    await stopMosquitto();
    rmSync(folder, { recursive: true });
  });

  it('takes frames and status, and answers on acks', async () => {
    const taken: string[] = [];
    const broker = await hub(taken);
    const client = await gateway('gw1');
    const heard: string[] = [];
    client.on('message', (topic, body) => heard.push(`${topic} ${body.toString()}`));
    await client.subscribeAsync(acksTopic('gw1'), { qos: 1 });
    await vi.waitFor(async () => {
      await client.publishAsync(framesTopic('gw1', 'd1'), 'f', { qos: 1 });
      expect(taken).toContain(`${framesTopic('gw1', 'd1')} f`);
    });
    await client.publishAsync(statusTopic('gw1'), 's', { qos: 1 });
    await vi.waitFor(() => expect(taken).toContain(`${statusTopic('gw1')} s`));
    broker.publish(acksTopic('gw1'), 'a', { qos: 0 });
    await vi.waitFor(() => expect(heard).toEqual([`${acksTopic('gw1')} a`]));
  });

  it('gets what was published while it was away', async () => {
    const first: string[] = [];
    await (await hub(first)).close();
    const client = await gateway('gw2');
    await client.publishAsync(framesTopic('gw2', 'd1'), 'meanwhile', { qos: 1 });
    const taken: string[] = [];
    await hub(taken);
    await vi.waitFor(() => expect(taken).toContain(`${framesTopic('gw2', 'd1')} meanwhile`));
  });

  it('comes back when the broker does', async () => {
    const taken: string[] = [];
    const broker = await hub(taken);
    await stopMosquitto();
    await vi.waitFor(() => expect(broker.connected()).toBe(false));
    await startMosquitto();
    await vi.waitFor(() => expect(broker.connected()).toBe(true), { timeout: 5_000 });
    const client = await gateway('gw3');
    await vi.waitFor(async () => {
      await client.publishAsync(framesTopic('gw3', 'd1'), 'again', { qos: 1 });
      expect(taken).toContain(`${framesTopic('gw3', 'd1')} again`);
    });
  });

  it('gives a command that was made while the broker was away, and no ack of then', async () => {
    const client = await gateway('gw4');
    const heard: string[] = [];
    client.on('message', (_topic, body) => heard.push(body.toString()));
    await client.subscribeAsync([acksTopic('gw4'), commandsTopic('gw4')], { qos: 1 });
    // Slower than the gateway, so that the gateway would hear whatever comes.
    const broker = await hub([], 500);
    await stopMosquitto();
    await vi.waitFor(() => expect(broker.connected()).toBe(false));
    broker.publish(acksTopic('gw4'), 'ack');
    broker.publish(commandsTopic('gw4'), 'allow-list', { retain: true });
    await startMosquitto();
    await vi.waitFor(() => expect(heard).toEqual(['allow-list']), { timeout: 5_000 });
  });
});

describe('hub as a client of an external broker', () => {
  it('starts without it and says that it is away', async () => {
    const states: (string | null)[] = [];
    const port = await freePort();
    const broker = mqttHubClient({
      url: `mqtt://127.0.0.1:${port}`,
      clientId: 'h',
      reconnectMs: 20,
      onState: (_up, code) => states.push(code),
    });
    await broker.start();
    await vi.waitFor(() => expect(states).toContain('ECONNREFUSED'));
    expect(broker.connected()).toBe(false);
    broker.publish(acksTopic('gw1'), 'x');
    await broker.close();
  });
});
