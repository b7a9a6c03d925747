import fc from 'fast-check';
import { framesTopic, MAX_MESSAGE_BYTES, statusTopic, type GatewayStatus } from '@gaya/protocols/messages';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect, CUFF, cuff, encode, GATEWAY, message, NINE_AM, topicOf } from '../testing/frames.ts';
import { rowsOf } from '../testing/dump.ts';
import { HubHarness } from '../testing/hub-harness.ts';

const TOPIC = framesTopic(GATEWAY, CUFF);

describe('ingest', () => {
  let h: HubHarness;
  beforeEach(async () => {
    h = await HubHarness.open();
  });
  afterEach(() => h.closeAndRemove());

  const send = async (topic: string, body: string | Uint8Array) => {
    h.hub.ingest.receive(topic, typeof body === 'string' ? Buffer.from(body) : body);
    h.hub.ingest.flush();
    await h.hub.projections.caughtUp();
  };
  const stored = () => h.acks.flatMap(([, ack]) => ack.stored);
  const rejected = () => h.acks.flatMap(([, ack]) => ack.rejected);
  const bodies = () =>
    rowsOf(h.dataDir, 'select body from log order by partition, position').map(({ body }) =>
      Buffer.from(body as Uint8Array).toString(),
    );

  it('stores the body as received, octet for octet, with fields that it does not know', async () => {
    const text = ` ${JSON.stringify({ ...message([connect, cuff(120)]), later: { known: '한' } })}\n`;
    await send(TOPIC, text);
    expect(bodies()).toEqual([text]);
    expect((await h.reading('s-001.1:blood-pressure')).version).toBe(1);
  });

  it('acknowledges a message that it has already, and does not store it again', async () => {
    const body = message([connect, cuff(120)]);
    await h.receive(body, body);
    await h.receive(body);
    expect(bodies()).toHaveLength(1);
    expect(stored()).toEqual([
      { session: 's-001', first: 0, last: 1 },
      { session: 's-001', first: 0, last: 1 },
    ]);
    expect(h.hub.ingest.counters()).toMatchObject({ messages: 3, duplicates: 2, frames: 2 });
  });

  it('takes each sequence once from messages that overlap', async () => {
    const [a, b, c, d] = [cuff(120), cuff(121), cuff(122), cuff(123)];
    await h.receive(message([connect, a, b]), message([b, c], { first: 2 }), message([c, d], { first: 3 }));
    await h.receive(message([a, b, c, d], { first: 1 }));
    expect(bodies()).toHaveLength(3);
    await h.bindCuff();
    const readings = await h.hub.readings.ofPatient({ patientId: 'p-1', metrics: ['blood-pressure'] });
    expect(readings.map(({ components }) => components[0]?.value)).toEqual(['123', '122', '121', '120']);
  });

  it.each([
    ['wrong-topic', 'another gateway', () => [framesTopic('gw-2', CUFF), message([connect])] as const],
    ['wrong-topic', 'another device', () => [framesTopic(GATEWAY, 'cuff-2'), message([connect])] as const],
    ['unknown-version', 'a newer version', () => [TOPIC, { ...message([connect]), version: 2 }] as const],
    ['unreadable', 'another schema', () => [TOPIC, { ...message([connect]), schema: 'gaya.other' }] as const],
    [
      'unreadable',
      'a frame without octets',
      () => [TOPIC, { ...message([connect]), frames: [{ sequence: 0 }] }] as const,
    ],
  ])('keeps %s in quarantine and says so: %s', async (reason, _name, make) => {
    const [topic, body] = make();
    await send(topic, JSON.stringify(body));
    expect(bodies()).toEqual([]);
    expect(rejected()).toEqual([{ session: 's-001', first: 0, last: 0, reason }]);
    expect(await h.hub.quarantine()).toMatchObject([{ reason, topic }]);
  });

  it('rejects the frames of a message with a gap, and no others', async () => {
    const body = message([connect, cuff(120), cuff(121)]);
    await send(TOPIC, JSON.stringify({ ...body, frames: [body.frames[0], body.frames[2]] }));
    expect(rejected()).toEqual([
      { session: 's-001', first: 0, last: 0, reason: 'sequence-gap' },
      { session: 's-001', first: 2, last: 2, reason: 'sequence-gap' },
    ]);
  });

  it('rejects what is too large', async () => {
    const body = JSON.stringify({ ...message([connect]), padding: 'x'.repeat(MAX_MESSAGE_BYTES) });
    await send(TOPIC, body);
    expect(rejected()).toEqual([{ session: 's-001', first: 0, last: 0, reason: 'too-large' }]);
  });

  it('keeps a message without octets in quarantine, and can list it', async () => {
    await send(TOPIC, '');
    expect(await h.hub.quarantine()).toMatchObject([{ reason: 'unreadable', topic: TOPIC, body: '' }]);
  });

  it('refuses a session that belongs to another device, in this batch or an earlier one', async () => {
    await h.receive(message([connect, cuff(120)]), message([cuff(150)], { device: 'cuff-2', first: 2 }));
    await h.receive(message([cuff(160)], { gateway: 'gw-2', first: 2 }));
    expect(rejected().map(({ reason }) => reason)).toEqual(['wrong-topic', 'wrong-topic']);
    expect(bodies()).toHaveLength(1);
  });

  it('makes a provisional record for a device that nobody entered, and keeps its readings in the tray', async () => {
    await h.receive(message([connect, cuff(120)]));
    expect(await h.hub.devices.byId(CUFF)).toMatchObject({ provisional: true, profile: 'blood-pressure' });
    expect((await h.hub.readings.tray()).map(({ trayReason }) => trayReason)).toEqual(['unbound', 'unbound']);
  });

  it('answers a heartbeat with the time and its echo, and remembers the links', async () => {
    const status: GatewayStatus = {
      schema: 'gaya.gateway-status',
      version: 1,
      gateway: GATEWAY,
      state: 'online',
      detail: {
        software: '1.0',
        boot: 'boot-1',
        mono: 77,
        wall: 0,
        synced: false,
        adapter: { hci: 'virtual', state: 'poweredOn' },
        queue: { queued: 3, published: 0, stored: 0, dead: 0, oldestUnstoredMs: null },
        devices: [
          {
            device: CUFF,
            state: 'connected',
            lastSeenAt: NINE_AM,
            rssiDbm: -60,
            batteryPercent: 80,
            clockOffsetMs: null,
            lastError: null,
          },
        ],
      },
    };
    await send(statusTopic(GATEWAY), JSON.stringify(status));
    expect(h.acks).toEqual([
      [GATEWAY, expect.objectContaining({ echo: { boot: 'boot-1', mono: 77 }, serverTime: NINE_AM, stored: [] })],
    ]);
    expect(await h.hub.gateways.byId(GATEWAY)).toMatchObject({ online: true, queued: 3, software: '1.0' });
    await h.receive(message([connect]));
    expect((await h.hub.devices.byId(CUFF))?.link).toMatchObject({ state: 'connected', rssiDbm: -60 });
    await send(statusTopic(GATEWAY), JSON.stringify({ ...status, state: 'offline', detail: undefined }));
    expect(await h.hub.gateways.byId(GATEWAY)).toMatchObject({ online: false, software: '1.0' });
    expect(h.acks).toHaveLength(2);
  });

  it('survives any topic and any octets', async () => {
    const topics = fc.oneof(fc.string(), fc.constantFrom(TOPIC, statusTopic(GATEWAY), framesTopic('gw-2', 'x')));
    const bodies_ = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.json().map((text) => Buffer.from(text)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(topics, bodies_), { maxLength: 20 }), async (messages) => {
        for (const [topic, body] of messages) h.hub.ingest.receive(topic, body);
        h.hub.ingest.flush();
        await h.hub.projections.caughtUp();
      }),
      { numRuns: 40 },
    );
    expect(h.events.filter(({ level }) => level === 'error')).toEqual([]);
    expect(bodies()).toEqual([]);
    await h.receive(message([connect, cuff(120)]));
    expect(bodies()).toHaveLength(1);
  });

  it('survives every truncation and every malformed field of a valid message', async () => {
    const good = message([connect, cuff(120)]);
    const text = encode(good);
    for (let length = 0; length < text.length; length++) h.hub.ingest.receive(TOPIC, text.subarray(0, length));
    h.hub.ingest.flush();
    const wrong = [null, -1, 1.5, '', 'x y', [], {}, true, 'f'.repeat(2000), Number.MAX_VALUE];
    const [frame] = good.frames;
    let sent = 0;
    for (const value of wrong) {
      for (const field of Object.keys(good)) h.hub.ingest.receive(TOPIC, json({ ...good, [field]: value }));
      for (const field of Object.keys(frame ?? {})) {
        h.hub.ingest.receive(TOPIC, json({ ...good, session: `t-${sent++}`, frames: [{ ...frame, [field]: value }] }));
      }
    }
    h.hub.ingest.flush();
    await h.hub.projections.caughtUp();
    expect(h.events.filter(({ level }) => level === 'error')).toEqual([]);
    const { frames, quarantined } = h.hub.ingest.counters();
    expect(quarantined).toBeGreaterThan(text.length);
    expect(rowsOf(h.dataDir, 'select sum(last_sequence - first_sequence + 1) as n from log')).toEqual([
      { n: frames || null },
    ]);
  });

  it('acknowledges nothing when the store cannot be written, and everything once it can', async () => {
    const body = message([connect, cuff(120)]);
    const tryIt = async () => {
      h.hub.ingest.receive(topicOf(body), encode(body));
      h.hub.ingest.flush();
      expect(h.acks).toEqual([]);
      expect((await h.hub.health()).writable).toBe(false);
    };
    const blocker = h.lockStore();
    await tryIt();
    blocker.release();
    // And when it fails in the middle of a batch.
    const store = h.openStore();
    store.exec(`create trigger full before insert on log begin select raise(abort, 'full'); end`);
    await tryIt();
    store.exec('drop trigger full');
    store.close();
    await h.receive(body);
    expect(stored()).toEqual([{ session: 's-001', first: 0, last: 1 }]);
    expect((await h.hub.health()).writable).toBe(true);
  });
});

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
