/** Everything that is known about one stored value: its bytes, its fields, its way, its times, its earlier versions. */
import type { ApiReading, Explanation } from '@gaya/protocols/api';
import { codecOf } from '@gaya/protocols/gatt';
import { fromHex } from '@gaya/protocols/bytes/hex';
import type { WireFrame } from '@gaya/protocols/messages';
import type { DecisionStore } from '../projections/decision-store.ts';
import type { FingerprintStore } from '../projections/fingerprint-store.ts';
import { fingerprintOf } from '../projections/fingerprint.ts';
import { toApiSample } from '../projections/sample-writer.ts';
import type { SessionReader, WholeSession } from '../projections/session-reader.ts';
import type { SourcedOutcome } from '../projections/session-run.ts';
import { assign } from '../projections/binding-index.ts';
import type { BindingStore } from '../projections/binding-store.ts';

export interface ExplainerParts {
  readonly reader: SessionReader;
  readonly decisions: DecisionStore;
  readonly fingerprints: FingerprintStore;
  readonly bindings: BindingStore;
}

type ReadingsOutcome = Extract<SourcedOutcome['outcome'], { kind: 'readings' }>;

interface Found {
  readonly whole: WholeSession;
  readonly outcome: ReadingsOutcome;
  readonly source: SourcedOutcome['source'];
}

export class Explainer {
  readonly #parts: ExplainerParts;

  constructor(parts: ExplainerParts) {
    this.#parts = parts;
  }

  /**
   * @param versions of the reading row, the present one last; none for a sample, which has no row
   * @returns null when neither a row nor the log knows the reading
   */
  explain(readingId: string, versions: readonly ApiReading[]): Explanation | null {
    const found = this.#find(readingId);
    const reading = versions.at(-1) ?? (found === null ? undefined : this.#sample(readingId, found));
    if (reading === undefined) return null;
    return {
      reading,
      versions: versions.slice(0, -1),
      frame: found === null ? null : frameOf(found),
      measurement: found?.outcome.measured.measurement ?? null,
      decisions: this.#parts.decisions.ofReadings([readingId]).map(({ kind, author, at, reason }) => ({
        kind,
        author,
        at,
        reason,
      })),
      duplicates: found === null ? [] : this.#duplicates(found),
    };
  }

  /** The outcome that carries the reading; also of one that is superseded, as long as its frame is in the log. */
  #find(readingId: string): Found | null {
    const dot = readingId.indexOf('.');
    if (dot < 0) return null;
    const whole = this.#parts.reader.read(readingId.slice(0, dot));
    for (const { outcome, source } of whole?.results ?? []) {
      if (outcome.kind !== 'readings' || whole === null) continue;
      if (outcome.readings.some((reading) => reading.readingId === readingId)) return { whole, outcome, source };
    }
    return null;
  }

  #sample(readingId: string, { outcome, source }: Found): ApiReading | undefined {
    const sample = outcome.readings.find((reading) => reading.readingId === readingId && reading.kind === 'sample');
    if (sample === undefined) return undefined;
    const spans = this.#parts.bindings.spansOf(source.device);
    const { effectiveAt, uncertaintyMs } = sample.time;
    return toApiSample(sample, source, assign(spans, effectiveAt, uncertaintyMs ?? 0, sample.userSlot).patient);
  }

  #duplicates({ outcome, source }: Found): string[] {
    const { key } = fingerprintOf(outcome.measured, source.characteristic ?? '', source.bytes);
    return this.#parts.fingerprints.sameAs(source, key).map(({ session, sequence }) => `${session}.${sequence}`);
  }
}

function frameOf({ whole, source }: Found): Explanation['frame'] {
  const stored = whole.messages.find(({ position }) => position === source.position);
  const frame: WireFrame | undefined = stored?.message.frames[source.index];
  if (stored === undefined || frame === undefined) return null;
  const codec = source.characteristic === null ? undefined : codecOf(source.characteristic);
  return {
    frameId: `${source.session}.${source.sequence}`,
    session: source.session,
    sequence: source.sequence,
    gateway: stored.message.gateway,
    how: frame.how,
    service: frame.service ?? null,
    characteristic: source.characteristic,
    characteristicName: codec?.name ?? null,
    spec: codec?.spec ?? null,
    hex: frame.bytes,
    fields: codec?.fields(fromHex(frame.bytes)).map((field) => ({ ...field })) ?? [],
    wall: frame.wall,
    synced: frame.synced,
    entry: { partition: source.partition, position: source.position },
  };
}
