/** One connection between a central and a peripheral: two directions of packets, and how it ends. */
import type { Scheduler, TimerHandle } from './scheduler.ts';

export type AddressType = 0 | 1; // public | random
export type Role = 'central' | 'peripheral';

/** Why a link ended, as both ends report it. Core specification, error codes. */
export const DisconnectReason = {
  supervisionTimeout: 0x08,
  remoteUser: 0x13,
  localHost: 0x16,
  micFailure: 0x3d,
} as const;

export interface LinkEnd {
  /** A fragment of an L2CAP PDU; `start` marks the first. */
  onAcl(start: boolean, data: Uint8Array): void;
  onDisconnect(reason: number): void;
  /** The central wants to encrypt: answer with the key for these values, or null for "PIN or Key Missing". */
  onLtkRequest(random: Uint8Array, ediv: number, answer: (key: Uint8Array | null) => void): void;
  onEncrypted(on: boolean): void;
}

export interface LinkParameters {
  /** Units of 1.25 ms. */
  interval: number;
  /** Connection events that the peripheral may skip. */
  latency: number;
  /** Units of 10 ms. */
  timeout: number;
}

export interface LinkTiming {
  readonly scheduler: Scheduler;
  /** Nothing waits for connection events or supervision timeouts. */
  readonly instant: boolean;
  readonly packetsPerEvent: number;
}

interface Packet {
  readonly start: boolean;
  readonly data: Uint8Array;
  readonly delivered: (() => void) | undefined;
}

export class Link {
  open = true;
  encrypted = false;
  /** The peer has gone without a word: nothing arrives any more. */
  private lost = false;
  /** Link-layer payload, octets: 27, more with data length extension. */
  maxOctets = 27;
  parameters: LinkParameters;
  private readonly timing: LinkTiming;
  private readonly anchorMs: number;
  private ends: Record<Role, LinkEnd> | undefined;
  private readonly queues: Record<Role, Packet[]> = { central: [], peripheral: [] };
  private eventTimer: TimerHandle | undefined;
  private supervisionTimer: TimerHandle | undefined;

  constructor(timing: LinkTiming, parameters: LinkParameters) {
    this.timing = timing;
    this.parameters = parameters;
    this.anchorMs = timing.scheduler.now();
  }

  attach(central: LinkEnd, peripheral: LinkEnd): void {
    this.ends = { central, peripheral };
  }

  end(role: Role): LinkEnd | undefined {
    return this.ends?.[role];
  }

  /** Sends a fragment to the other end; `delivered` tells when it got there. */
  send(from: Role, start: boolean, data: Uint8Array, delivered?: () => void): void {
    if (!this.open) return;
    if (this.timing.instant && !this.lost) {
      this.deliver(from, { start, data, delivered });
      return;
    }
    this.queues[from].push({ start, data, delivered });
    this.awaitConnectionEvent();
  }

  /** `reason` is what the other end reports; the closing end reports 0x16, "terminated by local host". */
  close(by: Role | 'radio', reason: number): void {
    if (!this.open) return;
    this.open = false;
    this.timing.scheduler.clearTimeout(this.eventTimer);
    this.timing.scheduler.clearTimeout(this.supervisionTimer);
    this.ends?.central.onDisconnect(by === 'central' ? DisconnectReason.localHost : reason);
    this.ends?.peripheral.onDisconnect(by === 'peripheral' ? DisconnectReason.localHost : reason);
  }

  /** Out of range or without power: nobody says goodbye, both ends find out by the supervision timeout. */
  lose(): void {
    if (!this.open || this.lost) return;
    this.lost = true;
    const end = () => this.close('radio', DisconnectReason.supervisionTimeout);
    if (this.timing.instant) end();
    else this.supervisionTimer = this.timing.scheduler.setTimeout(end, this.parameters.timeout * 10);
  }

  private awaitConnectionEvent(): void {
    if (this.eventTimer || this.lost) return;
    const intervalMs = this.parameters.interval * 1.25;
    const sinceEvent = (this.timing.scheduler.now() - this.anchorMs) % intervalMs;
    this.eventTimer = this.timing.scheduler.setTimeout(() => this.connectionEvent(), intervalMs - sinceEvent);
  }

  private connectionEvent(): void {
    this.eventTimer = undefined;
    for (const from of ['central', 'peripheral'] as const) {
      for (const packet of this.queues[from].splice(0, this.timing.packetsPerEvent)) {
        if (this.open && !this.lost) this.deliver(from, packet);
      }
    }
    if (this.open && this.queues.central.length + this.queues.peripheral.length > 0) this.awaitConnectionEvent();
  }

  private deliver(from: Role, packet: Packet): void {
    this.ends?.[from === 'central' ? 'peripheral' : 'central'].onAcl(packet.start, packet.data);
    packet.delivered?.();
  }
}
