/** Indications of one connection: one under way at a time, each settled exactly once. */
import type { Scheduler, TimerHandle } from './scheduler.ts';

/** ATT transaction timeout. @see Bluetooth Core 5.4 Vol 3 Part F §3.3.3 */
const CONFIRMATION_TIMEOUT_MS = 30_000;

export interface Indication {
  readonly pdu: Uint8Array;
  /** The PDU is leaving. */
  readonly sent: () => void;
  readonly settled: (confirmed: boolean) => void;
}

export class IndicationQueue {
  private readonly scheduler: Scheduler;
  private readonly send: (pdu: Uint8Array) => void;
  private readonly onTimeout: () => void;
  private waiting: Indication[] = [];
  private underWay: Indication | null = null;
  private timer: TimerHandle | undefined;
  private closed = false;

  constructor(scheduler: Scheduler, send: (pdu: Uint8Array) => void, onTimeout: () => void) {
    this.scheduler = scheduler;
    this.send = send;
    this.onTimeout = onTimeout;
  }

  add(indication: Indication): void {
    if (this.closed) {
      indication.settled(false);
      return;
    }
    this.waiting.push(indication);
    this.next();
  }

  /** A confirmation that nobody waits for is ignored. */
  confirm(): void {
    const confirmed = this.underWay;
    if (!confirmed) return;
    this.underWay = null;
    this.scheduler.clearTimeout(this.timer);
    confirmed.settled(true);
    this.next();
  }

  /** Nothing more goes out; what was not confirmed is settled as such. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.scheduler.clearTimeout(this.timer);
    const lost = this.underWay ? [this.underWay, ...this.waiting] : this.waiting;
    this.underWay = null;
    this.waiting = [];
    for (const indication of lost) indication.settled(false);
  }

  private next(): void {
    if (this.underWay || this.closed) return;
    const indication = this.waiting.shift();
    if (!indication) return;
    this.underWay = indication;
    this.timer = this.scheduler.setTimeout(() => this.expire(), CONFIRMATION_TIMEOUT_MS);
    indication.sent();
    this.send(indication.pdu);
  }

  private expire(): void {
    this.close();
    this.onTimeout();
  }
}
