/** A device's Current Time (0x2A2B) against the hub's time. */
import { dateTimeOf, isoOf } from '@gaya/protocols/bytes/gatt-date-time';
import { currentTime } from '@gaya/protocols/gatt/current-time';
import { localToUtc, utcToLocal } from '@gaya/protocols/time/local-time';

export const CURRENT_TIME = currentTime.uuid;

const FRACTION_MS = 1000 / 256;

export interface DeviceClock {
  /** Device clock minus true time, ms; null when either is unknown. @param mono when the octets came */
  offsetMs(bytes: Uint8Array, mono: number): number | null;
  /** Octets that set a device's clock right now; null while the hub's time is unknown. */
  now(mono: number): Uint8Array | null;
}

/**
 * @param zone IANA zone of the home: device clocks are local
 * @param utcAt the hub's time at a monotonic time, UTC ms; null while unknown
 */
export function deviceClock(zone: string, utcAt: (mono: number) => number | null): DeviceClock {
  return {
    offsetMs: (bytes, mono) => {
      const utc = utcAt(mono);
      const device = utc === null ? null : deviceUtc(bytes, zone);
      return utc === null || device === null ? null : Math.round(device - utc);
    },
    now: (mono) => {
      const utc = utcAt(mono);
      if (utc === null) return null;
      const local = utcToLocal(utc, zone);
      return currentTime.encode({
        dateTime: dateTimeOf(local),
        dayOfWeek: new Date(`${local}Z`).getUTCDay() || 7,
        fractions256: Math.floor((utc - Math.floor(utc / 1000) * 1000) / FRACTION_MS),
        adjustReason: { set: ['external-reference'], reserved: 0 },
      });
    },
  };
}

/** Null for a clock that is not set, or that cannot be read: the frame is in the queue all the same. */
function deviceUtc(bytes: Uint8Array, zone: string): number | null {
  try {
    const { dateTime, fractions256 } = currentTime.decode(bytes);
    const iso = isoOf(dateTime);
    return iso === null ? null : localToUtc(iso, zone).at + fractions256 * FRACTION_MS;
  } catch {
    return null;
  }
}
