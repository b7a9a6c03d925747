/** What to publish next: the oldest queued frames of one session, consecutive, within the limits of a message. */
import {
  FRAMES_SCHEMA,
  FRAMES_VERSION,
  MAX_FRAMES_PER_MESSAGE,
  MAX_MESSAGE_BYTES,
  type FramesMessage,
  type How,
  type WireFrame,
} from '@gaya/protocols/messages';
import type { SQLOutputValue } from 'node:sqlite';
import type { FrameRange, Queue } from './queue.ts';
import { QUEUED } from './schema.ts';

export interface Batch extends FrameRange {
  readonly message: FramesMessage;
}

/** Envelope, boots' clocks and brackets of a message. */
const ENVELOPE_OCTETS = 4 * 1024;

type Row = Record<string, SQLOutputValue>;

/** @param busy sessions of which a message is on its way to the broker */
export function nextBatch(queue: Queue, gateway: string, zone: string, busy: readonly string[]): Batch | null {
  const session = queue.db
    .prepare(
      `select s.session, s.device, s.provisional from frame f join session s using (session)
       where f.state = ${QUEUED} and f.session not in (select value from json_each(?)) order by f.id limit 1`,
    )
    .get(JSON.stringify(busy));
  if (session === undefined) return null;
  const id = String(session['session']);
  const rows = queue.db
    .prepare(
      `select sequence, how, service, characteristic, bytes, wall, mono, boot, synced from frame
       where session = ? and state = ${QUEUED} order by sequence limit ${MAX_FRAMES_PER_MESSAGE}`,
    )
    .all(id);
  const frames = withinLimits(rows.map(wireFrameOf));
  const boots = [...new Set(frames.map((frame) => frame.boot))].flatMap((boot) => queue.bootClock(boot) ?? []);
  return {
    session: id,
    first: frames[0]?.sequence ?? 0,
    last: frames.at(-1)?.sequence ?? 0,
    message: {
      schema: FRAMES_SCHEMA,
      version: FRAMES_VERSION,
      gateway,
      device: String(session['device']),
      session: id,
      zone,
      ...(session['provisional'] === 1 ? { provisional: true } : {}),
      boots,
      frames,
    },
  };
}

function withinLimits(frames: readonly WireFrame[]): WireFrame[] {
  const taken: WireFrame[] = [];
  let octets = ENVELOPE_OCTETS;
  for (const frame of frames) {
    octets += JSON.stringify(frame).length + 1;
    const follows = taken.length === 0 || frame.sequence === (taken.at(-1)?.sequence ?? 0) + 1;
    if (!follows || (taken.length > 0 && octets > MAX_MESSAGE_BYTES)) break;
    taken.push(frame);
  }
  return taken;
}

function wireFrameOf(row: Row): WireFrame {
  return {
    sequence: Number(row['sequence']),
    how: row['how'] as How,
    ...(typeof row['service'] === 'string' ? { service: row['service'] } : {}),
    ...(typeof row['characteristic'] === 'string' ? { characteristic: row['characteristic'] } : {}),
    bytes: row['bytes'] instanceof Uint8Array ? Buffer.from(row['bytes']).toString('hex') : '',
    wall: Number(row['wall']),
    mono: Number(row['mono']),
    boot: String(row['boot']),
    synced: row['synced'] === 1,
  };
}
