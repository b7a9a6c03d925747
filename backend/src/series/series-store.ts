/** Where numbers over time are kept. A port: SQLite by default, another store by setting. */

/** Which line a point is on. A line belongs to one device, so that a reading that is moved never touches another's. */
export interface Line {
  readonly patient: string;
  readonly metric: string;
  readonly component: string;
  /** '' where no device measured it. */
  readonly device: string;
}

export interface PointKey extends Line {
  /** UTC ms. */
  readonly t: number;
  /** The frame that carries the value: keeps equal stamps apart and leads back to the log, see {@link refOf}. */
  readonly ref: number;
}

export interface Point extends PointKey {
  readonly value: number;
}

export interface SeriesStore {
  /** Takes `old` points away and puts `next` in their place; the same call again changes nothing. */
  replace(old: readonly PointKey[], next: readonly Point[]): void;
}

/** Frames in a message are at most 500. */
const FRAMES_PER_POSITION = 1024;

export function refOf(position: number, frameIndex: number): number {
  return position * FRAMES_PER_POSITION + frameIndex;
}

export function positionOf(ref: number): number {
  return Math.floor(ref / FRAMES_PER_POSITION);
}

export function frameIndexOf(ref: number): number {
  return ref % FRAMES_PER_POSITION;
}

/** Width of the buckets in which points lie together on the disk. */
export const BUCKET_MS = 6 * 3_600_000;

export const bucketOf = (t: number): number => Math.floor(t / BUCKET_MS);
