/** The virtual radio: who advertises, who listens, and the links between them. */
import { Link } from './link.ts';
import type { AddressType, LinkEnd, LinkParameters } from './link.ts';
import type { Scheduler, TimerHandle } from './scheduler.ts';

export interface Advertisement {
  /** Extended advertising is heard only by controllers that scan for it. */
  readonly pdu: 'legacy' | 'extended';
  readonly connectable: boolean;
  readonly scannable: boolean;
  readonly data: Uint8Array;
  readonly scanResponse: Uint8Array;
  readonly intervalMs: number;
}

export interface DeviceAddress {
  readonly address: string;
  readonly addressType: AddressType;
}

export interface Advertiser extends DeviceAddress {
  readonly advertisement: Advertisement;
  readonly rssiDbm: number;
  /** A central connects; gives the peripheral's end of the link. */
  accept(link: Link, central: DeviceAddress): LinkEnd;
}

export interface Listener {
  onAdvertisement(advertiser: Advertiser): void;
}

export interface AirOptions {
  readonly scheduler: Scheduler;
  /** True: nothing waits for advertising or connection intervals. */
  readonly instant: boolean;
  /** 0 to 1, for the random delay between advertising events. */
  readonly random?: () => number;
}

/** How often an advertiser is heard again on the instant radio. */
const INSTANT_REPEAT_MS = 50;
/** Random delay added to each advertising interval. @see Bluetooth Core 5.4 Vol 6 Part B §4.4.2.2 */
const ADVERTISING_DELAY_MS = 10;
const PACKETS_PER_EVENT = 6;

export class Air {
  readonly scheduler: Scheduler;
  readonly instant: boolean;
  private readonly random: () => number;
  private readonly advertisers = new Map<Advertiser, TimerHandle | undefined>();
  private readonly listeners = new Set<Listener>();

  constructor(options: AirOptions) {
    this.scheduler = options.scheduler;
    this.instant = options.instant;
    this.random = options.random ?? (() => 0);
  }

  advertise(advertiser: Advertiser): void {
    if (this.advertisers.has(advertiser)) return;
    this.advertisers.set(advertiser, undefined);
    this.schedule(advertiser, 0);
  }

  stopAdvertising(advertiser: Advertiser): void {
    this.scheduler.clearTimeout(this.advertisers.get(advertiser));
    this.advertisers.delete(advertiser);
  }

  isAdvertising(advertiser: Advertiser): boolean {
    return this.advertisers.has(advertiser);
  }

  listen(listener: Listener): void {
    if (this.listeners.has(listener)) return;
    this.listeners.add(listener);
    for (const advertiser of this.advertisers.keys()) this.schedule(advertiser, 0);
  }

  stopListening(listener: Listener): void {
    this.listeners.delete(listener);
    if (this.listeners.size > 0) return;
    for (const [advertiser, timer] of this.advertisers) {
      this.scheduler.clearTimeout(timer);
      this.advertisers.set(advertiser, undefined);
    }
  }

  createLink(parameters: LinkParameters): Link {
    const timing = { scheduler: this.scheduler, instant: this.instant, packetsPerEvent: PACKETS_PER_EVENT };
    return new Link(timing, parameters);
  }

  /** Nothing is scheduled while nobody listens. */
  private schedule(advertiser: Advertiser, delayMs: number): void {
    if (!this.advertisers.has(advertiser) || this.listeners.size === 0) return;
    this.scheduler.clearTimeout(this.advertisers.get(advertiser));
    this.advertisers.set(
      advertiser,
      this.scheduler.setTimeout(() => this.transmit(advertiser), delayMs),
    );
  }

  private transmit(advertiser: Advertiser): void {
    for (const listener of [...this.listeners]) {
      // The first listener may have connected, which stops the advertising.
      if (!this.advertisers.has(advertiser)) return;
      listener.onAdvertisement(advertiser);
    }
    const { intervalMs } = advertiser.advertisement;
    this.schedule(advertiser, this.instant ? INSTANT_REPEAT_MS : intervalMs + this.random() * ADVERTISING_DELAY_MS);
  }
}
