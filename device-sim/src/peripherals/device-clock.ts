/** A device's own clock: local time without a zone, off by something and drifting, until somebody sets it. */
import { dateTimeOf, isoOf } from '@gaya/protocols/bytes/gatt-date-time';
import { currentTime, localTimeInformation } from '@gaya/protocols/gatt/current-time';
import { localToUtc, utcToLocal } from '@gaya/protocols/time/local-time';

export interface DeviceClockOptions {
  readonly zone: string;
  /** Device clock minus true time at `setAtMs`, ms. */
  readonly offsetMs: number;
  /** How much it gains, ms per million ms. */
  readonly driftPpm: number;
  /** UTC ms since which it drifts. */
  readonly setAtMs: number;
}

/** ATT application error: the written time is not taken. */
const DATA_FIELD_IGNORED = 0x80;

export class DeviceClock {
  private readonly zone: string;
  private readonly driftPpm: number;
  private offsetMs: number;
  private setAtMs: number;

  constructor(options: DeviceClockOptions) {
    this.zone = options.zone;
    this.driftPpm = options.driftPpm;
    this.offsetMs = options.offsetMs;
    this.setAtMs = options.setAtMs;
  }

  /** Device clock minus true time, ms. */
  offsetAt(nowMs: number): number {
    return this.offsetMs + ((nowMs - this.setAtMs) * this.driftPpm) / 1e6;
  }

  /** What the device shows, local ISO text without zone. */
  textAt(nowMs: number): string {
    return utcToLocal(nowMs + this.offsetAt(nowMs), this.zone);
  }

  /** The value of Current Time (0x2A2B). */
  read(nowMs: number): Uint8Array {
    const shownMs = nowMs + this.offsetAt(nowMs);
    const text = this.textAt(nowMs);
    // Sunday is 0 in JavaScript and 7 in Current Time.
    const dayOfWeek = new Date(`${text}Z`).getUTCDay() || 7;
    const fractions256 = Math.floor((((shownMs % 1000) + 1000) % 1000) * 0.256);
    return currentTime.encode({
      dateTime: dateTimeOf(text),
      dayOfWeek,
      fractions256,
      adjustReason: { set: [], reserved: 0 },
    });
  }

  /** Takes a written Current Time; gives the ATT error code, 0 when it was taken. */
  write(octets: Uint8Array, nowMs: number): number {
    const wanted = parse(octets, this.zone);
    if (wanted === null) return DATA_FIELD_IGNORED;
    this.offsetMs = wanted - nowMs;
    this.setAtMs = nowMs;
    return 0;
  }

  /** The value of Local Time Information (0x2A0F): standard time only, as in Korea. */
  localTimeInformation(nowMs: number): Uint8Array {
    const local = Date.parse(`${utcToLocal(nowMs, this.zone)}Z`);
    const minutes = Math.round((local - nowMs) / 60_000 / 15) * 15;
    return localTimeInformation.encode({ timeZoneMinutes: minutes, dstMinutes: 0 });
  }
}

/** UTC ms; null for octets that are no time. */
function parse(octets: Uint8Array, zone: string): number | null {
  try {
    const value = currentTime.decode(octets);
    const text = isoOf(value.dateTime);
    return text === null ? null : localToUtc(text, zone).at + (value.fractions256 * 1000) / 256;
  } catch {
    return null;
  }
}
