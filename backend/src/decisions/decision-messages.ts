/** Bodies of the log entries that people make: decisions, and readings that they enter by hand. */
import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';

export const DECISION_SCHEMA = 'gaya.decision';
export const MANUAL_SCHEMA = 'gaya.manual-reading';
export const BODY_VERSION = 1;

const Instant = Type.Integer({ minimum: 0 });
const Text = Type.String({ minLength: 1 });
const NullableText = Type.Union([Type.String(), Type.Null()]);

const head = {
  schema: Type.Literal(DECISION_SCHEMA),
  version: Type.Literal(BODY_VERSION),
  author: Text,
  /** UTC ms at which it was decided. */
  at: Instant,
  reason: NullableText,
};

const component = Type.Object({
  component: Text,
  value: NullableText,
  unit: Type.String(),
  absent: Type.Optional(Type.String()),
});

const bindingFields = {
  bindingId: Text,
  deviceId: Text,
  patientId: Text,
  userSlot: Type.Union([Type.Integer(), Type.Null()]),
  from: Instant,
  to: Type.Union([Instant, Type.Null()]),
};

/** What holds of a binding since now: made, ended, or corrected. */
const BindingDecision = Type.Object({
  ...head,
  kind: Type.Union([Type.Literal('bind'), Type.Literal('end-binding'), Type.Literal('correct-binding')]),
  ...bindingFields,
});

/** The binding never held. */
const WithdrawDecision = Type.Object({ ...head, kind: Type.Literal('withdraw-binding'), ...bindingFields });

export const ReadingDecisionBody = Type.Object({
  ...head,
  kind: Type.Union([
    Type.Literal('file'),
    Type.Literal('file-out'),
    Type.Literal('set-aside'),
    Type.Literal('restore'),
    Type.Literal('correct'),
  ]),
  readingId: Text,
  patientId: Type.Optional(Text),
  components: Type.Optional(Type.Array(component)),
});
export type ReadingDecisionBody = Static<typeof ReadingDecisionBody>;

export const DecisionBody = Type.Union([BindingDecision, WithdrawDecision, ReadingDecisionBody]);
export type DecisionBody = Static<typeof DecisionBody>;

export const ManualBody = Type.Object({
  schema: Type.Literal(MANUAL_SCHEMA),
  version: Type.Literal(BODY_VERSION),
  readingId: Text,
  patientId: Text,
  metric: Text,
  components: Type.Array(component),
  measuredAt: Instant,
  author: Text,
  at: Instant,
  note: NullableText,
});
export type ManualBody = Static<typeof ManualBody>;

const decisionValidator = Compile(DecisionBody);
const manualValidator = Compile(ManualBody);

/** A body that the hub itself wrote but cannot read: an entry of a newer version. */
class UnreadableBodyError extends Error {
  override readonly name = 'UnreadableBodyError';
  readonly code = 'unreadable-body';
}

/** @throws {UnreadableBodyError} */
export function parseDecision(body: Uint8Array): DecisionBody {
  const json = parse(body);
  if (!decisionValidator.Check(json)) throw new UnreadableBodyError();
  return json;
}

/** @throws {UnreadableBodyError} */
export function parseManual(body: Uint8Array): ManualBody {
  const json = parse(body);
  if (!manualValidator.Check(json)) throw new UnreadableBodyError();
  return json;
}

export function encodeBody(body: DecisionBody | ManualBody): Uint8Array {
  return Buffer.from(JSON.stringify(body));
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8')) as unknown;
  } catch {
    throw new UnreadableBodyError();
  }
}
