/** Entries that were just appended, with their parsed messages: while the projection keeps up, it need not read the log. */
import type { LogEntry } from '../log/log.ts';
import type { StoredMessage } from './session-run.ts';

export interface RecentEntry {
  readonly entry: LogEntry;
  readonly stored: StoredMessage;
}

/** Octets of bodies kept at most; beyond it the log is read. */
const MAX_OCTETS = 32 * 1024 * 1024;

export class RecentEntries {
  /** Of each partition in order, without gaps. */
  readonly #partitions = new Map<number, RecentEntry[]>();
  #octets = 0;

  add(recent: RecentEntry): void {
    const { partition, position } = recent.entry;
    const list = this.#partitions.get(partition) ?? [];
    const last = list.at(-1);
    const continues = last === undefined || last.entry.position + 1 === position;
    if (!continues || this.#octets > MAX_OCTETS) return;
    list.push(recent);
    this.#partitions.set(partition, list);
    this.#octets += recent.entry.body?.length ?? 0;
  }

  /** Entries that follow a position directly; those before it are forgotten, none are given when there is a gap. */
  take(partition: number, after: number, limit: number): RecentEntry[] {
    const list = this.#partitions.get(partition);
    const [first] = list ?? [];
    if (list === undefined || first === undefined) return [];
    if (first.entry.position > after + 1) return [];
    const skip = after + 1 - first.entry.position;
    const taken = list.splice(0, skip + limit);
    for (const { entry } of taken) this.#octets -= entry.body?.length ?? 0;
    if (list.length === 0) this.#partitions.delete(partition);
    return taken.slice(skip);
  }

  clear(): void {
    this.#partitions.clear();
    this.#octets = 0;
  }
}
