/** A health device on the virtual radio, made from its profile alone: it measures, stores, advertises, delivers and goes to sleep. */
import type { ComposeContext, ComposedFrame, DeviceProfile, Vitals } from '@gaya/protocols/profiles';
import type { Air } from '../radio/air.ts';
import type { CharacteristicDefinition, ServiceDefinition } from '../radio/gatt-database.ts';
import { VirtualPeripheral } from '../radio/peripheral.ts';
import type { Scheduler, TimerHandle } from '../radio/scheduler.ts';
import { DeviceClock } from './device-clock.ts';
import { MeasurementStore } from './measurement-store.ts';
import { battery, currentTimeService, deviceInformation } from './standard-services.ts';

export interface DeviceOptions {
  /** Lower case with colons, random static (top two bits set). */
  readonly address: string;
  readonly serial: string;
  /** Sixteen hex digits, octets in wire order. */
  readonly systemId: string;
  /** Advertised name; the profile's English label by default. */
  readonly name?: string;
  /** IANA zone in which the device's clock was set. */
  readonly zone?: string;
  readonly clockOffsetMs?: number;
  readonly clockDriftPpm?: number;
  readonly batteryPercent?: number;
  readonly rssiDbm?: number;
  readonly advertising?: 'legacy' | 'extended';
  readonly advertisingIntervalMs?: number;
  readonly pairing?: 'just-works' | 'reject';
  /** Measured values only over an encrypted link. */
  readonly secure?: boolean;
  /** How long it stays connected with nothing to send, ms. */
  readonly idleMs?: number;
  /** A value is leaving by notification or indication. */
  readonly onValue?: (characteristic: string, value: Uint8Array) => void;
  /** The central has confirmed a stored value. */
  readonly onConfirmed?: () => void;
}

const DEFAULT_IDLE_MS = 3_000;
/** A central that is connected and wants nothing: the device saves its battery. */
const NO_INTEREST_MS = 60_000;
const STREAM_INTERVAL_MS = 1_000;
/** What one measurement takes from the battery. */
const BATTERY_PER_MEASUREMENT = 0.02;

export class VirtualDevice {
  readonly profile: DeviceProfile;
  readonly peripheral: VirtualPeripheral;
  readonly clock: DeviceClock;
  private readonly scheduler: Scheduler;
  private readonly options: DeviceOptions;
  private readonly store = new MeasurementStore();
  private batteryPercent: number;
  private idleTimer: TimerHandle | undefined;
  private streamTimer: TimerHandle | undefined;
  private wornUntilMs = 0;
  private away = false;
  private wornVitals: ((atMs: number) => Vitals) | null = null;

  constructor(air: Air, profile: DeviceProfile, options: DeviceOptions) {
    this.profile = profile;
    this.options = options;
    this.scheduler = air.scheduler;
    this.batteryPercent = options.batteryPercent ?? 90;
    this.clock = new DeviceClock({
      zone: options.zone ?? 'Asia/Seoul',
      offsetMs: options.clockOffsetMs ?? 0,
      driftPpm: options.clockDriftPpm ?? 0,
      setAtMs: this.scheduler.now(),
    });
    const { onValue } = options;
    this.peripheral = new VirtualPeripheral(air, {
      address: options.address,
      name: options.name ?? profile.label.en,
      advertisedServices: [profile.service],
      services: this.services(),
      rssiDbm: options.rssiDbm ?? -60,
      advertising: options.advertising ?? 'legacy',
      advertisingIntervalMs: options.advertisingIntervalMs ?? 100,
      pairing: options.pairing ?? 'just-works',
      ...(onValue && { onValue }),
    });
    this.peripheral.events = {
      onConnect: () => this.restartIdleTimer(),
      onSubscribe: () => this.deliver(),
      onActivity: () => this.restartIdleTimer(),
      onDisconnect: () => this.onDisconnect(),
    };
  }

  /** Measured and not yet confirmed by a central. */
  get stored(): number {
    return this.store.size;
  }

  get worn(): boolean {
    return this.scheduler.now() < this.wornUntilMs;
  }

  /** Takes one measurement and keeps it until a central has confirmed it. */
  measure(vitals: Vitals): void {
    for (const frame of this.compose(vitals, 'spot')) this.store.add(frame);
    this.batteryPercent = Math.max(1, this.batteryPercent - BATTERY_PER_MEASUREMENT);
    this.wake();
  }

  /** Is worn from now on: streams once a second to a central that has subscribed; what nobody hears is not kept. */
  wear(durationMs: number, vitalsAt: (atMs: number) => Vitals): void {
    this.wornUntilMs = this.scheduler.now() + durationMs;
    this.wornVitals = vitalsAt;
    this.wake();
    this.streamTimer ??= this.scheduler.setTimeout(() => this.stream(), STREAM_INTERVAL_MS);
  }

  /** Out of range or without power, until it comes back; its store survives. */
  vanish(): void {
    this.away = true;
    this.peripheral.vanish();
  }

  comeBack(): void {
    this.away = false;
    this.wake();
  }

  /** Off for good. */
  stop(): void {
    this.scheduler.clearTimeout(this.idleTimer);
    this.scheduler.clearTimeout(this.streamTimer);
    this.wornUntilMs = 0;
    this.peripheral.events = {};
    this.peripheral.stopAdvertising();
    this.peripheral.disconnect();
  }

  private get busy(): boolean {
    return this.store.size > 0 || this.worn;
  }

  /** Advertises when it has something to send, or sends it if it is connected. */
  private wake(): void {
    if (this.peripheral.connected) this.deliver();
    else if (this.busy && !this.away) this.peripheral.startAdvertising();
  }

  private deliver(): void {
    this.restartIdleTimer();
    this.store.deliver(
      (frame, settled) => this.peripheral.att?.indicate(frame.characteristic, frame.bytes, settled) ?? false,
      () => this.options.onConfirmed?.(),
    );
  }

  private stream(): void {
    this.streamTimer = undefined;
    if (!this.worn || !this.wornVitals) {
      this.restartIdleTimer();
      return;
    }
    const nowMs = this.scheduler.now();
    for (const frame of this.compose(this.wornVitals(nowMs), 'stream')) {
      this.peripheral.att?.notify(frame.characteristic, frame.bytes);
    }
    this.streamTimer = this.scheduler.setTimeout(() => this.stream(), STREAM_INTERVAL_MS);
  }

  private onDisconnect(): void {
    this.scheduler.clearTimeout(this.idleTimer);
    // The link's end is still being reported; a device needs a moment, too.
    this.scheduler.setImmediate(() => this.wake());
  }

  /** Hangs up when there is nothing more to send, or when the central takes nothing. */
  private restartIdleTimer(): void {
    this.scheduler.clearTimeout(this.idleTimer);
    if (!this.peripheral.connected) return;
    const waitMs = this.busy ? NO_INTEREST_MS : (this.options.idleMs ?? DEFAULT_IDLE_MS);
    this.idleTimer = this.scheduler.setTimeout(() => this.onIdle(), waitMs);
  }

  private onIdle(): void {
    if (this.worn) this.restartIdleTimer();
    else this.peripheral.disconnect();
  }

  private compose(vitals: Vitals, mode: ComposeContext['mode']): readonly ComposedFrame[] {
    return this.profile.compose(vitals, { mode, deviceTime: this.clock.textAt(this.scheduler.now()) });
  }

  private services(): ServiceDefinition[] {
    const now = () => this.scheduler.now();
    return [
      ...profileServices(this.profile, this.options.secure ?? false),
      deviceInformation({ model: this.profile.id, serial: this.options.serial, systemId: this.options.systemId }),
      battery(() => Math.round(this.batteryPercent)),
      currentTimeService(this.clock, now),
    ];
  }
}

/** A device of this profile on this air. */
export function deviceFromProfile(air: Air, profile: DeviceProfile, options: DeviceOptions): VirtualDevice {
  return new VirtualDevice(air, profile, options);
}

/** A characteristic that is only read is left out when the profile has no value for it: the device lacks it. */
function profileServices(profile: DeviceProfile, secure: boolean): ServiceDefinition[] {
  const services = new Map<string, CharacteristicDefinition[]>();
  for (const { service, characteristic, use } of profile.characteristics) {
    const value = profile.reads[characteristic];
    if (use === 'read' && !value) continue;
    const characteristics = services.get(service) ?? [];
    services.set(service, characteristics);
    characteristics.push({
      uuid: characteristic,
      properties: [use],
      secure: secure && use !== 'read',
      ...(value && { value }),
    });
  }
  return [...services].map(([uuid, characteristics]) => ({ uuid, characteristics }));
}
