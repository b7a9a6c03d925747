import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AckMessage,
  acksTopic,
  CommandMessage,
  commandsTopic,
  framesTopic,
  MAX_MESSAGE_BYTES,
  statusTopic,
  type GatewayStatus,
} from '@gaya/protocols/messages';
import { connectAsync, type MqttClient } from 'mqtt';
import { Check } from 'typebox/value';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openHub, type Hub } from '../hub.ts';
import { cuffMessage, NOW } from '../testing/test-app.ts';
import { aedesEmbedded, type EmbeddedBroker } from './aedes-embedded.ts';
import type { HubBroker } from './hub-broker.ts';
import { linkHub, type HubLink } from './hub-link.ts';

let folder: string;
let hub: Hub;
let broker: EmbeddedBroker;
let link: HubLink;
let secret: string;
const clients: MqttClient[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gaya-link-'));
  hub = await openHub({
    dataDir: folder,
    organisation: 'default',
    clock: () => NOW,
    random: (octets) => randomBytes(octets),
  });
  ({ secret } = await hub.gateways.create({ gatewayId: 'gw1', label: 'Home' }, 'test'));
  broker = aedesEmbedded({ host: '127.0.0.1', port: 0, keys: hub.gateways });
  link = linkHub(hub, broker);
  await broker.start();
  await link.announce();
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.end(true);
  link.close();
  await broker.close();
  await hub.close();
  rmSync(folder, { recursive: true });
});

async function gateway(): Promise<{ client: MqttClient; acks: AckMessage[]; commands: CommandMessage[] }> {
  const client = await connectAsync(`mqtt://127.0.0.1:${broker.port()}`, {
    username: 'gw1',
    password: secret,
    clientId: 'gw1',
    reconnectPeriod: 0,
  });
  clients.push(client);
  const heard = { client, acks: [] as AckMessage[], commands: [] as CommandMessage[] };
  client.on('message', (topic, body) => {
    const message: unknown = JSON.parse(body.toString());
    if (topic === acksTopic('gw1') && Check(AckMessage, message)) heard.acks.push(message);
    if (topic === commandsTopic('gw1') && Check(CommandMessage, message)) heard.commands.push(message);
  });
  await client.subscribeAsync([acksTopic('gw1'), commandsTopic('gw1')], { qos: 1 });
  return heard;
}

const send = (client: MqttClient, device: string, body: string | Buffer) =>
  client.publishAsync(framesTopic('gw1', device), body, { qos: 1 });

describe('hub behind its broker', () => {
  it('acknowledges frames when they are stored', async () => {
    const { client, acks } = await gateway();
    await send(client, 'd1', JSON.stringify(cuffMessage('d1', 's1', NOW)));
    await vi.waitFor(() => expect(acks.flatMap((a) => a.stored)).toEqual([{ session: 's1', first: 0, last: 1 }]));
    expect(acks[0]).toMatchObject({ epoch: hub.epoch, serverTime: NOW });
    expect((await hub.health()).log.entries).toBe(1);
  });

  it('acknowledges frames that come again, and stores them once', async () => {
    const { client, acks } = await gateway();
    const body = JSON.stringify(cuffMessage('d1', 's1', NOW));
    await send(client, 'd1', body);
    await vi.waitFor(() => expect(acks).toHaveLength(1));
    await send(client, 'd1', body);
    await vi.waitFor(() => expect(acks).toHaveLength(2));
    expect((await hub.health()).log.entries).toBe(1);
  });

  it('rejects with a reason what it can attribute, keeps in quarantine what it cannot read, and goes on', async () => {
    const { client, acks } = await gateway();
    await send(client, 'other', JSON.stringify(cuffMessage('d1', 's1', NOW)));
    await vi.waitFor(() =>
      expect(acks.flatMap((a) => a.rejected)).toEqual([{ session: 's1', first: 0, last: 1, reason: 'wrong-topic' }]),
    );
    await send(client, 'd1', 'not json');
    await send(client, 'd1', Buffer.alloc(MAX_MESSAGE_BYTES + 1, 0x20));
    await send(client, 'd1', JSON.stringify(cuffMessage('d1', 's2', NOW)));
    await vi.waitFor(() => expect(acks.flatMap((a) => a.stored)).toEqual([{ session: 's2', first: 0, last: 1 }]));
    expect((await hub.quarantine()).map((q) => q.reason).toSorted()).toEqual([
      'too-large',
      'unreadable',
      'wrong-topic',
    ]);
  });

  it('answers a heartbeat with the time, and shows the gateway until its will says otherwise', async () => {
    const offline: GatewayStatus = { schema: 'gaya.gateway-status', version: 1, gateway: 'gw1', state: 'offline' };
    const client = await connectAsync(`mqtt://127.0.0.1:${broker.port()}`, {
      ...{ username: 'gw1', password: secret, clientId: 'gw1', reconnectPeriod: 0 },
      will: { topic: statusTopic('gw1'), payload: Buffer.from(JSON.stringify(offline)), qos: 1, retain: true },
    });
    clients.push(client);
    const acks: AckMessage[] = [];
    client.on('message', (_topic, body) => acks.push(JSON.parse(body.toString()) as AckMessage));
    await client.subscribeAsync(acksTopic('gw1'), { qos: 1 });
    const detail = {
      ...{
        software: '1',
        boot: 'boot1',
        mono: 12.5,
        wall: NOW,
        synced: false,
        adapter: { hci: 'x', state: 'poweredOn' },
      },
      ...{ queue: { queued: 0, published: 0, stored: 0, dead: 0, oldestUnstoredMs: null }, devices: [] },
    };
    const online: GatewayStatus = { ...offline, state: 'online', detail };
    await client.publishAsync(statusTopic('gw1'), JSON.stringify(online), { qos: 1, retain: true });
    await vi.waitFor(() => expect(acks[0]).toMatchObject({ serverTime: NOW, echo: { boot: 'boot1', mono: 12.5 } }));
    await vi.waitFor(async () => expect(await hub.gateways.byId('gw1')).toMatchObject({ online: true, synced: false }));
    client.stream.destroy();
    await vi.waitFor(async () => expect(await hub.gateways.byId('gw1')).toMatchObject({ online: false }));
  });

  it('tells a gateway its devices, at once when they change and again when it comes later', async () => {
    const first = await gateway();
    await hub.devices.create(
      { profile: 'blood-pressure', label: 'Cuff', address: '02:00:00:00:00:01', gateways: ['gw1'] },
      'test',
      { deviceId: 'd1' },
    );
    const allowed = (commands: CommandMessage[]) =>
      commands.flatMap((c) => (c.kind === 'allow-list' ? [c.devices.map((d) => d.device)] : []));
    await vi.waitFor(() => expect(allowed(first.commands).at(-1)).toEqual(['d1']));
    await first.client.endAsync();
    const second = await gateway();
    await vi.waitFor(() => expect(allowed(second.commands)).toEqual([['d1']]));
  });

  it('takes no gateway for connected when the broker starts', async () => {
    const online = { schema: 'gaya.gateway-status', version: 1, gateway: 'gw1', state: 'online' };
    hub.ingest.receive(statusTopic('gw1'), Buffer.from(JSON.stringify(online)));
    await vi.waitFor(async () => expect(await hub.gateways.byId('gw1')).toMatchObject({ online: true }));
    await link.disconnectAll();
    await vi.waitFor(async () => expect(await hub.gateways.byId('gw1')).toMatchObject({ online: false }));
  });

  it('tells a gateway its devices when the broker has forgotten them', async () => {
    await hub.devices.create({ profile: 'blood-pressure', label: 'Cuff', gateways: ['gw1'] }, 'test', {
      deviceId: 'd1',
    });
    link.close();
    await broker.close();
    broker = aedesEmbedded({ host: '127.0.0.1', port: 0, keys: hub.gateways });
    link = linkHub(hub, broker);
    await broker.start();
    await link.announce();
    const { commands } = await gateway();
    await vi.waitFor(() => expect(commands).toMatchObject([{ kind: 'allow-list', devices: [{ device: 'd1' }] }]));
  });

  it('is silent once it is closed', async () => {
    const published: string[] = [];
    const quiet: HubBroker = {
      ...{ kind: 'embedded', connected: () => true, start: () => Promise.resolve(), close: () => Promise.resolve() },
      onMessage: () => undefined,
      publish: (topic) => void published.push(topic),
    };
    const other = linkHub(hub, quiet);
    const receive = (session: string) => {
      hub.ingest.receive(framesTopic('gw1', 'd1'), Buffer.from(JSON.stringify(cuffMessage('d1', session, NOW))));
      hub.ingest.flush();
    };
    receive('s1');
    await vi.waitFor(() => expect(published).toEqual([acksTopic('gw1')]));
    other.close();
    receive('s2');
    await hub.devices.create({ profile: 'blood-pressure', label: 'Cuff', gateways: ['gw1'] }, 'test');
    expect(published).toEqual([acksTopic('gw1')]);
  });
});
