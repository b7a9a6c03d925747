/** Patients, devices, bindings, gateways, worklist. */
import { Type, type Static } from 'typebox';
import { Id, Instant, Literals, Nullable } from './common.ts';
import { ApiReading } from './readings.ts';

const Name = Type.String({ minLength: 1, maxLength: 100 });

export const PatientInput = Type.Object({
  /** Name as written in the hospital (Korean: family name first). */
  name: Name,
  nameLatin: Type.Optional(Nullable(Name)),
  sex: Literals('female', 'male', 'other', 'unknown'),
  birthDate: Type.String({ format: 'date', pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' }),
  /** Hospital's own number. */
  identifier: Type.String({ minLength: 1, maxLength: 64 }),
  zone: Type.String({ minLength: 1, maxLength: 64 }),
  phone: Type.Optional(Nullable(Type.String({ maxLength: 40 }))),
});
export type PatientInput = Static<typeof PatientInput>;

/** A new patient; `fictional` marks a demo patient for good. */
export const PatientCreate = Type.Object({ ...PatientInput.properties, fictional: Type.Optional(Type.Boolean()) });
export type PatientCreate = Static<typeof PatientCreate>;

export const Patient = Type.Object(
  {
    ...PatientInput.properties,
    patientId: Id,
    version: Type.Integer(),
    /** Demo patient, shown as fictional everywhere. */ fictional: Type.Boolean(),
  },
  { $id: 'Patient' },
);
export type Patient = Static<typeof Patient>;

export const DeviceInput = Type.Object({
  profile: Type.String({ minLength: 1, maxLength: 40 }),
  label: Type.String({ minLength: 1, maxLength: 80 }),
  address: Type.Optional(Nullable(Type.String({ pattern: '^([0-9a-f]{2}:){5}[0-9a-f]{2}$' }))),
  systemId: Type.Optional(Nullable(Type.String({ pattern: '^[0-9a-f]{16}$' }))),
  serial: Type.Optional(Nullable(Type.String({ maxLength: 64 }))),
  /** Gateways that may read it; empty: all of the organisation. */
  gateways: Type.Optional(Type.Array(Id, { maxItems: 16 })),
  setClock: Type.Optional(Type.Boolean()),
});
export type DeviceInput = Static<typeof DeviceInput>;

export const Device = Type.Object(
  {
    deviceId: Id,
    profile: Type.String(),
    label: Type.String(),
    provisional: Type.Boolean(),
    serial: Nullable(Type.String()),
    manufacturer: Nullable(Type.String()),
    model: Nullable(Type.String()),
    firmware: Nullable(Type.String()),
    batteryPercent: Nullable(Type.Number()),
    clockOffsetMs: Nullable(Type.Number()),
    lastFrameAt: Nullable(Instant),
    link: Nullable(
      Type.Object({
        gateway: Id,
        state: Type.String(),
        rssiDbm: Nullable(Type.Number()),
        lastSeenAt: Nullable(Instant),
      }),
    ),
    patientId: Nullable(Id),
  },
  { $id: 'Device' },
);
export type Device = Static<typeof Device>;

export const BindingInput = Type.Object({
  deviceId: Id,
  patientId: Id,
  userSlot: Type.Optional(Nullable(Type.Integer({ minimum: 0, maximum: 254 }))),
  from: Instant,
  to: Type.Optional(Nullable(Instant)),
});
export const Binding = Type.Object(
  {
    bindingId: Id,
    deviceId: Id,
    patientId: Id,
    userSlot: Nullable(Type.Integer()),
    from: Instant,
    to: Nullable(Instant),
    recordedAt: Instant,
    recordedBy: Type.String(),
  },
  { $id: 'Binding' },
);
export type Binding = Static<typeof Binding>;
export const EndBinding = Type.Object({ to: Instant });

export const Gateway = Type.Object(
  {
    gatewayId: Id,
    label: Type.String(),
    online: Type.Boolean(),
    lastStatusAt: Nullable(Instant),
    software: Nullable(Type.String()),
    synced: Nullable(Type.Boolean()),
    queued: Nullable(Type.Integer()),
    dead: Nullable(Type.Integer()),
    adapterState: Nullable(Type.String()),
  },
  { $id: 'Gateway' },
);
export type Gateway = Static<typeof Gateway>;

/** Registers a gateway; its id is made by the hub where none is given, and stands in topics. */
export const GatewayInput = Type.Object({
  gatewayId: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' })),
  label: Type.String({ minLength: 1, maxLength: 80 }),
});
export type GatewayInput = Static<typeof GatewayInput>;

/** The secret is told once, here; the hub keeps its hash. */
export const GatewayCreated = Type.Object({ ...Gateway.properties, secret: Type.String() }, { $id: 'GatewayCreated' });
export type GatewayCreated = Static<typeof GatewayCreated>;

/** Newest usable reading of a metric. */
export const LatestValue = Type.Object({
  metric: Type.String(),
  reading: ApiReading,
  /** 24 h, at most 48 means of the main component, null where nothing was measured. */ spark: Type.Array(
    Nullable(Type.Number()),
  ),
});
export type LatestValue = Static<typeof LatestValue>;

export const WorklistRow = Type.Object({
  patient: Patient,
  latest: Type.Array(LatestValue),
  devices: Type.Array(Device),
});
export type WorklistRow = Static<typeof WorklistRow>;

export const Worklist = Type.Object(
  {
    asOf: Instant,
    /** The feed position that these rows include: subscribe from here. */
    feedPosition: Type.Integer({ minimum: 0 }),
    rows: Type.Array(WorklistRow),
    unassigned: Type.Integer({ minimum: 0 }),
    /** History that is being taken in (demo ward): null when none. */
    backfill: Nullable(Type.Object({ done: Type.Integer(), total: Type.Integer() })),
  },
  { $id: 'Worklist' },
);
export type Worklist = Static<typeof Worklist>;
