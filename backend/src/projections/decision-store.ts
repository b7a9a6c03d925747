/** Decisions of people as the projection knows them: bindings, and what was decided about single readings. */
import type { Database } from '../db/database.ts';
import { parseDecision, type DecisionBody, type ReadingDecisionBody } from '../decisions/decision-messages.ts';
import type { LogEntry } from '../log/log.ts';
import type { ReadingDecision } from '../readings/settle.ts';
import type { BindingStore } from './binding-store.ts';

const SQL = {
  add: `insert into reading_decision (organisation, reading_id, partition, position, kind, author, at, reason, detail)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing`,
  any: 'select 1 from reading_decision where organisation = ? limit 1',
  ofReading: `select position, kind, author, at, reason, detail from reading_decision
    where organisation = ? and reading_id = ? order by partition, position`,
} as const;

/** What a decision may change. */
export type DecisionEffect =
  | { readonly kind: 'reading'; readonly readingId: string }
  /** [from, to), UTC ms: the time for which another patient may be right now. */
  | { readonly kind: 'device'; readonly device: string; readonly from: number; readonly to: number | null };

export class DecisionStore {
  readonly #db: Database;
  readonly #organisation: string;
  readonly #bindings: BindingStore;
  /** Whether there is any decision about a reading; null: not looked yet. */
  #any: boolean | null = null;

  constructor(db: Database, organisation: string, bindings: BindingStore) {
    this.#db = db;
    this.#organisation = organisation;
    this.#bindings = bindings;
    db.onRollback(() => (this.#any = null));
  }

  /** To be called when the table was emptied. */
  forget(): void {
    this.#any = null;
  }

  /** Enters a decision of the log; null when it was entered before. @throws {UnreadableBodyError} */
  enter(entry: LogEntry): DecisionEffect | null {
    if (entry.body === null) return null;
    const decision = parseDecision(entry.body);
    if ('readingId' in decision) return this.#enterReading(entry, decision);
    return this.#enterBinding(entry, decision);
  }

  /** In the order of the log. */
  ofReadings(readingIds: readonly string[]): ReadingDecision[] {
    this.#any ??= this.#db.get(SQL.any, this.#organisation) !== undefined;
    if (!this.#any) return [];
    const rows = readingIds.flatMap((id) => this.#db.all(SQL.ofReading, this.#organisation, id));
    return rows
      .toSorted((a, b) => (a['position'] as number) - (b['position'] as number))
      .map((row) => ({
        kind: row['kind'] as ReadingDecision['kind'],
        author: row['author'] as string,
        at: row['at'] as number,
        reason: row['reason'] as string | null,
        ...(JSON.parse(row['detail'] as string) as Pick<ReadingDecision, 'patientId' | 'components'>),
      }));
  }

  #enterReading(entry: LogEntry, decision: ReadingDecisionBody): DecisionEffect | null {
    const { readingId, kind, author, at, reason, patientId, components } = decision;
    const detail = JSON.stringify({ patientId, components });
    const { partition, position } = entry;
    const values = [this.#organisation, readingId, partition, position, kind, author, at, reason, detail] as const;
    this.#any = true;
    return this.#db.run(SQL.add, ...values) === 0 ? null : { kind: 'reading', readingId };
  }

  #enterBinding(entry: LogEntry, decision: Exclude<DecisionBody, ReadingDecisionBody>): DecisionEffect | null {
    const { bindingId, deviceId, patientId, userSlot, from, to, at, author } = decision;
    if (this.#bindings.isEntered(bindingId, entry.position)) return null;
    const before = this.#bindings.byId(bindingId);
    const binding = { bindingId, deviceId, patientId, userSlot, from, to, recordedAt: at, recordedBy: author };
    this.#bindings.enter(binding, entry, decision.kind === 'withdraw-binding');
    return {
      kind: 'device',
      device: deviceId,
      from: Math.min(from, before?.from ?? from),
      to: to === null || before?.to === null ? null : Math.max(to, before?.to ?? to),
    };
  }
}
