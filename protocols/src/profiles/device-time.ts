/** Time stamps between decoded values, profiles' measurements and the simulator's clock. */
import { dateTimeOf, isoOf, type MeasurementTime } from '../bytes/gatt-date-time.ts';
import type { ComposeContext, Measured } from './define-profile.ts';

/** As `Measured.deviceTime` wants it. */
export function deviceTimeOf(timestamp: MeasurementTime | null): Measured['deviceTime'] {
  return timestamp === null ? null : (isoOf(timestamp) ?? 'unknown');
}

/** The time stamp that a composed value carries; null for a device without a clock. */
export function timestampOf(context: ComposeContext): MeasurementTime | null {
  return context.deviceTime === null ? null : dateTimeOf(context.deviceTime);
}
