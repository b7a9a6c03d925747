/** What may be said about a stored value: may one use it, and why not. Pure. */
import type { ApiReading } from '@gaya/protocols/api';

type TrustVerdict = 'good' | 'careful' | 'unusable' | 'aside' | 'superseded';

export interface Trust {
  readonly verdict: TrustVerdict;
  /** Marks that led to the verdict; codes of QualityFlag. */
  readonly marks: readonly string[];
}

const UNUSABLE: ReadonlySet<string> = new Set([
  'invalid',
  'implausible',
  'demo',
  'sensor-off',
  'equipment-malfunction',
]);
/** Said for completeness: where a value comes from does not make it worse. */
const NEUTRAL: ReadonlySet<string> = new Set(['test-data', 'from-storage']);

export function trustOf(reading: ApiReading): Trust {
  const against = reading.quality.filter((mark) => !NEUTRAL.has(mark));
  const marks = against.length > 0 ? against : reading.quality;
  if (reading.status === 'set-aside') return { verdict: 'aside', marks };
  if (reading.status === 'superseded') return { verdict: 'superseded', marks };
  if (reading.components.every((c) => c.value === null)) return { verdict: 'unusable', marks };
  if (against.some((mark) => UNUSABLE.has(mark))) return { verdict: 'unusable', marks };
  if (against.length > 0 || reading.time.effectiveAt === null) return { verdict: 'careful', marks };
  return { verdict: 'good', marks };
}

/** Three bars: full, doubtful, unusable. */
export function qualityBars(reading: ApiReading): 1 | 2 | 3 {
  const { verdict } = trustOf({ ...reading, status: 'current' });
  return verdict === 'good' ? 3 : verdict === 'careful' ? 2 : 1;
}
