/**
 * What a gateway publishes on its devices' frames topics: a batch of frames of one session of one device, QoS 1.
 * The hub stores the body as received and acknowledges it on the acks topic; PUBACK never means stored.
 */
import { Type, type Static } from 'typebox';

/** `how` a frame came about. `connect` opens every session with sequence 0; `disconnect` closes it (bytes: the reason octet). */
export const How = Type.Union([
  Type.Literal('connect'),
  Type.Literal('read'),
  Type.Literal('write'),
  Type.Literal('notify'),
  Type.Literal('indicate'),
  Type.Literal('disconnect'),
]);
export type How = Static<typeof How>;

const Uuid = Type.String({
  pattern: '^([0-9a-f]{4}|[0-9a-f]{32})$',
  description: 'UUID, lower-case hex without dashes',
});
const Hex = Type.String({ pattern: '^([0-9a-f]{2})*$', maxLength: 1024 });
const EpochMs = Type.Integer({ minimum: 0, maximum: 8_640_000_000_000_000 });
export const OpaqueId = Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' });

export const WireFrame = Type.Object({
  /** Position in the session, without gaps; with the session it is the frame's identity, see {@link frameIdOf}. */
  sequence: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  how: How,
  service: Type.Optional(Uuid),
  characteristic: Type.Optional(Uuid),
  bytes: Hex,
  /** The box's own wall clock, UTC ms: only to be trusted when `synced`. */
  wall: EpochMs,
  /** Monotonic ms of the boot in which the frame was received. */
  mono: Type.Number({ minimum: 0 }),
  boot: OpaqueId,
  /** Whether the gateway knew the hub's time when it received the frame. */
  synced: Type.Boolean(),
});
export type WireFrame = Static<typeof WireFrame>;

/** What the gateway knows of a boot's clock: UTC = mono + utcMinusMonoMs. */
export const BootClock = Type.Object({
  boot: OpaqueId,
  utcMinusMonoMs: Type.Number(),
  uncertaintyMs: Type.Number({ minimum: 0 }),
});
export type BootClock = Static<typeof BootClock>;

export const FRAMES_SCHEMA = 'gaya.frames';
export const FRAMES_VERSION = 1;
export const MAX_FRAMES_PER_MESSAGE = 500;
export const MAX_MESSAGE_BYTES = 256 * 1024;

export const FramesMessage = Type.Object(
  {
    schema: Type.Literal(FRAMES_SCHEMA),
    version: Type.Literal(FRAMES_VERSION),
    gateway: OpaqueId,
    device: OpaqueId,
    /** Time-ordered id of one connection of one device. */
    session: OpaqueId,
    /** IANA zone of the home, e.g. "Asia/Seoul": device time stamps are local. */
    zone: Type.String({ minLength: 1, maxLength: 64 }),
    /** True when the device was accepted by the test-bench option and has a provisional id. */
    provisional: Type.Optional(Type.Boolean()),
    boots: Type.Array(BootClock, { maxItems: 16 }),
    /** Consecutive sequences. */
    frames: Type.Array(WireFrame, { minItems: 1, maxItems: MAX_FRAMES_PER_MESSAGE }),
  },
  { $id: 'gaya.frames.v1', title: 'Frames of one session of one device' },
);
export type FramesMessage = Static<typeof FramesMessage>;

/** frameId is made at the gateway's commit (session and sequence are assigned there) and never changes. */
export function frameIdOf(session: string, sequence: number): string {
  return `${session}.${sequence}`;
}
