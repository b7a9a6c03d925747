/** What the hub answers on a gateway's acks topic: which frames are stored, and what time it is. */
import { Type, type Static } from 'typebox';
import { OpaqueId } from './frames.ts';

export const SequenceRange = Type.Object({
  session: OpaqueId,
  first: Type.Integer({ minimum: 0 }),
  last: Type.Integer({ minimum: 0 }),
});
export type SequenceRange = Static<typeof SequenceRange>;

export const RejectReason = Type.Union([
  Type.Literal('unreadable'),
  Type.Literal('unknown-version'),
  Type.Literal('wrong-topic'),
  Type.Literal('too-large'),
  Type.Literal('sequence-gap'),
]);
export type RejectReason = Static<typeof RejectReason>;

export const AckMessage = Type.Object(
  {
    schema: Type.Literal('gaya.acks'),
    version: Type.Literal(1),
    /** Changes when the hub was restored from a backup: the gateway then re-sends what it has kept. */
    epoch: OpaqueId,
    /** UTC ms at which the hub answered. */
    serverTime: Type.Integer({ minimum: 0 }),
    /** Echo of the status message that this answers: gives the gateway the round trip. */
    echo: Type.Optional(Type.Object({ boot: OpaqueId, mono: Type.Number({ minimum: 0 }) })),
    stored: Type.Array(SequenceRange),
    /** Kept in quarantine at the hub, will never be stored as they are: the gateway marks them dead, with the reason. */
    rejected: Type.Array(Type.Object({ ...SequenceRange.properties, reason: RejectReason })),
  },
  { $id: 'gaya.acks.v1', title: 'Acknowledgement of the hub' },
);
export type AckMessage = Static<typeof AckMessage>;
