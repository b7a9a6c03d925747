// What a broken or hostile box may publish, with the credentials of a registered gateway, over the real broker: each message
// is kept in quarantine with a reason or refused, health counts it, and the hub goes on.
import {
  acksTopic,
  framesTopic,
  statusTopic,
  type AckMessage,
  type FramesMessage,
  type RejectReason,
  type WireFrame,
} from '@gaya/protocols/messages';
import { profileOf } from '@gaya/protocols/profiles';
import { utcToLocal } from '@gaya/protocols/time/local-time';
import mqtt, { type MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { prng, randomOctets } from '../device-sim/src/random/prng.ts';
import { Chain, GATEWAY, ZONE } from './support/chain.ts';
import { until } from './support/process.ts';

const DEVICE = 'cuff-1';
const TOPIC = framesTopic(GATEWAY, DEVICE);
const BOOT = 'boot-1';
/** Unanswered messages of this client at a time. */
const AT_A_TIME = 50;

let chain: Chain;
let patient: string;
let client: MqttClient;
let acks: AckMessage[];
let sessions = 0;
let systolicMmHg = 100;

async function open(maxPacketBytes?: number): Promise<void> {
  chain = await Chain.open(maxPacketBytes === undefined ? {} : { maxPacketBytes });
  patient = await chain.addPatient('T-1');
  await chain.hub.devices.create(
    { profile: 'blood-pressure', label: DEVICE, address: 'c0:00:00:00:00:01', gateways: [GATEWAY] },
    'test',
    { deviceId: DEVICE },
  );
  const from = Date.now() - 86_400_000;
  await chain.hub.decisions.bind({ deviceId: DEVICE, patientId: patient, from }, 'test');
  acks = [];
  client = mqtt.connect(chain.mqttUrl, {
    protocolVersion: 4,
    clientId: GATEWAY,
    username: GATEWAY,
    password: chain.secret,
    reconnectPeriod: 20,
    // A message that made the broker cut the connection is not sent again.
    queueQoSZero: false,
  });
  client.on('message', (_topic, body) => acks.push(JSON.parse(body.toString()) as AckMessage));
  client.on('error', () => undefined);
  await client.subscribeAsync(acksTopic(GATEWAY), { qos: 1 });
}

beforeEach(() => open());
afterEach(async () => {
  await client.endAsync(true);
  await chain.close();
});

function wireFrame(sequence: number, more: Partial<WireFrame> = {}): WireFrame {
  return { sequence, how: 'connect', bytes: '', wall: Date.now(), mono: 0, boot: BOOT, synced: true, ...more };
}

/** A value that is new. @param stamp of the device, local ISO text */
function indicated(sequence: number, stamp = utcToLocal(Date.now(), ZONE), more: Partial<WireFrame> = {}): WireFrame {
  systolicMmHg += 1;
  const vitals = { systolicMmHg, diastolicMmHg: 80, meanMmHg: 100, pulsePerMin: 70 };
  const [value] = profileOf('blood-pressure')?.compose(vitals, { mode: 'spot', deviceTime: stamp }) ?? [];
  const bytes = Buffer.from(value?.bytes ?? []).toString('hex');
  return wireFrame(sequence, { how: 'indicate', service: '1810', characteristic: '2a35', bytes, ...more });
}

/** A good one, of a session of its own. */
function message(more: Partial<FramesMessage> = {}): FramesMessage {
  sessions += 1;
  return {
    schema: 'gaya.frames',
    version: 1,
    gateway: GATEWAY,
    device: DEVICE,
    session: `s-${sessions}`,
    zone: ZONE,
    boots: [{ boot: BOOT, utcMinusMonoMs: Date.now(), uncertaintyMs: 20 }],
    frames: [wireFrame(0), indicated(1)],
    ...more,
  };
}

const encode = (body: unknown): Buffer => Buffer.from(JSON.stringify(body));

async function publish(...bodies: readonly Buffer[]): Promise<void> {
  for (let at = 0; at < bodies.length; at += AT_A_TIME)
    await Promise.all(bodies.slice(at, at + AT_A_TIME).map((body) => client.publishAsync(TOPIC, body, { qos: 1 })));
}

const answers = () => acks.flatMap(({ rejected }) => rejected);
const isStored = (session: string): boolean =>
  acks.some(({ stored }) => stored.some((range) => range.session === session));

/** The hub is up: it takes, answers and shows the next good message. */
async function expectStillWorking(): Promise<void> {
  const count = () => chain.hub.readings.count({ patientId: patient, metrics: ['blood-pressure'] });
  const before = await count();
  // Of a boot of its own: what it tells of its clock is not to help others.
  const boot = 'boot-2';
  const boots = [{ boot, utcMinusMonoMs: Date.now(), uncertaintyMs: 20 }];
  const good = message({ boots, frames: [wireFrame(0, { boot }), indicated(1, undefined, { boot })] });
  await publish(encode(good));
  await until('the answer to a good message', () => (isStored(good.session) ? true : null));
  await chain.hub.projections.caughtUp();
  expect(await count()).toBe(before + 1);
  const { status, projections } = await chain.health();
  expect(status).toBe('ok');
  expect(projections.map(({ lagEntries, failed }) => ({ lagEntries, failed }))).toEqual(
    projections.map(() => ({ lagEntries: 0, failed: 0 })),
  );
}

/** So many, all for this reason, and no more. */
async function expectQuarantined(count: number, reason: RejectReason): Promise<void> {
  await until(`${count} in quarantine`, async () => ((await chain.health()).quarantine >= count ? true : null));
  expect((await chain.health()).quarantine).toBe(count);
  const kept = await chain.hub.quarantine({ limit: 1_000 });
  expect(kept.filter((bad) => bad.reason === reason && bad.source === GATEWAY && bad.topic === TOPIC)).toHaveLength(
    count,
  );
}

describe('octets that are no message', () => {
  test('are kept as unreadable: 300 random ones', async () => {
    const random = prng(1);
    const bodies = Array.from({ length: 300 }, (_, i) => Buffer.from(randomOctets(random, i * 3)));
    await publish(...bodies);
    await expectQuarantined(300, 'unreadable');
    const kept = (await (await fetch(`${chain.url}/api/quarantine?limit=1000`)).json()) as { body: string }[];
    const heads = (all: readonly string[]): string[] => all.map((hex) => hex.slice(0, 64)).toSorted();
    expect(heads(kept.map(({ body }) => body))).toEqual(heads(bodies.map((body) => body.toString('hex'))));
    expect(answers()).toEqual([]);
    await expectStillWorking();
  });

  test('are kept as unreadable: every truncation of a good message', async () => {
    const whole = encode(message());
    await publish(...Array.from(whole, (_octet, length) => whole.subarray(0, length)));
    expect(whole.length).toBeGreaterThan(400);
    await expectQuarantined(whole.length, 'unreadable');
    await expectStillWorking();
  });
});

type Path = readonly string[];

/** Every place in a value. */
function placesOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => placesOf(inner, [...path, key]))];
}

/** A copy with another value at a place; undefined: without it. */
function withAt(value: unknown, [key, ...rest]: Path, to: unknown): unknown {
  if (key === undefined) return to;
  const copy = structuredClone(value) as Record<string, unknown>;
  copy[key] = withAt(copy[key], rest, to);
  return copy;
}

const OPTIONAL = ['service', 'characteristic'];

describe('an envelope', () => {
  test('that is wrong at any one place is kept as unreadable, and the frames that it names are refused', async () => {
    const good = message();
    const places = placesOf(good);
    // No place may hold an empty object in an array, and JSON leaves out what is undefined in an object.
    const wrong = places.map((place) => withAt(good, place, [{}]));
    const required = places.filter(
      (place) => /[a-z]/.test(place.at(-1) ?? '') && !OPTIONAL.includes(place.at(-1) ?? ''),
    );
    const missing = required.map((place) => withAt(good, place, undefined));
    expect(wrong.length).toBeGreaterThan(30);
    expect(missing.length).toBeGreaterThan(20);
    await publish(...[...wrong, ...missing].map(encode));
    await expectQuarantined(wrong.length + missing.length, 'unreadable');
    const named = answers().filter(({ session, reason }) => session === good.session && reason === 'unreadable');
    expect(named.length).toBeGreaterThan(wrong.length);
    expect(isStored(good.session)).toBe(false);
    await expectStillWorking();
  });

  const frames = [wireFrame(0), wireFrame(1)];
  const many = (count: number): WireFrame[] => Array.from({ length: count }, (_, i) => wireFrame(i));
  const rest = (bytes: number): object => ({ rest: 'x'.repeat(bytes) });
  const whole = (first: number, last: number): [number, number][] => [[first, last]];
  test.each<[string, RejectReason, object, [number, number][]]>([
    ['of a version to come', 'unknown-version', { version: 2, frames }, whole(0, 1)],
    ['of another gateway', 'wrong-topic', { gateway: 'home-2', frames }, whole(0, 1)],
    ['of another device', 'wrong-topic', { device: 'cuff-2', frames }, whole(0, 1)],
    [
      'with a gap',
      'sequence-gap',
      { frames: [wireFrame(0), wireFrame(2), wireFrame(3)] },
      [
        [0, 0],
        [2, 3],
      ],
    ],
    ['with a frame twice', 'sequence-gap', { frames: [wireFrame(0), wireFrame(0)] }, whole(0, 0)],
    ['with frames backwards', 'sequence-gap', { frames: [wireFrame(1), wireFrame(0)] }, whole(0, 1)],
    ['with 501 frames', 'unreadable', { frames: many(501) }, whole(0, 500)],
    ['without a frame', 'unreadable', { frames: [] }, []],
    ['of 300 kB', 'too-large', { frames, ...rest(300_000) }, whole(0, 1)],
  ])('%s is kept as %s and refused', async (_name, reason, more, ranges) => {
    const bad = message(more);
    await publish(encode(bad));
    await expectQuarantined(1, reason);
    const { session } = bad;
    expect(answers()).toEqual(ranges.map(([first, last]) => ({ session, first, last, reason })));
    expect(isStored(session)).toBe(false);
    await expectStillWorking();
  });

  test('may have fields that nobody knows yet', async () => {
    const depth = 10_000;
    const text = JSON.stringify(message({ session: 's-deep' }));
    const deep = `${'['.repeat(depth)}${']'.repeat(depth)}`;
    await publish(Buffer.from(`${text.slice(0, -1)},"__proto__":{"version":2},"more":${deep}}`));
    await until('the answer', () => (isStored('s-deep') ? true : null));
    await expectStillWorking();
    expect((await chain.health()).quarantine).toBe(0);
    expect(await chain.hub.readings.count({ patientId: patient, metrics: ['blood-pressure'] })).toBe(2);
  });

  test("with another device's session is refused, and that session is not touched", async () => {
    const good = message();
    await publish(encode(good));
    await until('the good one', () => (isStored(good.session) ? true : null));
    const bad = { ...good, device: 'cuff-2', frames: [wireFrame(1)] };
    await client.publishAsync(framesTopic(GATEWAY, 'cuff-2'), encode(bad), { qos: 1 });
    await until('the answer', () => (answers().length > 0 ? true : null));
    expect(answers()).toEqual([{ session: good.session, first: 1, last: 1, reason: 'wrong-topic' }]);
    expect((await chain.health()).quarantine).toBe(1);
    await expectStillWorking();
  });

  test('of 10,000 frames is too large, and each frame is refused, where the broker lets it through', async () => {
    await client.endAsync(true);
    await chain.close();
    await open(4 * 1024 * 1024);
    const bad = message({ frames: many(10_000).map((frame) => ({ ...frame, boot: 'b', wall: 0 })) });
    await publish(encode(bad));
    await expectQuarantined(1, 'too-large');
    expect(answers()).toEqual([{ session: bad.session, first: 0, last: 9_999, reason: 'too-large' }]);
    await expectStillWorking();
  });
});

describe('a packet', () => {
  /** Resolves when the broker has cut the connection and the client is back. */
  async function cutBy(topic: string, body: Buffer): Promise<void> {
    const cut = new Promise<void>((resolve) => client.once('close', () => resolve()));
    const back = cut.then(() => new Promise<void>((resolve) => client.once('connect', () => resolve())));
    // Nobody answers it.
    client.publish(topic, body, { qos: 0 });
    await cut;
    await back;
    await client.subscribeAsync(acksTopic(GATEWAY), { qos: 1 });
  }

  test.each([
    ['beyond what the broker takes', TOPIC, Buffer.alloc(600_000, '{')],
    ["on another gateway's topic", framesTopic('home-2', DEVICE), Buffer.from('{}')],
    ["on the hub's own topic", acksTopic(GATEWAY), Buffer.from('{}')],
    ['on a topic that nobody knows', `${TOPIC}/more`, Buffer.from('{}')],
  ])('%s ends the connection and reaches nobody', async (_name, topic, body) => {
    await cutBy(topic, body);
    await expectStillWorking();
    expect((await chain.health()).quarantine).toBe(0);
    expect(acks.every(({ rejected }) => rejected.length === 0)).toBe(true);
  });

  test('with a status that cannot be read changes nothing: 200 random ones and a truncated one', async () => {
    const random = prng(2);
    const bodies = Array.from({ length: 200 }, (_, i) => Buffer.from(randomOctets(random, i)));
    const truncated = Buffer.from('{"schema":"gaya.gateway-status","version":1,"gateway":"home-1","state":"onl');
    for (const body of [...bodies, truncated])
      await client.publishAsync(statusTopic(GATEWAY), body, { qos: 1, retain: true });
    await expectStillWorking();
    expect((await chain.health()).gateways).toEqual({ online: 0, total: 1 });
  });
});

describe('a time', () => {
  const NOW = Date.now();
  const local = (at: number): string => utcToLocal(at, ZONE);
  const clock = (utcMinusMonoMs: number, uncertaintyMs = 20): Partial<FramesMessage> => ({
    boots: [{ boot: BOOT, utcMinusMonoMs, uncertaintyMs }],
  });
  const unsynced = { boots: [] };
  const DAY = 86_400_000;

  test.each<[string, string, string, Partial<FramesMessage>, Partial<WireFrame>]>([
    ['of a device in the year 1582', 'time-unknown: ancient', '1582-01-01T00:00:00', {}, {}],
    ['of a device in 1970', 'time-unknown: ancient', '1970-01-01T00:00:00', {}, {}],
    ['of a device a year ago', 'time-unknown: ancient', local(NOW - 365 * DAY), {}, {}],
    ['of a device tomorrow', 'time-unknown: future', local(NOW + DAY), {}, {}],
    ['of a device in the year 9999', 'time-unknown: future', '9999-12-31T23:59:59', {}, {}],
    ['of a box in 1970', 'time-unknown: future', local(NOW), clock(0), {}],
    ['of a box before 1970', 'time-unknown: gateway-clock-unknown', local(NOW), clock(-1e300), {}],
    ['of a box in the year 200,000', 'time-unknown: ancient', local(NOW), clock(6.2e15), {}],
    ['of a box at the end of all calendars', 'time-unknown: gateway-clock-unknown', local(NOW), clock(1e300), {}],
    [
      'of a box after more uptime than there is',
      'time-unknown: gateway-clock-unknown',
      local(NOW),
      {},
      { mono: 1e300 },
    ],
    ['of a box that knows nothing', 'time-unknown: gateway-clock-unknown', local(NOW), unsynced, { synced: false }],
    ['of a box whose wall clock is far ahead', 'time-unknown: ancient', local(NOW), unsynced, { wall: 8.64e15 }],
    ['of a box that is sure of nothing', 'time-at-binding-edge: null', local(NOW), clock(NOW, 1e300), {}],
  ])('%s leaves the reading in the tray, with the reason', async (_name, expected, stamp, more, frame) => {
    const odd = message({ frames: [wireFrame(0, frame), indicated(1, stamp, frame)], ...more });
    await publish(encode(odd));
    await until('the answer', () => (isStored(odd.session) ? true : null));
    await chain.hub.projections.caughtUp();
    for (const path of ['/api/unassigned', '/api/devices', '/api/worklist'])
      expect((await fetch(chain.url + path)).status).toBe(200);
    const tray = await chain.hub.readings.tray();
    const pressure = tray.find(({ metric }) => metric === 'blood-pressure');
    expect(`${pressure?.trayReason}: ${pressure?.time.reason}`).toBe(expected);
    expect((await chain.health()).quarantine).toBe(0);
    await expectStillWorking();
  });
});
