/** What the hub tells a gateway on its commands topic (retained: allow-list; not retained: resend). */
import { Type, type Static } from 'typebox';
import { OpaqueId } from './frames.ts';

/** How the gateway recognises an allowed device: identity address first, else System ID and serial. */
export const AllowedDevice = Type.Object({
  device: OpaqueId,
  address: Type.Optional(Type.String({ pattern: '^([0-9a-f]{2}:){5}[0-9a-f]{2}$' })),
  systemId: Type.Optional(Type.String({ pattern: '^[0-9a-f]{16}$', description: 'octets in wire order' })),
  serial: Type.Optional(Type.String({ maxLength: 64 })),
  setClock: Type.Optional(Type.Boolean()),
});
export type AllowedDevice = Static<typeof AllowedDevice>;

export const AllowListCommand = Type.Object({
  schema: Type.Literal('gaya.commands'),
  version: Type.Literal(1),
  kind: Type.Literal('allow-list'),
  revision: Type.Integer({ minimum: 0 }),
  devices: Type.Array(AllowedDevice),
});
export type AllowListCommand = Static<typeof AllowListCommand>;

export const ResendCommand = Type.Object({
  schema: Type.Literal('gaya.commands'),
  version: Type.Literal(1),
  kind: Type.Literal('resend'),
  epoch: OpaqueId,
  /** UTC ms: everything stored since then is sent again. */
  since: Type.Integer({ minimum: 0 }),
});
export type ResendCommand = Static<typeof ResendCommand>;

export const CommandMessage = Type.Union([AllowListCommand, ResendCommand], {
  $id: 'gaya.commands.v1',
  title: 'Command of the hub',
});
export type CommandMessage = Static<typeof CommandMessage>;
