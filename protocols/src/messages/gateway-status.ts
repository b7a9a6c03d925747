/** A gateway's heartbeat (every 30 s and on change) and, as its MQTT will, its sudden death. Retained, QoS 1. */
import { Type, type Static } from 'typebox';
import { OpaqueId } from './frames.ts';

const NullableNumber = Type.Union([Type.Number(), Type.Null()]);
const NullableString = Type.Union([Type.String({ maxLength: 256 }), Type.Null()]);

export const LinkState = Type.Union([
  Type.Literal('never-seen'),
  Type.Literal('advertising'),
  Type.Literal('connecting'),
  Type.Literal('connected'),
  Type.Literal('waiting'), // for a connection slot
  Type.Literal('back-off'),
  Type.Literal('away'),
]);
export type LinkState = Static<typeof LinkState>;

export const DeviceLink = Type.Object({
  device: OpaqueId,
  state: LinkState,
  /** UTC ms by the gateway's best knowledge. */
  lastSeenAt: NullableNumber,
  rssiDbm: NullableNumber,
  batteryPercent: NullableNumber,
  /** Device clock minus true time. */
  clockOffsetMs: NullableNumber,
  lastError: NullableString,
});
export type DeviceLink = Static<typeof DeviceLink>;

export const GatewayStatus = Type.Object(
  {
    schema: Type.Literal('gaya.gateway-status'),
    version: Type.Literal(1),
    gateway: OpaqueId,
    state: Type.Union([Type.Literal('online'), Type.Literal('offline')]),
    /** Absent in the will. */
    detail: Type.Optional(
      Type.Object({
        software: Type.String({ maxLength: 64 }),
        boot: OpaqueId,
        mono: Type.Number({ minimum: 0 }),
        wall: Type.Integer({ minimum: 0 }),
        synced: Type.Boolean(),
        adapter: Type.Object({ hci: Type.String({ maxLength: 128 }), state: Type.String({ maxLength: 64 }) }),
        queue: Type.Object({
          queued: Type.Integer({ minimum: 0 }),
          published: Type.Integer({ minimum: 0 }),
          stored: Type.Integer({ minimum: 0 }),
          dead: Type.Integer({ minimum: 0 }),
          oldestUnstoredMs: NullableNumber,
        }),
        devices: Type.Array(DeviceLink, { maxItems: 1000 }),
      }),
    ),
  },
  { $id: 'gaya.gateway-status.v1', title: 'Heartbeat of a gateway' },
);
export type GatewayStatus = Static<typeof GatewayStatus>;
