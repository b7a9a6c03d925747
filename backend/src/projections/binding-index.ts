/** Who a device's reading belongs to: by the binding that held when it was measured, and never by a guess. */

/** A binding as it is believed now. */
export interface BindingSpan {
  readonly patient: string;
  /** What it says of a reading that is surely its own. */
  readonly assignment: Assignment;
  /** null: any slot. */
  readonly slot: number | null;
  /** [from, to), UTC ms. */
  readonly from: number;
  readonly to: number | null;
}

type TrayReason = 'unbound' | 'time-unknown' | 'time-at-binding-edge' | 'slot-unknown' | 'filed-out';

export type Assignment =
  { readonly patient: string; readonly trayReason: null } | { readonly patient: null; readonly trayReason: TrayReason };

const tray = (trayReason: TrayReason): Assignment => ({ patient: null, trayReason });
const UNBOUND = tray('unbound');

/**
 * @param at effective time, UTC ms; null when unknown
 * @param slot user slot on a shared device; null where the device does not say
 */
export function assign(
  spans: readonly BindingSpan[],
  at: number | null,
  uncertaintyMs: number,
  slot: number | null,
): Assignment {
  if (spans.length === 0) return UNBOUND;
  if (at === null) return tray('time-unknown');
  const from = at - uncertaintyMs;
  const to = at + uncertaintyMs;
  const [only] = spans;
  if (spans.length === 1 && only?.slot === null && holdsFor(only, from, to)) return only.assignment;
  const near = spans.filter((span) => span.from <= to && (span.to === null || span.to > from));
  if (near.length === 0) return UNBOUND;
  if (slot === null && near.some((span) => span.slot !== null)) return tray('slot-unknown');
  const mine = near.filter((span) => span.slot === null || span.slot === slot);
  const [first] = mine;
  if (first === undefined) return UNBOUND;
  if (mine.some((span) => span.patient !== first.patient)) return tray('time-at-binding-edge');
  return isCovered(mine, from, to) ? first.assignment : tray('time-at-binding-edge');
}

export function spanOf(patient: string, slot: number | null, from: number, to: number | null): BindingSpan {
  return { patient, slot, from, to, assignment: { patient, trayReason: null } };
}

function holdsFor(span: BindingSpan, from: number, to: number): boolean {
  return span.from <= from && (span.to === null || span.to > to);
}

/** Whether spans hold without a gap from `from` to `to`, both inclusive. */
function isCovered(spans: readonly BindingSpan[], from: number, to: number): boolean {
  let reached = from;
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    if (span.from > reached) return false;
    if (span.to === null || span.to > to) return true;
    reached = Math.max(reached, span.to);
  }
  return false;
}
