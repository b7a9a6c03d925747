/**
 * The type to read first when adding a device: one file per device type in this folder, listed in index.ts. Gateway,
 * simulator, hub and dashboard work from these definitions alone.
 */
import type { How } from '../messages/frames.ts';
import type { Label, MetricId } from '../metrics/metric.ts';
import type { ReadingDraft } from '../readings/reading.ts';

/** How the gateway uses a characteristic. Order in the list is the order of work after connecting: subscribe first, then read. */
export interface CharacteristicUse {
  /** Four lower-case hex digits. */
  readonly service: string;
  readonly characteristic: string;
  readonly use: 'indicate' | 'notify' | 'read';
  /** Missing and required: the device is reported as not fitting its profile. */
  readonly required: boolean;
}

/** A frame as `interpret` sees it: bytes and how they came, in the gateway's order within one session. No time: that is resolved after. */
export interface ProfileFrame {
  readonly frameId: string;
  readonly how: How;
  readonly characteristic: string;
  readonly bytes: Uint8Array;
}

/** What a profile makes of a frame (or of several: `frameId` names the one that carries the value). */
export interface Measured {
  readonly frameId: string;
  readonly profile: string;
  /** The decoded value(s), plain JSON. */
  readonly measurement: unknown;
  readonly readings: readonly ReadingDraft[];
  /** Device's local time stamp as ISO text without zone, exactly as sent; null where it sent none; 'unknown' where it sent one with unknown parts. */
  readonly deviceTime: string | null;
  /** The device says in the value that its clock is not set. */
  readonly clockNotSet: boolean;
  readonly fromStorage: boolean;
  readonly userSlot: number | null;
  /** A device sequence number inside the bytes; null where there is none. */
  readonly deviceSequence: number | null;
}

export interface Step<State> {
  readonly state: State;
  readonly measured: readonly Measured[];
}

/** Vitals as the simulator's body gives them, in catalogue units; a device composes what it can measure. */
export interface Vitals {
  readonly systolicMmHg?: number;
  readonly diastolicMmHg?: number;
  readonly meanMmHg?: number;
  readonly pulsePerMin?: number;
  readonly spo2Percent?: number;
  readonly perfusionPercent?: number;
  readonly temperatureCel?: number;
  /** Pressure in the cuff while it inflates or deflates, for the stream of a blood pressure meter. */
  readonly cuffPressureMmHg?: number;
}

/** What the simulated device knows when it measures. */
export interface ComposeContext {
  /** Device's local time as ISO text without zone; null: the device has no clock. */
  readonly deviceTime: string | null;
  readonly clockNotSet?: boolean;
  readonly fromStorage?: boolean;
  readonly userSlot?: number | null;
  /** 'sample' asks for the notified stream where the device has one. */
  readonly mode: 'spot' | 'stream';
}

export interface ComposedFrame {
  readonly service: string;
  readonly characteristic: string;
  readonly how: 'indicate' | 'notify';
  readonly bytes: Uint8Array;
}

/**
 * The law that checks a profile: for any vitals v, the readings of the frames of `compose(v)` equal v within the codec's
 * resolution.
 */
export interface DeviceProfile<State = unknown> {
  /** kebab-case, e.g. `blood-pressure`. */
  readonly id: string;
  readonly label: Label;
  /** GATT service that identifies the device type in advertising, four lower-case hex digits. */
  readonly service: string;
  readonly metrics: readonly MetricId[];
  readonly characteristics: readonly CharacteristicUse[];
  /** 11073-10101 device specialisation code, see standards: e.g. 528391 for blood pressure. */
  readonly mdcSpecialization: number;
  /** Metrics whose 11073-10101 code depends on the device type (pulse of a cuff, pulse of an oximeter); else the catalogue's. */
  readonly mdc?: Readonly<Partial<Record<MetricId, number>>>;
  initial(): State;
  /**
   * Pure: (state of the session, frame) -> (state, what was measured).
   * @throws {DecodeError} when the octets can't be decoded; the frame stays in the log and is shown as undecodable.
   */
  interpret(state: State, frame: ProfileFrame): Step<State>;
  /** The inverse, for the simulator. */
  compose(vitals: Vitals, context: ComposeContext): readonly ComposedFrame[];
  /** Static characteristic values that a simulated device answers on read, e.g. features: characteristic -> octets. */
  readonly reads: Readonly<Record<string, Uint8Array>>;
}

/** Keeps the state's type inside one file while lists of profiles hold `unknown` state. */
export function defineProfile<State>(profile: DeviceProfile<State>): DeviceProfile {
  return profile;
}
