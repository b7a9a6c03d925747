/**
 * What the hub offers to those who serve it (HTTP, broker, command line): read this file to know what it can do.
 * Every method belongs to one organisation, the one with which the hub was opened. Records and readings answer with
 * promises, so that another database can stand behind them; ingest and feed are synchronous on purpose.
 */
import type { AckMessage, AllowListCommand, CommandMessage } from '@gaya/protocols/messages';
import type {
  ApiReading,
  Binding,
  BindingInput,
  CorrectReading,
  Device,
  DeviceInput,
  Explanation,
  FeedEvent,
  FileReading,
  Gateway,
  Health,
  ManualReading,
  Patient,
  PatientInput,
  RestoreReading,
  Series,
  SetAside,
  Worklist,
} from '@gaya/protocols/api';
import type { Static } from 'typebox';

/** Id of who acts: a user's id, or a name such as `system`. Kept in the log. */
export type Author = string;

/** Takes a listener away again. */
export type Unsubscribe = () => void;

/** A reading as stored, with the time at which this version was committed (UTC ms): `meta.lastUpdated` of FHIR. */
export type StoredReading = ApiReading & { readonly recordedAt: number };

/** A patient as stored, with the time of its version (UTC ms). */
export type StoredPatient = Patient & { readonly recordedAt: number };

/** A device as stored: the API's view, and what only the hub and its gateways may know. */
export type StoredDevice = Device & {
  readonly version: number;
  readonly recordedAt: number;
  readonly address: string | null;
  readonly systemId: string | null;
  readonly gateways: readonly string[];
  readonly setClock: boolean;
};

/** What was refused, as a code that a client can translate. */
export class RecordError extends Error {
  override readonly name = 'RecordError';
  readonly code: RecordErrorCode;
  /** JSON pointer of the field that is wrong, where there is one. */
  readonly pointer: string | null;

  constructor(code: RecordErrorCode, pointer: string | null = null) {
    super(code);
    this.code = code;
    this.pointer = pointer;
  }
}
export type RecordErrorCode =
  | 'not-found'
  | 'already-exists'
  | 'unknown-patient'
  | 'unknown-device'
  | 'unknown-metric'
  | 'unknown-component'
  | 'invalid-value'
  | 'invalid-interval'
  | 'overlapping-binding'
  | 'already-ended'
  | 'already-set-aside'
  | 'not-set-aside'
  | 'superseded'
  | 'in-the-future';

/** The way in for gateways: collects, stores, and only then acknowledges. */
export interface Ingest {
  /** Takes one MQTT message (frames or status). Never throws for any topic or body; stored within milliseconds. */
  receive(topic: string, body: Uint8Array): void;
  /** Stores what was received so far, now. */
  flush(): void;
  /** Called after the commit, once per gateway and batch; publish it on `acksTopic(gatewayId)`. */
  onAck(listener: (gatewayId: string, ack: AckMessage) => void): Unsubscribe;
  /** Commands to publish on `commandsTopic(gatewayId)`: allow-lists (retained) and re-send requests (not retained). */
  onCommand(listener: (gatewayId: string, command: CommandMessage, retain: boolean) => void): Unsubscribe;
  counters(): IngestCounters;
}

export interface IngestCounters {
  readonly messages: number;
  readonly frames: number;
  readonly duplicates: number;
  readonly quarantined: number;
  readonly statuses: number;
  readonly batches: number;
  /** Batches whose commit failed (nothing was acknowledged). */
  readonly failedBatches: number;
}

export interface ProjectionStatus {
  readonly name: string;
  readonly lagEntries: number;
  readonly failed: number;
}

export interface Projections {
  start(): void;
  stop(): Promise<void>;
  /** Resolves when every entry that is in the log now is projected. */
  caughtUp(): Promise<void>;
  status(): ProjectionStatus[];
}

export interface Patients {
  list(): Promise<StoredPatient[]>;
  byId(patientId: string): Promise<StoredPatient | null>;
  byIdentifier(identifier: string): Promise<StoredPatient | null>;
  /** An earlier or the present version; null when there is none. */
  version(patientId: string, version: number): Promise<StoredPatient | null>;
  /** @throws {RecordError} already-exists (same identifier, or same `patientId`) */
  create(
    input: PatientInput,
    by: Author,
    options?: { fictional?: boolean; patientId?: string },
  ): Promise<StoredPatient>;
  /** @throws {RecordError} not-found, already-exists */
  update(patientId: string, input: PatientInput, by: Author): Promise<StoredPatient>;
}

export interface Devices {
  list(): Promise<StoredDevice[]>;
  byId(deviceId: string): Promise<StoredDevice | null>;
  version(deviceId: string, version: number): Promise<StoredDevice | null>;
  /** Allow-lists a device. @throws {RecordError} already-exists (address, or `deviceId`) */
  create(input: DeviceInput, by: Author, options?: { deviceId?: string }): Promise<StoredDevice>;
  /** Also confirms a provisional device. @throws {RecordError} not-found, already-exists */
  update(deviceId: string, input: DeviceInput, by: Author): Promise<StoredDevice>;
}

export interface Bindings {
  /** Bindings as they are believed now, or as they were believed at `knownAt` (UTC ms). */
  list(options?: { knownAt?: number }): Promise<Binding[]>;
  ofDevice(deviceId: string, options?: { knownAt?: number }): Promise<Binding[]>;
  ofPatient(patientId: string, options?: { knownAt?: number }): Promise<Binding[]>;
}

export interface Gateways {
  list(): Promise<Gateway[]>;
  byId(gatewayId: string): Promise<Gateway | null>;
  /**
   * Registers a gateway. The secret is made here unless given, and told only once; the hub keeps its hash.
   * @throws {RecordError} already-exists
   */
  create(
    input: { label: string; gatewayId?: string; secret?: string },
    by: Author,
  ): Promise<{ gateway: Gateway; secret: string }>;
  /** For the broker; constant time in the secret. */
  verify(gatewayId: string, secret: string): boolean;
  /** The command that tells the gateway its devices; publish retained when it connects. */
  allowList(gatewayId: string): AllowListCommand;
}

export interface ReadingFilter {
  readonly patientId: string;
  readonly metrics?: readonly string[];
  /** [from, to), UTC ms, by effective time. */
  readonly from?: number;
  readonly to?: number;
  readonly order?: 'newest-first' | 'oldest-first';
  /** Default: current and set-aside. */
  readonly statuses?: readonly ApiReading['status'][];
  readonly limit?: number;
  readonly offset?: number;
}

export interface Readings {
  byId(readingId: string): Promise<StoredReading | null>;
  version(readingId: string, version: number): Promise<StoredReading | null>;
  /** Oldest first, the present one last; empty when the reading is unknown. */
  versions(readingId: string): Promise<StoredReading[]>;
  ofPatient(filter: ReadingFilter): Promise<StoredReading[]>;
  count(filter: ReadingFilter): Promise<number>;
  /** Readings without a patient, newest received first. */
  tray(options?: { limit?: number; offset?: number }): Promise<StoredReading[]>;
  explain(readingId: string): Promise<Explanation | null>;
  /** Newest usable reading per metric. */
  latest(patientId: string): Promise<StoredReading[]>;
}

export interface SeriesQuery {
  readonly patientId: string;
  readonly metric: string;
  readonly component: string;
  /** [from, to), UTC ms. */
  readonly from: number;
  readonly to: number;
  /** At most this many buckets. */
  readonly buckets: number;
}

export interface SeriesReader {
  /** Runs in a reader thread: a year's chart does not hold up the ingest. */
  query(query: SeriesQuery): Promise<Series>;
}

/** What people decide; each is an entry of the log, and the promise resolves when its effect can be read. */
export interface Decisions {
  /** @throws {RecordError} unknown-device, unknown-patient, invalid-interval, overlapping-binding */
  bind(input: Static<typeof BindingInput>, by: Author, reason?: string): Promise<Binding>;
  /** @throws {RecordError} not-found, invalid-interval, already-ended */
  endBinding(bindingId: string, to: number, by: Author, reason?: string): Promise<Binding>;
  /** Says that a binding was recorded wrongly: the old belief stays readable by `knownAt`. @throws {RecordError} as bind */
  correctBinding(bindingId: string, input: Static<typeof BindingInput>, by: Author, reason: string): Promise<Binding>;
  /** Says that a binding never held. @throws {RecordError} not-found */
  withdrawBinding(bindingId: string, by: Author, reason: string): Promise<void>;
  /** Gives one reading to a patient, over any binding. @throws {RecordError} not-found, unknown-patient, superseded */
  file(readingId: string, input: Static<typeof FileReading>, by: Author): Promise<StoredReading>;
  /** Takes a reading out of the patient's record into the tray. @throws {RecordError} not-found, superseded */
  fileOut(readingId: string, reason: string, by: Author): Promise<StoredReading>;
  /** @throws {RecordError} not-found, superseded, already-set-aside */
  setAside(readingId: string, input: Static<typeof SetAside>, by: Author): Promise<StoredReading>;
  /** @throws {RecordError} not-found, superseded, not-set-aside */
  restore(readingId: string, input: Static<typeof RestoreReading>, by: Author): Promise<StoredReading>;
  /** @throws {RecordError} not-found, superseded, unknown-component, invalid-value */
  correct(readingId: string, input: Static<typeof CorrectReading>, by: Author): Promise<StoredReading>;
  /** @throws {RecordError} unknown-patient, unknown-metric, unknown-component, invalid-value, in-the-future */
  enterManually(patientId: string, input: Static<typeof ManualReading>, by: Author): Promise<StoredReading>;
}

export interface PositionedEvent {
  readonly position: number;
  readonly event: FeedEvent;
}

export interface Feed {
  /** Position of the newest event; 0 when there was none. */
  position(): number;
  /** Events after a position, oldest first. `reset`: the position is older than the feed (or not of this store): reload. */
  since(after: number, limit: number): { reset: boolean; events: PositionedEvent[] };
  /** Called after each commit that wrote events. */
  onChange(listener: () => void): Unsubscribe;
}

export interface QuarantinedMessage {
  readonly id: number;
  readonly receivedAt: number;
  readonly topic: string;
  readonly source: string | null;
  readonly reason: string;
  /** Hex, at most the first 4096 octets. */
  readonly body: string;
}

export type HubHealth = Pick<
  Health,
  | 'epoch'
  | 'startedAt'
  | 'now'
  | 'log'
  | 'projections'
  | 'quarantine'
  | 'undecodable'
  | 'gateways'
  | 'diskFreeBytes'
  | 'diskDaysLeft'
> & {
  /** False: the last commit failed (disk full, no permission); nothing is acknowledged meanwhile. */
  readonly writable: boolean;
};

/** Something for the process's log: a code and numbers or ids, never patient data. */
export interface HubEvent {
  readonly level: 'info' | 'warn' | 'error';
  readonly code: string;
  readonly detail?: Readonly<Record<string, string | number>>;
}

export interface HubOptions {
  /** Folder of the hub's files; made when it is not there. */
  readonly dataDir: string;
  /** Scope of everything; `default` for a single organisation. */
  readonly organisation: string;
  /** UTC ms. */
  readonly clock: () => number;
  readonly random: (octets: number) => Uint8Array;
  readonly log?: (event: HubEvent) => void;
}

export interface SeedProgress {
  readonly done: number;
  readonly total: number;
}

export interface ReplayResult {
  readonly entries: number;
  /** Versions of readings that the replay added. */
  readonly newVersions: number;
}

export interface Hub {
  readonly organisation: string;
  readonly epoch: string;
  readonly ingest: Ingest;
  readonly projections: Projections;
  readonly patients: Patients;
  readonly devices: Devices;
  readonly bindings: Bindings;
  readonly gateways: Gateways;
  readonly readings: Readings;
  readonly series: SeriesReader;
  readonly decisions: Decisions;
  readonly feed: Feed;
  worklist(): Promise<Worklist>;
  quarantine(options?: { limit?: number }): Promise<QuarantinedMessage[]>;
  health(): Promise<HubHealth>;
  /**
   * Takes history in through the log's append, in slices between live traffic, with `backfill` events on the feed.
   * The file holds one FramesMessage a line; lines that are in the log already are skipped, so it may be repeated.
   */
  seed(path: string): Promise<SeedProgress>;
  /** Makes every projection again from the log, in slices; readings get new versions only where something differs. */
  replay(): Promise<ReplayResult>;
  /** Stops, waits for what runs, and closes the files cleanly. */
  close(): Promise<void>;
}
