/** Which sequences of which session are in the log: answers "is this message new?" without reading the log each time. */
import type { Log } from './log.ts';
import type { SessionRange } from './log-work.ts';
import { Lru } from './lru.ts';
import { addRange, covers, type Range } from './ranges.ts';

interface Coverage {
  readonly gateway: string;
  readonly device: string;
  ranges: readonly Range[];
}

export interface Span extends Range {
  readonly gateway: string;
  readonly device: string;
  readonly session: string;
}

type Verdict = 'new' | 'stored' | 'foreign';

export class SessionCoverage {
  readonly #log: Log;
  readonly #sessions: Lru<string, Coverage>;

  constructor(log: Log, capacity = 50_000) {
    this.#log = log;
    this.#sessions = new Lru(capacity);
  }

  /** `foreign`: the session belongs to another device or gateway, so its frame ids would clash. */
  check(span: Span): Verdict {
    return judge(this.#of(span), span);
  }

  /** To be told of each span that is appended; a transaction that fails is told by {@link forget}. */
  add(span: Span): void {
    const known = this.#of(span);
    known.ranges = addRange(known.ranges, span.first, span.last);
  }

  forget(): void {
    this.#sessions.clear();
  }

  #of(span: Span): Coverage {
    const kept = this.#sessions.get(span.session);
    if (kept !== undefined) return kept;
    const coverage = coverageOf(this.#log.rangesOf(span.session), span);
    this.#sessions.set(span.session, coverage);
    return coverage;
  }
}

/** What is stored of a session; of a new one nothing, and it belongs to whoever sends it first. */
export function coverageOf(stored: readonly SessionRange[], span: Span): Coverage {
  return {
    gateway: stored[0]?.source ?? span.gateway,
    device: stored[0]?.device ?? span.device,
    ranges: stored.reduce<Range[]>((ranges, row) => addRange(ranges, row.first, row.last), []),
  };
}

export function judge(known: Coverage, span: Span): Verdict {
  if (known.gateway !== span.gateway || known.device !== span.device) return 'foreign';
  return covers(known.ranges, span.first, span.last) ? 'stored' : 'new';
}
