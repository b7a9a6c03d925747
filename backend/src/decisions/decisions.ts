/**
 * What people decide: checked against what is known, appended to the log, and answered when the projection has it.
 * One at a time, so that two who decide at once are checked one after the other.
 */
import type {
  ApiReading,
  Binding,
  BindingInput,
  CorrectReading,
  FileReading,
  ManualReading,
  RestoreReading,
  SetAside,
} from '@gaya/protocols/api';
import { definitionOf, metricOf } from '@gaya/protocols/metrics';
import type { Static } from 'typebox';
import type { Database } from '../db/database.ts';
import type { Log, LogPlace, NewEntry } from '../log/log.ts';
import { newId, type Random } from '../log/store.ts';
import { RecordError, type Author, type Decisions, type StoredReading } from '../ports.ts';
import { toApiBinding, type BindingRow, type BindingStore } from '../projections/binding-store.ts';
import type { SqliteReadings } from '../readings/readings-repository.ts';
import {
  BODY_VERSION,
  DECISION_SCHEMA,
  encodeBody,
  MANUAL_SCHEMA,
  type DecisionBody,
  type ManualBody,
  type ReadingDecisionBody,
} from './decision-messages.ts';

/** Clocks of people's computers run ahead by a little. */
const FUTURE_TOLERANCE_MS = 5 * 60_000;
const DECIMAL = /^-?[0-9]+(\.[0-9]+)?$/;

type Components = Static<typeof CorrectReading>['components'];

export interface DecisionParts {
  readonly db: Database;
  readonly log: Log;
  readonly clock: () => number;
  readonly random: Random;
  readonly bindings: BindingStore;
  readonly readings: SqliteReadings;
  readonly hasPatient: (patientId: string) => boolean;
  readonly hasDevice: (deviceId: string) => boolean;
  /** Resolves when the projection has come this far. */
  readonly reached: (target: ReadonlyMap<number, number>) => Promise<void>;
  /** Resolves when everything that is in the log now is projected. */
  readonly caughtUp: () => Promise<void>;
  /** To be told after a commit. */
  readonly appended: (places: readonly LogPlace[]) => void;
}

export class LoggedDecisions implements Decisions {
  readonly #parts: DecisionParts;
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: DecisionParts) {
    this.#parts = parts;
  }

  bind(input: Static<typeof BindingInput>, by: Author, reason?: string): Promise<Binding> {
    return this.#decide(async () => {
      this.#checkBinding(input, null);
      const bindingId = newId(this.#parts.random);
      await this.#append('bind', { bindingId, ...spanOf(input) }, by, reason);
      return this.#binding(bindingId);
    });
  }

  endBinding(bindingId: string, to: number, by: Author, reason?: string): Promise<Binding> {
    return this.#decide(async () => {
      const { deviceId, patientId, userSlot, from, to: ended } = this.#bindingRow(bindingId);
      if (ended !== null && ended <= to) throw new RecordError('already-ended');
      if (to <= from) throw new RecordError('invalid-interval', '/to');
      await this.#append('end-binding', { bindingId, deviceId, patientId, userSlot, from, to }, by, reason);
      return this.#binding(bindingId);
    });
  }

  correctBinding(bindingId: string, input: Static<typeof BindingInput>, by: Author, reason: string): Promise<Binding> {
    return this.#decide(async () => {
      // A binding stays with its device: for another device it is withdrawn and made anew.
      if (this.#bindingRow(bindingId).deviceId !== input.deviceId) throw new RecordError('unknown-device', '/deviceId');
      this.#checkBinding(input, bindingId);
      await this.#append('correct-binding', { bindingId, ...spanOf(input) }, by, reason);
      return this.#binding(bindingId);
    });
  }

  withdrawBinding(bindingId: string, by: Author, reason: string): Promise<void> {
    return this.#decide(async () => {
      const { deviceId, patientId, userSlot, from, to } = this.#bindingRow(bindingId);
      await this.#append('withdraw-binding', { bindingId, deviceId, patientId, userSlot, from, to }, by, reason);
    });
  }

  file(readingId: string, input: Static<typeof FileReading>, by: Author): Promise<StoredReading> {
    return this.#aboutReading(readingId, () => {
      if (!this.#parts.hasPatient(input.patientId)) throw new RecordError('unknown-patient', '/patientId');
      return { kind: 'file', patientId: input.patientId, ...this.#head(by, input.reason) };
    });
  }

  fileOut(readingId: string, reason: string, by: Author): Promise<StoredReading> {
    return this.#aboutReading(readingId, () => ({ kind: 'file-out', ...this.#head(by, reason) }));
  }

  setAside(readingId: string, input: Static<typeof SetAside>, by: Author): Promise<StoredReading> {
    return this.#aboutReading(readingId, (reading) => {
      if (reading.status === 'set-aside') throw new RecordError('already-set-aside');
      return { kind: 'set-aside', ...this.#head(by, input.reason) };
    });
  }

  restore(readingId: string, input: Static<typeof RestoreReading>, by: Author): Promise<StoredReading> {
    return this.#aboutReading(readingId, (reading) => {
      if (reading.status !== 'set-aside') throw new RecordError('not-set-aside');
      return { kind: 'restore', ...this.#head(by, input.reason) };
    });
  }

  correct(readingId: string, input: Static<typeof CorrectReading>, by: Author): Promise<StoredReading> {
    return this.#aboutReading(readingId, (reading) => ({
      kind: 'correct',
      components: corrected(reading, input.components),
      ...this.#head(by, input.reason),
    }));
  }

  enterManually(patientId: string, input: Static<typeof ManualReading>, by: Author): Promise<StoredReading> {
    return this.#decide(async () => {
      const { clock, random, hasPatient, log } = this.#parts;
      if (!hasPatient(patientId)) throw new RecordError('unknown-patient');
      if (input.measuredAt > clock() + FUTURE_TOLERANCE_MS) throw new RecordError('in-the-future', '/measuredAt');
      const readingId = `manual-${newId(random)}`;
      const body: ManualBody = {
        schema: MANUAL_SCHEMA,
        version: BODY_VERSION,
        readingId,
        patientId,
        metric: input.metric,
        components: entered(input.metric, input.components),
        measuredAt: input.measuredAt,
        author: by,
        at: clock(),
        note: input.note ?? null,
      };
      await this.#appendBody(body, 'manual', log.partitionOf(patientId), null);
      return this.#reading(readingId);
    });
  }

  /** In turn, on what everything before has become. */
  #decide<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(() => this.#parts.caughtUp()).then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }

  #aboutReading(
    readingId: string,
    decide: (reading: StoredReading) => Omit<ReadingDecisionBody, 'readingId'>,
  ): Promise<StoredReading> {
    return this.#decide(async () => {
      const reading = this.#reading(readingId);
      if (reading.status === 'superseded') throw new RecordError('superseded');
      // Beside the reading's own entry, so that the order of the partition is the order of its story.
      const partition = this.#parts.readings.partitionOf(readingId);
      await this.#appendBody({ ...decide(reading), readingId }, 'decision', partition, reading.device);
      return this.#reading(readingId);
    });
  }

  #head(by: Author, reason: string | undefined) {
    const at = this.#parts.clock();
    return { schema: DECISION_SCHEMA, version: BODY_VERSION, author: by, at, reason: reason ?? null } as const;
  }

  async #append(
    kind: 'bind' | 'end-binding' | 'correct-binding' | 'withdraw-binding',
    binding: Pick<Binding, 'bindingId' | 'deviceId' | 'patientId' | 'userSlot' | 'from' | 'to'>,
    by: Author,
    reason: string | undefined,
  ): Promise<void> {
    const body: DecisionBody = { ...this.#head(by, reason), kind, ...binding };
    await this.#appendBody(body, 'decision', this.#parts.log.partitionOf(binding.deviceId), binding.deviceId);
  }

  async #appendBody(
    body: DecisionBody | ManualBody,
    sourceKind: 'decision' | 'manual',
    partition: number,
    device: string | null,
  ): Promise<void> {
    const { db, log, clock, appended, reached } = this.#parts;
    const entry: NewEntry = {
      sourceKind,
      source: body.author,
      device,
      partition,
      session: null,
      firstSequence: null,
      lastSequence: null,
      contentType: body.schema,
      schemaVersion: body.version,
      body: encodeBody(body),
      receivedAt: clock(),
    };
    const places = db.transaction(() => log.append([{ entry }]));
    appended(places);
    await reached(new Map(places.map(({ partition, position }) => [partition, position])));
  }

  #checkBinding(input: Static<typeof BindingInput>, except: string | null): void {
    const { bindings, hasDevice, hasPatient } = this.#parts;
    const { deviceId, userSlot, from, to } = spanOf(input);
    if (!hasDevice(deviceId)) throw new RecordError('unknown-device', '/deviceId');
    if (!hasPatient(input.patientId)) throw new RecordError('unknown-patient', '/patientId');
    if (to !== null && to <= from) throw new RecordError('invalid-interval', '/to');
    const clash = bindings.ofDevice(deviceId).some((other) => {
      const sameSlot = other.userSlot === null || userSlot === null || other.userSlot === userSlot;
      const sameTime = (other.to === null || other.to > from) && (to === null || other.from < to);
      return other.bindingId !== except && sameSlot && sameTime;
    });
    if (clash) throw new RecordError('overlapping-binding', '/from');
  }

  #bindingRow(bindingId: string): BindingRow {
    const row = this.#parts.bindings.byId(bindingId);
    if (row === null) throw new RecordError('not-found');
    return row;
  }

  #binding(bindingId: string): Binding {
    return toApiBinding(this.#bindingRow(bindingId));
  }

  #reading(readingId: string): StoredReading {
    const reading = this.#parts.readings.get(readingId);
    if (reading === null) throw new RecordError('not-found');
    return reading;
  }
}

function spanOf({ deviceId, patientId, userSlot, from, to }: Static<typeof BindingInput>) {
  return { deviceId, patientId, userSlot: userSlot ?? null, from, to: to ?? null };
}

/** All components of a reading, with the new values in their places. */
function corrected(reading: ApiReading, changes: Components): NonNullable<ReadingDecisionBody['components']> {
  for (const [i, { component, value }] of changes.entries()) {
    if (!reading.components.some((own) => own.component === component)) {
      throw new RecordError('unknown-component', `/components/${i}/component`);
    }
    if (!DECIMAL.test(value)) throw new RecordError('invalid-value', `/components/${i}/value`);
  }
  return reading.components.map(({ component, value, unit, absent }) => {
    const change = changes.findLast((candidate) => candidate.component === component);
    if (change !== undefined) return { component, value: change.value, unit };
    return { component, value, unit, ...(absent === null ? {} : { absent }) };
  });
}

/** Components of a manual entry in the catalogue's unit; those that a metric has and nobody measured are left out. */
function entered(metricId: string, components: Components): ManualBody['components'] {
  const metric = metricOf(metricId);
  if (metric === undefined) throw new RecordError('unknown-metric', '/metric');
  const known = definitionOf(metric.id).components.map(({ id }): string => id);
  return components.map(({ component, value }, i) => {
    const isRepeated = components.findIndex((other) => other.component === component) !== i;
    if (!known.includes(component) || isRepeated)
      throw new RecordError('unknown-component', `/components/${i}/component`);
    if (!DECIMAL.test(value)) throw new RecordError('invalid-value', `/components/${i}/value`);
    return { component, value, unit: metric.unit };
  });
}
