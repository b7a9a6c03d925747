/**
 * When a reading was taken, and how we know. No reading is ever stamped "now": each keeps the device's own time,
 * the gateway's time, the correction and how far off the answer may be.
 */

/**
 * How the effective time came about.
 * - `device-clock-mapped`: device time stamp, moved by the offset of the device clock read in the same session
 * - `device-clock-synced`: device time stamp taken as it is, its clock is known to be set
 * - `device-clock-unread`: device time stamp close before its reception, no clock to read; uncertainty reaches up to the reception
 * - `received-live`: no time stamp in the value; the time at which the gateway received it
 * - `entered`: a person gave the time (manual entry)
 * - `unknown`: the time cannot be known; {@link TimeReason} says why
 */
export type TimeVerdict =
  'device-clock-mapped' | 'device-clock-synced' | 'device-clock-unread' | 'received-live' | 'entered' | 'unknown';

/** Why a time is unknown. */
export type TimeReason =
  | 'clock-not-set' // the device says that its clock is not set
  | 'other-timeline' // stamp later than the device's own clock: taken before a reset or battery change
  | 'date-unknown' // year, month or day 0 in the stamp
  | 'future' // later than the reception by more than the tolerance
  | 'ancient' // before 2000, or longer ago than any device stores
  | 'gateway-clock-unknown' // the box has no real-time clock and was never synced in that boot
  | 'stored-without-time'; // value from storage without a time stamp

export interface ResolvedTime {
  /** UTC, ms since 1970; null when unknown. */
  readonly effectiveAt: number | null;
  /** The true time lies within effectiveAt ± this, ms; 0 only for entered times. null when unknown. */
  readonly uncertaintyMs: number | null;
  readonly verdict: TimeVerdict;
  readonly reason: TimeReason | null;
  /** As the device sent it, local ISO text without zone ("2026-11-25T08:14:00"); null where it sent none or an unknown date. */
  readonly deviceTime: string | null;
  /** Device clock minus true time, ms, where the clock was read in the session. */
  readonly clockOffsetMs: number | null;
  /** UTC at which the gateway received the value, corrected by the hub's time; null when the gateway did not know the time. */
  readonly gatewayAt: number | null;
}
