/**
 * When are two frames the same? A frame that holds a device sequence or a time stamp of its own and comes again, from
 * whichever gateway, is the same measurement. Without either nothing can be told apart, so nothing is dropped.
 */
import type { Measured } from '@gaya/protocols/profiles';

/** The same octets from the same device within this may be an indication that was sent again. */
export const REPEAT_WINDOW_MS = 60_000;

/** Devices leave the factory, or wake up after a battery change, with a date before this. */
const FACTORY_YEARS_BEFORE = 2020;

export interface Fingerprint {
  /**
   * `s:` device sequence and octets, `t:` time stamp inside the octets: equal key, same measurement.
   * `r:` octets alone: equal key within {@link REPEAT_WINDOW_MS}, possibly a repeat.
   */
  readonly key: string;
  /** Keys that begin like this and differ: the same device sequence with other octets. */
  readonly conflictPrefix: string | null;
}

export function fingerprintOf(measured: Measured, characteristic: string, hex: string): Fingerprint {
  if (measured.deviceSequence !== null) {
    const conflictPrefix = `s:${characteristic}:${measured.deviceSequence}:`;
    return { key: `${conflictPrefix}${hex}`, conflictPrefix };
  }
  const kind = hasOwnTime(measured) ? 't' : 'r';
  return { key: `${kind}:${characteristic}:${hex}`, conflictPrefix: null };
}

export const isExact = (key: string): boolean => !key.startsWith('r:');

function hasOwnTime({ deviceTime, clockNotSet }: Measured): boolean {
  if (deviceTime === null || deviceTime === 'unknown' || clockNotSet) return false;
  return Number(deviceTime.slice(0, 4)) >= FACTORY_YEARS_BEFORE;
}
