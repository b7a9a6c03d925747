/** A bucket of six hours as 24 quarters of an hour, packed: charts of weeks read these and not every point. */
import { BUCKET_MS } from './series-store.ts';

export const SLOT_MS = 900_000;
const SLOTS = BUCKET_MS / SLOT_MS;

/** What is known of the values in a stretch of time; `n` 0: nothing, and the other fields say nothing. */
export interface Summary {
  min: number;
  max: number;
  sum: number;
  n: number;
}

/** min, max, sum and n of each slot. */
const NUMBERS = 4;

export function emptySummary(): Summary {
  return { min: Infinity, max: -Infinity, sum: 0, n: 0 };
}

export function addSummary(summary: Summary, other: Summary): void {
  if (other.min < summary.min) summary.min = other.min;
  if (other.max > summary.max) summary.max = other.max;
  summary.sum += other.sum;
  summary.n += other.n;
}

/** No octets at all for a bucket without points. */
export function packSlots(slots: ReadonlyMap<number, Summary>): Uint8Array {
  if (slots.size === 0) return new Uint8Array(0);
  const numbers = new Float64Array(SLOTS * NUMBERS);
  for (const [slot, { min, max, sum, n }] of slots) numbers.set([min, max, sum, n], slot * NUMBERS);
  return new Uint8Array(numbers.buffer);
}

/** Calls back with each slot that has values. */
export function forEachSlot(body: Uint8Array, visit: (slot: number, summary: Summary) => void): void {
  if (body.length === 0) return;
  const numbers = new Float64Array(body.slice().buffer);
  for (let slot = 0; slot < SLOTS; slot++) {
    const at = slot * NUMBERS;
    const n = numbers[at + 3] ?? 0;
    if (n === 0) continue;
    visit(slot, { min: numbers[at] ?? 0, max: numbers[at + 1] ?? 0, sum: numbers[at + 2] ?? 0, n });
  }
}
