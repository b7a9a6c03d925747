/** The hub's own bindings, on SQLite: each answer is there when the call returns, and spans are kept in memory. */
import type { Binding } from '@gaya/protocols/api';
import type { Database } from '../db/database.ts';
import { runNow } from '../db/sqlite-sql.ts';
import { Lru } from '../log/lru.ts';
import { BindingWork, type BindingRow } from '../records/binding-work.ts';
import { spanOf, type BindingSpan } from './binding-index.ts';

export type { BindingRow } from '../records/binding-work.ts';

export class BindingStore {
  readonly #db: Database;
  readonly #work: BindingWork;
  readonly #spans = new Lru<string, readonly BindingSpan[]>(50_000);

  constructor(db: Database, organisation: string) {
    this.#db = db;
    this.#work = new BindingWork(organisation);
    db.onRollback(() => this.#spans.clear());
  }

  /** Bindings of a device as they are believed now. */
  spansOf(device: string): readonly BindingSpan[] {
    const kept = this.#spans.get(device);
    if (kept !== undefined) return kept;
    const spans = this.ofDevice(device).map(({ patientId, userSlot, from, to }) =>
      spanOf(patientId, userSlot, from, to),
    );
    this.#spans.set(device, spans);
    return spans;
  }

  byId(bindingId: string): BindingRow | null {
    return runNow(this.#db, this.#work.byId(bindingId));
  }

  list(knownAt?: number): BindingRow[] {
    return runNow(this.#db, this.#work.list(knownAt));
  }

  ofDevice(device: string, knownAt?: number): BindingRow[] {
    return runNow(this.#db, this.#work.ofDevice(device, knownAt));
  }

  ofPatient(patient: string, knownAt?: number): BindingRow[] {
    return runNow(this.#db, this.#work.ofPatient(patient, knownAt));
  }

  /** Whether a decision at this place of the log, or a later one about the same binding, was entered before. */
  isEntered(bindingId: string, position: number): boolean {
    return runNow(this.#db, this.#work.isEntered(bindingId, position));
  }

  /** What is believed of a binding since a decision. `withdrawn`: that it never held. */
  enter(binding: Binding, place: { partition: number; position: number }, withdrawn = false): void {
    runNow(this.#db, this.#work.enter(binding, place, withdrawn));
    this.#spans.delete(binding.deviceId);
  }
}

/** The wire form, without what is the store's own. */
export function toApiBinding({ bindingId, deviceId, patientId, userSlot, from, to, ...recorded }: BindingRow): Binding {
  const { recordedAt, recordedBy } = recorded;
  return { bindingId, deviceId, patientId, userSlot, from, to, recordedAt, recordedBy };
}
