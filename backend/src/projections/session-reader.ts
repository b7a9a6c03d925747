/** A whole session out of the log and through the interpreter: for sessions that are run again, and to explain a value. */
import { parseStoredFrames } from '../ingest/read-envelope.ts';
import type { Log, LogEntry, LogPlace } from '../log/log.ts';
import { addRange, type Range } from '../log/ranges.ts';
import { frameIndexOf, positionOf } from '../series/series-store.ts';
import type { Interpreter } from './interpreter.ts';
import type { SampleLookUp } from './sample-writer.ts';
import {
  lastWords,
  openRun,
  runMessage,
  type BootClocks,
  type SessionRun,
  type SourcedOutcome,
  type StoredMessage,
} from './session-run.ts';

export interface WholeSession {
  readonly run: SessionRun;
  readonly messages: readonly StoredMessage[];
  readonly results: readonly SourcedOutcome[];
  /** Sequences that the log holds. */
  readonly ranges: readonly Range[];
  /** Entries with a frame that made the interpreter throw. */
  readonly failures: readonly { readonly place: LogPlace; readonly error: unknown }[];
}

export class SessionReader {
  readonly #log: Log;
  readonly #interpreter: Interpreter;
  readonly #clocks: BootClocks;

  constructor(log: Log, interpreter: Interpreter, clocks: BootClocks) {
    this.#log = log;
    this.#interpreter = interpreter;
    this.#clocks = clocks;
  }

  /** null when the log holds nothing of it (any more). */
  read(session: string): WholeSession | null {
    const entries = this.#log.ofSession(session);
    const messages = entries.flatMap((entry) => toStoredMessage(entry) ?? []);
    const [first] = messages;
    if (first === undefined) return null;
    const run = openRun(this.#interpreter, first.message);
    const failures: { place: LogPlace; error: unknown }[] = [];
    const results = messages.flatMap((stored) =>
      runMessage(run, stored, this.#interpreter, this.#clocks, (error) => failures.push({ place: stored, error })),
    );
    return { run, messages, results: lastWords(results), ranges: rangesOf(messages), failures };
  }

  /** Where the log has, or had before an erasure, something of it. */
  positionsOf(session: string): ReadonlySet<number> {
    return new Set(this.#log.ofSession(session).map(({ position }) => position));
  }

  lookUp: SampleLookUp = (session, ref, metric) => {
    for (const { outcome, source } of this.read(session)?.results ?? []) {
      if (outcome.kind !== 'readings' || source.position !== positionOf(ref) || source.index !== frameIndexOf(ref))
        continue;
      const sample = outcome.readings.find((reading) => reading.metric === metric);
      if (sample !== undefined) return { sample, source };
    }
    return null;
  };
}

/** null when the body was erased. */
export function toStoredMessage(entry: LogEntry): StoredMessage | null {
  if (entry.body === null) return null;
  const { partition, position, sourceKind, receivedAt } = entry;
  return { partition, position, sourceKind, receivedAt, message: parseStoredFrames(entry.body) };
}

function rangesOf(messages: readonly StoredMessage[]): Range[] {
  return messages.reduce<Range[]>((ranges, { message: { frames } }) => {
    const [first, last] = [frames[0], frames.at(-1)];
    return first === undefined || last === undefined ? ranges : addRange(ranges, first.sequence, last.sequence);
  }, []);
}
