/** What becomes of an interpreted reading: pure, from its binding, what people decided, and what other frames say. */
import type { Assignment } from '../projections/binding-index.ts';
import type { InterpretedPart, SettledPart } from './reading-row.ts';

/** A decision about one reading, in the order of the log. */
export interface ReadingDecision {
  readonly kind: 'file' | 'file-out' | 'set-aside' | 'restore' | 'correct';
  readonly author: string;
  /** UTC ms. */
  readonly at: number;
  readonly reason: string | null;
  /** Of `file`. */
  readonly patientId?: string;
  /** Of `correct`: all components, with units. */
  readonly components?: readonly { component: string; value: string | null; unit: string; absent?: string }[];
}

export interface Circumstances {
  readonly assignment: Assignment;
  readonly decisions: readonly ReadingDecision[];
  /** `possible-repeat`, `sequence-conflict`. */
  readonly addedQuality: readonly string[];
  /** Another frame is this measurement, or the frames no longer say it. */
  readonly superseded: boolean;
  /** Written down with a manual entry. */
  readonly note: string | null;
}

/** A value that the device itself disowns never counts as the patient's. */
const NOT_USABLE = /"(invalid|demo)"/;

export function settle(reading: InterpretedPart, c: Circumstances): SettledPart {
  const { patient, trayReason } = c.decisions.reduce(filed, c.assignment);
  const corrected = c.decisions.findLast((decision) => decision.kind === 'correct')?.components ?? null;
  const setAside = c.decisions.findLast((d) => d.kind === 'set-aside' || d.kind === 'restore')?.kind === 'set-aside';
  const status = c.superseded ? 'superseded' : setAside ? 'set-aside' : 'current';
  const notes = [c.note, ...c.decisions.map((decision) => decision.reason)].filter((note) => note !== null);
  return {
    status,
    addedQuality: c.addedQuality.length === 0 ? null : JSON.stringify(c.addedQuality),
    corrected: corrected === null ? null : JSON.stringify(corrected),
    usable:
      status === 'current' && patient !== null && reading.effectiveAt !== null && !NOT_USABLE.test(reading.quality),
    patient,
    trayReason,
    note: notes.length === 0 ? null : notes.join('\n'),
  };
}

function filed(before: Assignment, decision: ReadingDecision): Assignment {
  if (decision.kind === 'file' && decision.patientId !== undefined) {
    return { patient: decision.patientId, trayReason: null };
  }
  return decision.kind === 'file-out' ? { patient: null, trayReason: 'filed-out' } : before;
}
