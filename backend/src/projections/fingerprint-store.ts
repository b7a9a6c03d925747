/** Which frames hold the same: finds duplicates, possible repeats and conflicts, whichever of them came first. */
import type { Database } from '../db/database.ts';
import { isExact, REPEAT_WINDOW_MS, type Fingerprint } from './fingerprint.ts';

const SQL = {
  add: `insert into frame_fingerprint (organisation, device, fingerprint, at, session, sequence)
    values (?, ?, ?, ?, ?, ?) on conflict do nothing`,
  remove: `delete from frame_fingerprint
    where organisation = ? and device = ? and fingerprint = ? and at = ? and session = ? and sequence = ?`,
  group: `select at, session, sequence from frame_fingerprint
    where organisation = ? and device = ? and fingerprint = ? and at between ? and ?`,
  conflicts: `select session, sequence from frame_fingerprint
    where organisation = ? and device = ? and fingerprint >= ? and fingerprint < ? and fingerprint <> ?`,
} as const;

/** A frame that carries a reading. */
export interface CarrierFrame {
  readonly device: string;
  readonly session: string;
  readonly sequence: number;
  /** UTC ms; null when the gateway did not know the time. */
  readonly gatewayAt: number | null;
}

export interface Frame {
  readonly session: string;
  readonly sequence: number;
}

export interface Relations {
  /** Another frame, of an earlier session or earlier in this one, is the same measurement. */
  readonly duplicate: boolean;
  readonly addedQuality: readonly string[];
  /** Other frames that are the same measurement. */
  readonly same: readonly Frame[];
  /** Sessions for which this frame changes something. */
  readonly affected: readonly string[];
}

const ALONE: Relations = { duplicate: false, addedQuality: [], same: [], affected: [] };

export class FingerprintStore {
  readonly #db: Database;
  readonly #organisation: string;

  constructor(db: Database, organisation: string) {
    this.#db = db;
    this.#organisation = organisation;
  }

  /** Enters a frame and tells how it stands to the others; the same again for a frame that is known. */
  enter(frame: CarrierFrame, fingerprint: Fingerprint): Relations {
    const at = placeOf(fingerprint.key, frame);
    if (at === null) return ALONE;
    const { device, session, sequence } = frame;
    const added = this.#db.statement(SQL.add).run(this.#organisation, device, fingerprint.key, at, session, sequence);
    const isNew = added.changes === 1;
    return isExact(fingerprint.key)
      ? this.#exact(frame, fingerprint, isNew)
      : this.#repeats(frame, fingerprint.key, at, isNew);
  }

  /** A frame that no longer carries a reading, or did so at another time. @returns sessions for which that changes something */
  leave(frame: CarrierFrame, key: string): string[] {
    const at = placeOf(key, frame);
    if (at === null) return [];
    const { device, session, sequence } = frame;
    if (this.#db.run(SQL.remove, this.#organisation, device, key, at, session, sequence) === 0) return [];
    return this.#others(frame, key, at - REPEAT_WINDOW_MS, at + REPEAT_WINDOW_MS).map((other) => other.session);
  }

  /** Other frames that are the same measurement as this one. */
  sameAs(frame: CarrierFrame, key: string): Frame[] {
    return isExact(key) ? this.#others(frame, key, 0, 0) : [];
  }

  #exact(frame: CarrierFrame, fingerprint: Fingerprint, isNew: boolean): Relations {
    const same = this.#others(frame, fingerprint.key, 0, 0);
    const conflicts = this.#conflicts(frame, fingerprint);
    if (same.length === 0 && conflicts.length === 0) return ALONE;
    return {
      duplicate: same.some((other) => isBefore(other, frame)),
      addedQuality: conflicts.length > 0 ? ['sequence-conflict'] : [],
      same,
      affected: isNew ? [...same.filter((other) => isBefore(frame, other)), ...conflicts].map((f) => f.session) : [],
    };
  }

  #conflicts({ device }: CarrierFrame, { key, conflictPrefix }: Fingerprint): Frame[] {
    if (conflictPrefix === null) return [];
    // The prefix ends in a colon; a semicolon is the character behind it.
    const end = `${conflictPrefix.slice(0, -1)};`;
    return this.#db.all(SQL.conflicts, this.#organisation, device, conflictPrefix, end, key).map(toFrame);
  }

  #repeats(frame: CarrierFrame, key: string, at: number, isNew: boolean): Relations {
    const others = this.#others(frame, key, at - REPEAT_WINDOW_MS, at + REPEAT_WINDOW_MS);
    if (others.length === 0) return ALONE;
    const isLater = (other: Frame & { at: number }) => (other.at === at ? isBefore(frame, other) : other.at > at);
    return {
      duplicate: false,
      addedQuality: others.some((other) => !isLater(other)) ? ['possible-repeat'] : [],
      same: [],
      affected: isNew ? others.filter(isLater).map((other) => other.session) : [],
    };
  }

  #others(frame: CarrierFrame, key: string, from: number, to: number): (Frame & { at: number })[] {
    const rows = this.#db.all(SQL.group, this.#organisation, frame.device, key, from, to);
    if (rows.length <= 1 && rows[0]?.['session'] === frame.session && rows[0]['sequence'] === frame.sequence) return [];
    return rows
      .map((row) => ({ ...toFrame(row), at: row['at'] as number }))
      .filter((other) => other.session !== frame.session || other.sequence !== frame.sequence);
  }
}

/** Exact fingerprints stand together whenever they came; others at the time at which they came; null: they can't be placed. */
function placeOf(key: string, frame: CarrierFrame): number | null {
  return isExact(key) ? 0 : frame.gatewayAt;
}

/** Session ids sort by time. */
function isBefore(a: Frame, b: Frame): boolean {
  return a.session === b.session ? a.sequence < b.sequence : a.session < b.session;
}

function toFrame(row: Record<string, unknown>): Frame {
  return { session: row['session'] as string, sequence: row['sequence'] as number };
}
