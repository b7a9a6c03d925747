// The whole chain in one process: bytes of a peripheral on the virtual radio, real noble, the gateway's queue, a real
// broker, the hub's log and projections, and the live feed that a browser would read.
import type { ApiReading, FeedEvent } from '@gaya/protocols/api';
import type { Vitals } from '@gaya/protocols/profiles';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Chain, type ChainDevice } from './support/chain.ts';

const DEVICES = [
  ['blood-pressure', 'c0:00:00:00:00:01'],
  ['thermometer', 'c0:00:00:00:00:02'],
  ['pulse-oximeter', 'c0:00:00:00:00:03'],
] as const;
const VITALS: Vitals = {
  systolicMmHg: 148,
  diastolicMmHg: 92,
  meanMmHg: 111,
  pulsePerMin: 71,
  spo2Percent: 97,
  perfusionPercent: 3.2,
  temperatureCel: 36.6,
};

let chain: Chain;
let patientId = '';
const devices: ChainDevice[] = [];

beforeAll(async () => {
  chain = await Chain.open();
  patientId = await chain.addPatient('T-1');
  for (const [profile, address] of DEVICES) devices.push(await chain.addDevice(profile, address, patientId));
  chain.startGateway();
}, 20_000);

afterAll(() => chain.close());

/** Readings from the live feed, as a browser gets them, until `count` distinct metrics are there. */
async function readFeed(count: number): Promise<Map<string, ApiReading>> {
  const stop = new AbortController();
  const response = await fetch(`${chain.url}/api/feed`, {
    headers: { accept: 'text/event-stream' },
    signal: stop.signal,
  });
  const found = new Map<string, ApiReading>();
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const messages = text.split('\n\n');
    text = messages.pop() ?? '';
    for (const message of messages) {
      const data = /^data: ?(.*)$/m.exec(message)?.[1];
      if (data === undefined) continue;
      const event = JSON.parse(data) as FeedEvent;
      if (event.type === 'reading') found.set(event.reading.metric, event.reading);
    }
    if (found.size >= count) break;
  }
  stop.abort();
  return found;
}

const valuesOf = (reading: ApiReading | undefined): Record<string, string | null> =>
  Object.fromEntries((reading?.components ?? []).map((c) => [c.component, c.value]));

test('brings what three devices measure from their bytes to the live feed, with patient and time', async () => {
  const feed = readFeed(4);
  const at = Date.now();
  for (const { virtual } of devices) virtual.measure(VITALS);
  const readings = await feed;

  expect(valuesOf(readings.get('blood-pressure'))).toEqual({ systolic: '148', diastolic: '92', mean: '111' });
  expect(Number(valuesOf(readings.get('pulse'))['value'])).toBe(71);
  expect(Number(valuesOf(readings.get('body-temperature'))['value'])).toBe(36.6);
  expect(Number(valuesOf(readings.get('spo2'))['value'])).toBe(97);
  for (const reading of readings.values()) {
    expect(reading.patientId).toBe(patientId);
    expect(reading.trayReason).toBeNull();
    expect(reading.time.verdict).toBe('device-clock-mapped');
    // The device's time stamp has whole seconds.
    expect(Math.abs((reading.time.effectiveAt ?? 0) - at)).toBeLessThan(3_000);
  }
  const pressure = readings.get('blood-pressure');
  const explained = pressure === undefined ? null : await chain.hub.readings.explain(pressure.readingId);
  expect(explained?.frame?.characteristic).toBe('2a35');
  expect(explained?.frame?.fields.length).toBeGreaterThan(5);
});
