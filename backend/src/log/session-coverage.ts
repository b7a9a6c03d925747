/** Which sequences of which session are in the log: answers "is this message new?" without reading the log each time. */
import type { Log } from './log.ts';
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

export class SessionCoverage {
  readonly #log: Log;
  readonly #sessions: Lru<string, Coverage>;

  constructor(log: Log, capacity = 50_000) {
    this.#log = log;
    this.#sessions = new Lru(capacity);
  }

  /** `foreign`: the session belongs to another device or gateway, so its frame ids would clash. */
  check(span: Span): 'new' | 'stored' | 'foreign' {
    const known = this.#of(span);
    if (known.gateway !== span.gateway || known.device !== span.device) return 'foreign';
    return covers(known.ranges, span.first, span.last) ? 'stored' : 'new';
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
    const rows = this.#log.rangesOf(span.session);
    const coverage: Coverage = {
      gateway: rows[0]?.source ?? span.gateway,
      device: rows[0]?.device ?? span.device,
      ranges: rows.reduce<Range[]>((ranges, row) => addRange(ranges, row.first, row.last), []),
    };
    this.#sessions.set(span.session, coverage);
    return coverage;
  }
}
