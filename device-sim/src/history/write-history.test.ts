import { Writable } from 'node:stream';
import { fromHex } from '@gaya/protocols/bytes/hex';
import { FramesMessage } from '@gaya/protocols/messages';
import { profilesFor } from '@gaya/protocols/profiles';
import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { wardPatients } from '../ward/ward.ts';
import { history, writeHistory } from './write-history.ts';
import type { HistoryOptions } from './write-history.ts';

const DAY = 86_400_000;
const TO = Date.UTC(2026, 10, 25, 3, 0, 0);
const devices = wardPatients.flatMap((patient) => patient.devices);
const deviceIds = Object.fromEntries(devices.map(({ deviceKey }) => [deviceKey, `hub-${deviceKey}`]));

function options(days: number, changes: Partial<HistoryOptions> = {}): HistoryOptions {
  return { ward: wardPatients, deviceIds, from: TO - days * DAY, to: TO, seed: 1, ...changes };
}

const startOf = (message: FramesMessage) => message.frames[0]?.wall ?? 0;

describe('history', () => {
  const month = [...history(options(30))];

  it('has thirty to forty messages a patient-day', () => {
    const perPatientDay = month.length / 30 / 12;
    expect(perPatientDay).toBeGreaterThanOrEqual(30);
    expect(perPatientDay).toBeLessThanOrEqual(40);
  });

  it('is made of messages as a gateway sends them', () => {
    const sampled = month.filter((_, index) => index % 7 === 0);
    const wrong = sampled.filter((message) => !Value.Check(FramesMessage, message));
    expect(wrong).toEqual([]);
    expect(sampled.length).toBeGreaterThan(1_500);
  });

  it('begins every session with connect and the clock, ends it with disconnect, and leaves no gap', () => {
    const wrong = month.filter(
      ({ frames }) =>
        frames.some(({ sequence }, index) => sequence !== index) ||
        frames[0]?.how !== 'connect' ||
        frames[1]?.how !== 'read' ||
        frames[1].characteristic !== '2a2b' ||
        frames.at(-1)?.how !== 'disconnect' ||
        !frames.some(({ how }) => how === 'indicate'),
    );
    expect(wrong).toEqual([]);
  });

  it('runs from the oldest to the newest, within its bounds', () => {
    const starts = month.map(startOf);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
    expect(Math.min(...starts)).toBeGreaterThanOrEqual(TO - 30 * DAY);
    expect(Math.max(...starts)).toBeLessThan(TO);
  });

  it('has a session of its own for every connection, and never two of a device at once', () => {
    expect(new Set(month.map(({ session }) => session)).size).toBe(month.length);
    const ends = new Map<string, number>();
    const overlapping = month.filter((message) => {
      const before = ends.get(message.device) ?? 0;
      ends.set(message.device, message.frames.at(-1)?.wall ?? 0);
      return startOf(message) <= before;
    });
    expect(overlapping).toEqual([]);
    expect(ends.size).toBe(30);
  });

  it('keeps wall clock, monotonic time and boot consistent', () => {
    const wrong = month.filter(({ boots, frames }) => {
      const utcMinusMonoMs = boots[0]?.utcMinusMonoMs ?? 0;
      return frames.some(({ mono, wall, boot }) => mono + utcMinusMonoMs !== wall || boot !== boots[0]?.boot);
    });
    expect(wrong).toEqual([]);
  });

  it('has octets that the profiles understand', () => {
    const sent = month
      .slice(0, 500)
      .flatMap(({ frames }) => frames.filter(({ how }) => how === 'indicate' || how === 'notify'));
    for (const { characteristic = '', bytes, how } of sent) {
      const [profile] = profilesFor(characteristic);
      const frame = { frameId: 'f', how, characteristic, bytes: fromHex(bytes) };
      expect(profile?.interpret(profile.initial(), frame).measured).toHaveLength(1);
    }
    expect(sent.length).toBeGreaterThan(500);
  });

  it('comes from the gateway of the patient, for the devices that the hub knows', () => {
    const some = [...history(options(3, { deviceIds: { 'blood-pressure-05': 'known' } }))];
    expect(new Set(some.map(({ device, gateway }) => `${device} ${gateway}`))).toEqual(new Set(['known gw-02']));
    expect(some.length).toBeGreaterThanOrEqual(5);
  });

  it('is the same for the same seed, and another for another', () => {
    const text = (seed: number) => JSON.stringify([...history(options(2, { seed }))]);
    expect(text(1)).toBe(text(1));
    expect(text(1)).not.toBe(text(2));
  });

  it('is written one message a line, at the pace of the stream', async () => {
    const chunks: string[] = [];
    const out = new Writable({
      highWaterMark: 1,
      decodeStrings: false,
      write: (chunk: string, _encoding, done) => {
        chunks.push(chunk);
        setImmediate(done);
      },
    });
    const written = await writeHistory({ ...options(1), out });
    const lines = chunks.join('').trimEnd().split('\n');
    expect(lines).toHaveLength(written);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([...history(options(1))]);
  });
});
