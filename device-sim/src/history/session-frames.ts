/** One connection of a device as a gateway would have recorded it: connect, what it read, what the device sent, disconnect. */
import { toHex } from '@gaya/protocols/bytes/hex';
import { batteryLevel, BATTERY_SERVICE } from '@gaya/protocols/gatt/battery';
import { CURRENT_TIME_SERVICE, currentTime } from '@gaya/protocols/gatt/current-time';
import { FRAMES_SCHEMA, FRAMES_VERSION, timeOrderedId } from '@gaya/protocols/messages';
import type { FramesMessage, WireFrame } from '@gaya/protocols/messages';
import type { DeviceProfile, Vitals } from '@gaya/protocols/profiles';
import type { DeviceClock } from '../peripherals/device-clock.ts';
import { randomOctets } from '../random/prng.ts';

export interface RecordedSession {
  readonly profile: DeviceProfile;
  readonly gateway: string;
  /** The hub's id of the device. */
  readonly device: string;
  readonly zone: string;
  readonly clock: DeviceClock;
  readonly batteryPercent: number;
  /** UTC ms. */
  readonly startMs: number;
  readonly vitalsAt: (atMs: number) => Vitals;
  /** Notified values, one a second; 0 where the device has no stream. */
  readonly samples: number;
  readonly boot: Boot;
  readonly random: () => number;
}

export interface Boot {
  readonly id: string;
  /** UTC ms. */
  readonly startedMs: number;
}

type FrameContent = Pick<WireFrame, 'how' | 'service' | 'characteristic' | 'bytes'> & { readonly afterMs: number };

/** A gateway that hears its hub every half minute knows the time this well. */
const CLOCK_UNCERTAINTY_MS = 25;
/** From connecting to the first value: discovery and reads. */
const READ_STEP_MS = 45;
const SAMPLE_MS = 1000;
/** The device hangs up: "remote user terminated connection". */
const PEER_HUNG_UP = '13';

export function recordSession(session: RecordedSession): FramesMessage {
  const { gateway, device, zone, startMs, boot, random } = session;
  return {
    schema: FRAMES_SCHEMA,
    version: FRAMES_VERSION,
    gateway,
    device,
    session: timeOrderedId(startMs, randomOctets(random, 10)),
    zone,
    boots: [{ boot: boot.id, utcMinusMonoMs: boot.startedMs, uncertaintyMs: CLOCK_UNCERTAINTY_MS }],
    frames: contents(session).map((content, sequence) => wireFrame(content, sequence, session)),
  };
}

function wireFrame(content: FrameContent, sequence: number, { startMs, boot }: RecordedSession): WireFrame {
  const { afterMs, ...rest } = content;
  const wall = startMs + afterMs;
  return { sequence, ...rest, wall, mono: wall - boot.startedMs, boot: boot.id, synced: true };
}

function contents(session: RecordedSession): FrameContent[] {
  const frames: FrameContent[] = [{ how: 'connect', bytes: '', afterMs: 0 }];
  for (const { service, characteristic, value } of readValues(session)) {
    const afterMs = frames.length * READ_STEP_MS;
    const bytes = toHex(value(session.startMs + afterMs));
    frames.push({ how: 'read', service, characteristic, bytes, afterMs });
  }
  const measuredMs = frames.length * READ_STEP_MS;
  const sampled = Array.from({ length: session.samples }, (_, index) => measuredMs + index * SAMPLE_MS);
  for (const afterMs of sampled) frames.push(...sent(session, 'stream', afterMs));
  const spotMs = (sampled.at(-1) ?? measuredMs) + READ_STEP_MS;
  frames.push(...sent(session, 'spot', spotMs));
  return [...frames, { how: 'disconnect', bytes: PEER_HUNG_UP, afterMs: spotMs + 3000 }];
}

interface ReadValue {
  readonly service: string;
  readonly characteristic: string;
  readonly value: (atMs: number) => Uint8Array;
}

/** The clock first: its offset dates what follows. */
function readValues({ profile, clock, batteryPercent }: RecordedSession): ReadValue[] {
  const own = profile.characteristics.flatMap(({ service, characteristic, use }): ReadValue[] => {
    const octets = profile.reads[characteristic];
    return use === 'read' && octets ? [{ service, characteristic, value: () => octets }] : [];
  });
  const battery = batteryLevel.encode({ percent: batteryPercent });
  return [
    { service: CURRENT_TIME_SERVICE, characteristic: currentTime.uuid, value: (atMs) => clock.read(atMs) },
    { service: BATTERY_SERVICE, characteristic: batteryLevel.uuid, value: () => battery },
    ...own,
  ];
}

function sent(session: RecordedSession, mode: 'spot' | 'stream', afterMs: number): FrameContent[] {
  const atMs = session.startMs + afterMs;
  const context = { mode, deviceTime: session.clock.textAt(atMs) };
  return session.profile
    .compose(session.vitalsAt(atMs), context)
    .map(({ service, characteristic, how, bytes }) => ({ how, service, characteristic, bytes: toHex(bytes), afterMs }));
}
