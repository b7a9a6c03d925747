/**
 * From log entries to readings, samples, device facts and bindings. The end state does not depend on the order in which
 * messages arrived: a session whose frames come in turn is continued, any other is run again as a whole.
 */
import { isPlausible, metricOf } from '@gaya/protocols/metrics';
import type { Component, TimedReading } from '@gaya/protocols/readings/reading';
import type { Database } from '../db/database.ts';
import { parseManual } from '../decisions/decision-messages.ts';
import type { NewEvent, SqliteFeed } from '../feed/feed.ts';
import type { Log, LogEntry, LogPlace } from '../log/log.ts';
import { Lru } from '../log/lru.ts';
import { addRange, type Range } from '../log/ranges.ts';
import { LatestValues } from '../readings/latest-values.ts';
import type { InterpretedPart, ReadingRow } from '../readings/reading-row.ts';
import { ReadingWriter, type DesiredReading } from '../readings/reading-writer.ts';
import { settle } from '../readings/settle.ts';
import { refOf } from '../series/series-store.ts';
import { SqliteSeriesStore } from '../series/sqlite-series-store.ts';
import { assign, type BindingSpan } from './binding-index.ts';
import { BindingStore } from './binding-store.ts';
import { DecisionStore } from './decision-store.ts';
import { DeviceStates, LAST_FRAME } from './device-states.ts';
import { FingerprintStore, type CarrierFrame, type Relations } from './fingerprint-store.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { Interpreter, Outcome } from './interpreter.ts';
import { qualityOf, SampleWriter } from './sample-writer.ts';
import { SessionReader, toStoredMessage, type WholeSession } from './session-reader.ts';
import {
  lastWords,
  openRun,
  runMessage,
  type FrameSource,
  type SessionRun,
  type StoredMessage,
} from './session-run.ts';
import { SessionStore } from './session-store.ts';
import { UndecodableFrames } from './undecodable-frames.ts';

const KEPT_SESSIONS = 20_000;
const NO_FRAMES: ReadonlySet<number> = new Set();

interface KeptSession {
  readonly run: SessionRun;
  /** Sequences before `run.next` that have not come. */
  missing: readonly Range[];
}

export interface ProjectionParts {
  readonly db: Database;
  readonly log: Log;
  readonly organisation: string;
  readonly clock: () => number;
  readonly interpreter: Interpreter;
  readonly feed: SqliteFeed;
}

type ReadingsOutcome = Extract<Outcome, { kind: 'readings' }>;

/** Told of an entry with a frame that made the interpreter throw. */
export type OnFailedFrame = (place: LogPlace, error: unknown) => void;

export class ReadingsProjection {
  readonly bindings: BindingStore;
  readonly sessions: SessionStore;
  readonly reader: SessionReader;
  readonly writer: ReadingWriter;
  readonly devices: DeviceStates;
  readonly fingerprints: FingerprintStore;
  readonly decisions: DecisionStore;
  readonly undecodable: UndecodableFrames;
  readonly series: SqliteSeriesStore;
  readonly #log: Log;
  readonly #feed: SqliteFeed;
  readonly #interpreter: Interpreter;
  readonly #latest: LatestValues;
  readonly #samples: SampleWriter;
  readonly #kept = new Lru<string, KeptSession>(KEPT_SESSIONS);
  #events: NewEvent[] = [];

  constructor({ db, log, organisation, clock, interpreter, feed }: ProjectionParts) {
    this.#log = log;
    this.#feed = feed;
    this.#interpreter = interpreter;
    this.bindings = new BindingStore(db, organisation);
    this.sessions = new SessionStore(db, organisation);
    this.fingerprints = new FingerprintStore(db, organisation);
    this.devices = new DeviceStates(db, organisation);
    this.undecodable = new UndecodableFrames(db, organisation);
    this.decisions = new DecisionStore(db, organisation, this.bindings);
    this.reader = new SessionReader(log, interpreter, this.#clockOf);
    this.#latest = new LatestValues(db, organisation);
    this.series = new SqliteSeriesStore(db, organisation);
    const { series } = this;
    this.writer = new ReadingWriter(db, organisation, clock, series, this.#latest);
    const { lookUp } = this.reader;
    this.#samples = new SampleWriter({ db, organisation, clock, series, latest: this.#latest, lookUp });
    db.onRollback(() => this.forget());
  }

  /** One entry, inside the projector's transaction. `known`: its message, where it need not be parsed again. */
  process(entry: LogEntry, known: StoredMessage | undefined, failed: OnFailedFrame): void {
    switch (entry.sourceKind) {
      case 'gateway':
      case 'seed': {
        const stored = known ?? toStoredMessage(entry);
        if (stored === null) this.#processErased(entry, failed);
        else this.#processFrames(stored, failed);
        break;
      }
      case 'manual':
        this.#processManual(entry);
        break;
      case 'decision':
        this.#processDecision(entry);
        break;
      case 'fhir':
        break; // resources that others write are not readings yet
    }
  }

  /** A session for which something outside of it has changed, inside the projector's transaction. */
  processStale(session: string, failed: OnFailedFrame): void {
    // First, so that what it marks while it runs stays marked.
    this.sessions.unmarkStale(session);
    this.#runAgain(session, failed);
  }

  /** Writes what was collected; to be called at the end of the transaction. */
  flush(): void {
    const samples = this.#samples.flush().map((event): NewEvent => ({ type: 'event', event }));
    this.#latest.flush();
    this.devices.flush();
    this.#feed.append([...this.#events, ...samples]);
    this.#events = [];
  }

  /** Forgets what is kept in memory beside the tables. */
  forget(): void {
    this.devices.forget();
    this.#kept.clear();
    this.#events = [];
  }

  #clockOf = (gateway: string, boot: string) => this.sessions.clockOf(gateway, boot);

  /** What was read from the erased frames must go. */
  #processErased({ session }: LogEntry, failed: OnFailedFrame): void {
    if (session !== null && this.writer.hasSession(session)) this.#runAgain(session, failed);
  }

  #processFrames(stored: StoredMessage, failed: OnFailedFrame): void {
    const { message } = stored;
    this.sessions.noteClocks(message);
    const kept = this.#kept.get(message.session) ?? this.#begin(stored);
    if (kept === null || fills(kept.missing, stored)) this.#runAgain(message.session, failed);
    else this.#continue(kept, stored, failed);
  }

  /** null when the session was begun before: by an earlier start of this process, or before a replay. */
  #begin(stored: StoredMessage): KeptSession | null {
    const { message } = stored;
    if (this.sessions.isKnown(message.session)) return null;
    this.sessions.add(message, stored.partition);
    if (this.writer.hasSession(message.session)) return null;
    const kept = { run: openRun(this.#interpreter, message), missing: [] };
    this.#kept.set(message.session, kept);
    return kept;
  }

  #continue(kept: KeptSession, stored: StoredMessage, failed: OnFailedFrame): void {
    const { run } = kept;
    const first = stored.message.frames[0]?.sequence ?? 0;
    if (first > run.next) kept.missing = addRange(kept.missing, run.next, first - 1);
    const results = runMessage(run, stored, this.#interpreter, this.#clockOf, (error) => failed(stored, error));
    const spans = this.bindings.spansOf(stored.message.device);
    for (const { outcome, source } of lastWords(results)) {
      if (outcome.kind !== 'readings') this.#writeOther(outcome, source);
      else if (source.position === stored.position) this.#writeNew(outcome, source, spans);
      else this.#writeReadings(outcome, source, spans, this.#storedReading, this.#retellSample);
    }
    this.#noteSession(run, stored);
  }

  /** Readings of a frame that came just now: there are no rows of it yet. */
  #writeNew(outcome: ReadingsOutcome, source: FrameSource, spans: readonly BindingSpan[]): void {
    this.#writeReadings(outcome, source, spans, noReading, (sample) => this.#samples.add(sample, source, spans));
  }

  #storedReading = (readingId: string): ReadingRow | null => this.writer.byId(readingId);

  /** A sample whose time is told again has a point at its old time, which only a whole run finds. */
  #retellSample = (_sample: TimedReading, source: FrameSource): void => this.sessions.markStale(source.session);

  /** Brings everything of a session to what its frames in the log say now. */
  #runAgain(session: string, failed: OnFailedFrame): void {
    const whole = this.reader.read(session);
    const existing = this.writer.ofSession(session);
    this.undecodable.clear(session);
    this.#kept.delete(session);
    if (whole === null) {
      this.#samples.replaceSession(session, [], [], this.reader.positionsOf(session), NO_FRAMES);
      for (const row of existing.values()) this.#supersede(row, NO_FRAMES);
      return;
    }
    this.#kept.set(session, { run: whole.run, missing: gapsOf(whole.ranges) });
    for (const { place, error } of whole.failures) failed(place, error);
    const carriers = this.#writeWhole(session, whole, existing);
    for (const row of existing.values()) this.#supersede(row, carriers);
  }

  /** Takes the rows that are met out of `existing`. @returns sequences of the frames that carry readings */
  #writeWhole(session: string, whole: WholeSession, existing: Map<string, ReadingRow>): ReadonlySet<number> {
    const [first] = whole.messages;
    if (first === undefined) return NO_FRAMES;
    const carriers = new Set<number>();
    const spotRefs = new Set<number>();
    const spans = this.bindings.spansOf(first.message.device);
    const samples: { sample: TimedReading; source: FrameSource }[] = [];
    for (const { outcome, source } of whole.results) {
      if (outcome.kind !== 'readings') this.#writeOther(outcome, source);
      else {
        this.#writeReadings(outcome, source, spans, takeFrom(existing), (sample) => samples.push({ sample, source }));
        if (!outcome.readings.some(({ kind }) => kind === 'spot')) continue;
        carriers.add(source.sequence);
        spotRefs.add(refOf(source.position, source.index));
      }
    }
    const positions = new Set(whole.messages.map(({ position }) => position));
    this.#samples.replaceSession(session, samples, spans, positions, spotRefs);
    this.#noteSession(whole.run, first);
    return carriers;
  }

  #noteSession(run: SessionRun, stored: StoredMessage): void {
    if (run.unsyncedBoots.size > 0) this.sessions.noteUnsynced(stored.message, run.unsyncedBoots);
    const last = run.recent.get(run.next - 1);
    if (last !== undefined) this.devices.note(LAST_FRAME, String(last.gatewayAt ?? last.receivedAt), last);
  }

  #writeOther(outcome: Exclude<Outcome, { kind: 'readings' }>, source: FrameSource): void {
    switch (outcome.kind) {
      case 'undecodable':
        this.undecodable.add(source, outcome.code, outcome.offset);
        break;
      case 'fact':
        this.devices.note(outcome.fact, String(outcome.value), source);
        if (source.sourceKind === 'gateway') this.#events.push(deviceEvent(source));
        break;
      case 'unknown-characteristic':
        break;
    }
  }

  /** @param rowOf the row that a reading has already */
  #writeReadings(
    outcome: ReadingsOutcome,
    source: FrameSource,
    spans: readonly BindingSpan[],
    rowOf: (readingId: string) => ReadingRow | null,
    onSample: (sample: TimedReading, source: FrameSource) => void,
  ): void {
    const spots = outcome.readings.filter((reading) => reading.kind === 'spot');
    for (const reading of outcome.readings) if (reading.kind === 'sample') onSample(reading, source);
    if (spots.length === 0) return;
    const rows = spots.map((reading) => rowOf(reading.readingId));
    const fingerprint = fingerprintOf(outcome.measured, source.characteristic ?? '', source.bytes);
    for (const row of rows) if (row !== null) this.#leaveOldPlace(row, source, fingerprint.key);
    const relations = this.fingerprints.enter(source, fingerprint);
    for (const session of relations.affected) {
      // Frames that come later in the same session are still to come, or are met in the same run.
      if (session !== source.session) this.sessions.markStale(session);
    }
    spots.forEach((reading, i) => {
      const row = rows[i] ?? null;
      if (row === null && relations.duplicate) return;
      this.#settle(toInterpreted(reading, source, fingerprint.key), row, relations, spans, reading.components);
    });
    this.devices.noteProfile(source.device, outcome.measured.profile);
  }

  /** A frame whose time or content is understood otherwise than before leaves its old place among its like. */
  #leaveOldPlace(previous: ReadingRow, source: FrameSource, key: string): void {
    if (previous.fingerprint === null) return;
    if (previous.fingerprint === key && previous.gatewayAt === source.gatewayAt) return;
    this.#leave(previous);
  }

  #leave(row: ReadingRow): void {
    const frame = carrierOf(row);
    if (frame === null || row.fingerprint === null) return;
    for (const session of this.fingerprints.leave(frame, row.fingerprint)) this.sessions.markStale(session);
  }

  #settle(
    part: InterpretedPart,
    row: ReadingRow | null,
    relations: Relations,
    spans: readonly BindingSpan[],
    measured?: readonly Component[],
  ): void {
    const same = relations.same.map((frame) => `${frame.session}.${frame.sequence}:${part.slot}`);
    const settled = settle(part, {
      assignment: assign(spans, part.effectiveAt, part.uncertaintyMs ?? 0, part.userSlot),
      decisions: this.decisions.ofReadings([part.readingId, ...same]),
      addedQuality: relations.addedQuality,
      superseded: relations.duplicate,
      note: null,
    });
    this.#write({ ...part, ...settled }, row, measured);
  }

  #write(desired: DesiredReading, row: ReadingRow | null, measured?: readonly Component[]): void {
    const changed = this.writer.write(desired, row, measured);
    if (changed && (row !== null || desired.sourceKind !== 'seed')) {
      this.#events.push({ type: 'reading', readingId: desired.readingId });
    }
  }

  /** A reading that the frames no longer say: kept, with its versions, and out of everything that counts. */
  #supersede(row: ReadingRow, carriers: ReadonlySet<number>): void {
    if (row.status !== 'superseded') this.#write({ ...row, status: 'superseded', usable: false }, row);
    if (row.sequence === null || !carriers.has(row.sequence)) this.#leave(row);
  }

  #processManual(entry: LogEntry): void {
    if (entry.body === null) return;
    const manual = parseManual(entry.body);
    const components = manual.components as Component[];
    const metric = metricOf(manual.metric);
    const implausible = metric !== undefined && !isPlausible(metric.id, components);
    const part: InterpretedPart = {
      readingId: manual.readingId,
      metric: manual.metric,
      components: JSON.stringify(components),
      quality: JSON.stringify(implausible ? ['implausible'] : []),
      effectiveAt: manual.measuredAt,
      uncertaintyMs: 0,
      verdict: 'entered',
      reason: null,
      deviceTime: null,
      clockOffsetMs: null,
      gatewayAt: null,
      receivedAt: entry.receivedAt,
      sourceKind: 'manual',
      device: null,
      session: null,
      sequence: null,
      slot: manual.metric,
      userSlot: null,
      fingerprint: null,
      partition: entry.partition,
      position: entry.position,
      frameIndex: 0,
    };
    this.#settleManual(part, { patientId: manual.patientId, note: manual.note });
  }

  #settleManual(part: InterpretedPart, manual: { patientId: string; note: string | null }): void {
    const settled = settle(part, {
      assignment: { patient: manual.patientId, trayReason: null },
      decisions: this.decisions.ofReadings([part.readingId]),
      addedQuality: [],
      superseded: false,
      note: manual.note,
    });
    this.#write({ ...part, ...settled }, this.writer.byId(part.readingId));
  }

  #processDecision(entry: LogEntry): void {
    const effect = this.decisions.enter(entry);
    if (effect === null) return;
    if (effect.kind === 'reading') {
      this.#settleAgain(effect.readingId);
      return;
    }
    for (const session of this.sessions.ofDevice(effect.device)) {
      if (this.#reaches(session, effect.from, effect.to)) this.sessions.markStale(session);
    }
    this.#events.push({ type: 'event', event: { type: 'records', at: entry.receivedAt } });
  }

  /** One row after a decision about it. */
  #settleAgain(readingId: string): void {
    const row = this.writer.byId(readingId);
    if (row === null) return; // it may come back when a codec is fixed: then the decision holds again
    const entry = row.sourceKind === 'manual' ? this.#log.at(row.partition, row.position) : null;
    if (entry === null) this.#settleFrame(row);
    else this.#processManual(entry);
  }

  #settleFrame(row: ReadingRow): void {
    const frame = carrierOf(row);
    const same = frame === null || row.fingerprint === null ? [] : this.fingerprints.sameAs(frame, row.fingerprint);
    const addedQuality = row.addedQuality === null ? [] : (JSON.parse(row.addedQuality) as string[]);
    const relations = { duplicate: row.status === 'superseded', addedQuality, same, affected: [] };
    this.#settle(row, row, relations, row.device === null ? [] : this.bindings.spansOf(row.device));
  }

  /** Whether a session holds a reading or a sample that a binding in [from, to) may concern. */
  #reaches(session: string, from: number, to: number | null): boolean {
    const touches = (first: number, last: number) => last >= from && (to === null || first <= to);
    return (
      [...this.writer.ofSession(session).values()].some(
        ({ effectiveAt: at, uncertaintyMs }) =>
          at === null || touches(at - (uncertaintyMs ?? 0), at + (uncertaintyMs ?? 0)),
      ) || this.#samples.extentsOf(session).some((e) => touches(e.firstT - e.uncertaintyMs, e.lastT + e.uncertaintyMs))
    );
  }
}

const noReading = (): null => null;

/** Gives each row once, so that what is left at the end was not met. */
function takeFrom(rows: Map<string, ReadingRow>): (readingId: string) => ReadingRow | null {
  return (readingId) => {
    const row = rows.get(readingId) ?? null;
    rows.delete(readingId);
    return row;
  };
}

function fills(missing: readonly Range[], { message: { frames } }: StoredMessage): boolean {
  if (missing.length === 0) return false;
  const [first, last] = [frames[0]?.sequence ?? 0, frames.at(-1)?.sequence ?? 0];
  return missing.some((gap) => gap.first <= last && gap.last >= first);
}

/** What lies between 0 and the last sequence and is not there. */
function gapsOf(ranges: readonly Range[]): Range[] {
  return ranges.flatMap(({ first }, i) => {
    const start = (ranges[i - 1]?.last ?? -1) + 1;
    return first > start ? [{ first: start, last: first - 1 }] : [];
  });
}

function carrierOf({ device, session, sequence, gatewayAt }: ReadingRow): CarrierFrame | null {
  return device === null || session === null || sequence === null ? null : { device, session, sequence, gatewayAt };
}

function deviceEvent({ device, receivedAt }: FrameSource): NewEvent {
  return { type: 'event', event: { type: 'device', at: receivedAt, deviceId: device } };
}

function toInterpreted(reading: TimedReading, source: FrameSource, fingerprint: string): InterpretedPart {
  const { time } = reading;
  return {
    readingId: reading.readingId,
    metric: reading.metric,
    components: JSON.stringify(reading.components),
    quality: JSON.stringify(qualityOf(reading, source)),
    effectiveAt: time.effectiveAt,
    uncertaintyMs: time.uncertaintyMs,
    verdict: time.verdict,
    reason: time.reason,
    deviceTime: time.deviceTime,
    clockOffsetMs: time.clockOffsetMs,
    gatewayAt: time.gatewayAt,
    receivedAt: source.receivedAt,
    sourceKind: source.sourceKind,
    device: source.device,
    session: source.session,
    sequence: source.sequence,
    slot: reading.slot,
    userSlot: reading.userSlot,
    fingerprint,
    partition: source.partition,
    position: source.position,
    frameIndex: source.index,
  };
}
