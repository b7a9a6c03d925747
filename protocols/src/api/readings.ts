/** Readings as the API gives them, and what a person may decide about them. */
import { Type, type Static } from 'typebox';
import { Decimal, Id, Instant, Literals, Nullable } from './common.ts';

export const ApiComponent = Type.Object({
  component: Literals('systolic', 'diastolic', 'mean', 'value'),
  value: Nullable(Decimal),
  unit: Type.String(),
  absent: Nullable(Type.String()),
});

export const ApiTime = Type.Object({
  effectiveAt: Nullable(Instant),
  uncertaintyMs: Nullable(Type.Number()),
  verdict: Type.String(),
  reason: Nullable(Type.String()),
  deviceTime: Nullable(Type.String()),
  clockOffsetMs: Nullable(Type.Number()),
  gatewayAt: Nullable(Instant),
  receivedAt: Instant,
});
export type ApiTime = Static<typeof ApiTime>;

export const ReadingStatus = Literals('current', 'set-aside', 'superseded');

export const ApiReading = Type.Object(
  {
    readingId: Id,
    version: Type.Integer({ minimum: 1 }),
    /** A sample is one value of a dense stream: it has no versions and cannot be filed, set aside or corrected by itself. */
    kind: Literals('spot', 'sample'),
    status: ReadingStatus,
    metric: Type.String(),
    components: Type.Array(ApiComponent),
    quality: Type.Array(Type.String()),
    time: ApiTime,
    source: Literals('gateway', 'seed', 'manual', 'fhir'),
    device: Nullable(Id),
    patientId: Nullable(Id),
    /** Why the reading is in the unassigned tray; null when it has a patient. */
    trayReason: Nullable(Literals('unbound', 'time-unknown', 'time-at-binding-edge', 'slot-unknown', 'filed-out')),
    userSlot: Nullable(Type.Integer()),
    /** What people decided, newest last. */
    note: Nullable(Type.String()),
  },
  { $id: 'Reading' },
);
export type ApiReading = Static<typeof ApiReading>;

/** Everything that is known about one stored value: its bytes, its fields, its way, its times, its earlier versions. */
export const Explanation = Type.Object(
  {
    reading: ApiReading,
    versions: Type.Array(ApiReading),
    frame: Nullable(
      Type.Object({
        frameId: Id,
        session: Id,
        sequence: Type.Integer(),
        gateway: Nullable(Id),
        how: Type.String(),
        service: Nullable(Type.String()),
        characteristic: Nullable(Type.String()),
        characteristicName: Nullable(Type.String()),
        spec: Nullable(Type.String()),
        hex: Type.String(),
        fields: Type.Array(
          Type.Object({ name: Type.String(), offset: Type.Integer(), length: Type.Integer(), text: Type.String() }),
        ),
        wall: Instant,
        synced: Type.Boolean(),
        entry: Type.Object({ partition: Type.Integer(), position: Type.Integer() }),
      }),
    ),
    measurement: Type.Unknown(),
    decisions: Type.Array(
      Type.Object({ kind: Type.String(), author: Type.String(), at: Instant, reason: Nullable(Type.String()) }),
    ),
    /** The same frame heard again (re-indication, second gateway): frame ids. */
    duplicates: Type.Array(Id),
  },
  { $id: 'Explanation' },
);
export type Explanation = Static<typeof Explanation>;

export const FileReading = Type.Object({ patientId: Id, reason: Type.Optional(Type.String({ maxLength: 500 })) });
export const SetAside = Type.Object({ reason: Type.String({ minLength: 1, maxLength: 500 }) });
export const RestoreReading = Type.Object({ reason: Type.String({ minLength: 1, maxLength: 500 }) });
export const CorrectReading = Type.Object({
  components: Type.Array(Type.Object({ component: Type.String(), value: Decimal }), { minItems: 1, maxItems: 8 }),
  reason: Type.String({ minLength: 1, maxLength: 500 }),
});
export const ManualReading = Type.Object({
  metric: Type.String(),
  components: Type.Array(Type.Object({ component: Type.String(), value: Decimal }), { minItems: 1, maxItems: 8 }),
  measuredAt: Instant,
  note: Type.Optional(Type.String({ maxLength: 500 })),
});

/** Buckets of one component, columnar. Raw points when few: then min = max = mean and n = 1. */
export const Series = Type.Object(
  {
    metric: Type.String(),
    component: Type.String(),
    unit: Type.String(),
    from: Instant,
    to: Instant,
    /** Bucket width, ms; 0 when the points are raw. */
    stepMs: Type.Integer({ minimum: 0 }),
    t: Type.Array(Instant),
    min: Type.Array(Type.Number()),
    max: Type.Array(Type.Number()),
    mean: Type.Array(Type.Number()),
    n: Type.Array(Type.Integer()),
  },
  { $id: 'Series' },
);
export type Series = Static<typeof Series>;
