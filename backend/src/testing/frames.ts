/** Messages of gateways for tests, made by the codecs' own encoders where the octets don't matter. */
import type { FramesMessage, WireFrame } from '@gaya/protocols/messages';
import { framesTopic } from '@gaya/protocols/messages';
import { bloodPressureMeasurement } from '@gaya/protocols/gatt/blood-pressure';
import { currentTime } from '@gaya/protocols/gatt/current-time';
import { bloodPressure } from '@gaya/protocols/profiles/blood-pressure';
import type { Vitals } from '@gaya/protocols/profiles';

/** 2026-11-25 09:00 in Seoul. */
export const NINE_AM = Date.UTC(2026, 10, 25, 0, 0, 0);
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;

export const GATEWAY = 'gw-1';
export const CUFF = 'cuff-1';

export type FramePart = Pick<WireFrame, 'how' | 'bytes'> & Partial<Pick<WireFrame, 'characteristic' | 'service'>>;

export const connect: FramePart = { how: 'connect', bytes: '' };
export const disconnect: FramePart = { how: 'disconnect', bytes: '13' };

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');

/** "2026-11-25T09:00:00" in Seoul, as a device there shows it. */
function seoulTime(utc: number): string {
  return new Date(utc + 9 * HOUR).toISOString().slice(0, 19);
}

export interface CuffOptions {
  /** UTC ms by the device's clock; null: a device without a clock. */
  readonly deviceAt?: number | null;
  readonly userSlot?: number | null;
}

export function cuff(systolic: number, options: CuffOptions = {}, vitals: Vitals = {}): FramePart {
  const { deviceAt = null, userSlot = null } = options;
  const [frame] = bloodPressure.compose(
    { systolicMmHg: systolic, diastolicMmHg: 80, meanMmHg: 93, pulsePerMin: 70, ...vitals },
    { mode: 'spot', deviceTime: deviceAt === null ? null : seoulTime(deviceAt), userSlot },
  );
  if (frame === undefined) throw new Error('the cuff composes a frame');
  return {
    how: 'indicate',
    service: '1810',
    characteristic: bloodPressureMeasurement.uuid,
    bytes: hex(frame.bytes),
  };
}

/** Cuff pressure and pulse as a stream: two samples a frame. */
export function cuffStream(pressure: number): FramePart {
  const [frame] = bloodPressure.compose(
    { cuffPressureMmHg: pressure, pulsePerMin: 70 },
    { mode: 'stream', deviceTime: null },
  );
  if (frame === undefined) throw new Error('the cuff composes a frame');
  return { how: 'notify', service: '1810', characteristic: frame.characteristic, bytes: hex(frame.bytes) };
}

/** The device's clock read: what it shows is `utc` in Seoul. */
export function clockRead(utc: number): FramePart {
  const at = new Date(utc + 9 * HOUR);
  const bytes = currentTime.encode({
    dateTime: {
      year: at.getUTCFullYear(),
      month: at.getUTCMonth() + 1,
      day: at.getUTCDate(),
      hour: at.getUTCHours(),
      minute: at.getUTCMinutes(),
      second: at.getUTCSeconds(),
    },
    dayOfWeek: 0,
    fractions256: 0,
    adjustReason: { set: [], reserved: 0 },
  });
  return { how: 'read', service: '1805', characteristic: currentTime.uuid, bytes: hex(bytes) };
}

export interface MessageOptions {
  readonly gateway?: string;
  readonly device?: string;
  readonly session?: string;
  /** Sequence of the first frame. */
  readonly first?: number;
  /** UTC ms at which the gateway received the first frame, by default at its sequence in seconds; the others follow by one each. */
  readonly at?: number;
  /** false: the box did not know the time, and its messages tell no boot clock. */
  readonly synced?: boolean;
  readonly boot?: string;
}

/** Monotonic time of the tests' boots began at this UTC. */
const BOOTED_AT = NINE_AM - 400 * DAY;

export function message(parts: readonly FramePart[], options: MessageOptions = {}): FramesMessage {
  const { gateway = GATEWAY, device = CUFF, session = 's-001', first = 0, synced = true } = options;
  const { boot = 'boot-1', at = NINE_AM + first * 1000 } = options;
  return {
    schema: 'gaya.frames',
    version: 1,
    gateway,
    device,
    session,
    zone: 'Asia/Seoul',
    boots: synced ? [{ boot, utcMinusMonoMs: BOOTED_AT, uncertaintyMs: 20 }] : [],
    frames: parts.map((part, i) => ({
      ...part,
      sequence: first + i,
      wall: synced ? at + i * 1000 : 1000,
      mono: at + i * 1000 - BOOTED_AT,
      boot,
      synced,
    })),
  };
}

export function encode(body: FramesMessage): Uint8Array {
  return Buffer.from(JSON.stringify(body));
}

export const topicOf = ({ gateway, device }: FramesMessage): string => framesTopic(gateway, device);
