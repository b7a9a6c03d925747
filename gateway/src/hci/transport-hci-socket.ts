/** The socket object that noble's HCI code asks its driver for, standing on a {@link HciTransport}. */
import { EventEmitter } from 'node:events';
import type { HciTransport } from './hci-transport.ts';

/** What noble passes through from `withBindings('hci', { bindParams })` to the driver, untouched. */
export interface TransportBindParams {
  readonly transport: HciTransport;
}

/**
 * Emits `data` (a whole H4 packet) and `state` (after {@link isDevUp} changed).
 *
 * Both ways are asynchronous: noble's start-up is not written for answers that come before its own call has returned.
 */
export class TransportHciSocket extends EventEmitter {
  #transport: HciTransport | null = null;
  #up = false;
  #outgoing: Uint8Array[] = [];

  bindRaw(device: unknown, params?: TransportBindParams): number {
    return this.bindUser(device, params);
  }

  bindUser(_device: unknown, params?: TransportBindParams): number {
    if (params === undefined) throw new Error('bindParams.transport is missing');
    this.#transport = params.transport;
    this.#up = true;
    return 0;
  }

  bindControl(): number {
    return 0;
  }

  start(): void {
    this.#transport?.onPacket((packet) =>
      this.emit('data', Buffer.from(packet.buffer, packet.byteOffset, packet.byteLength)),
    );
    this.#transport?.onClose(() => {
      if (!this.#up) return;
      this.#up = false;
      this.emit('state', false);
    });
  }

  stop(): void {
    this.#flush();
    this.#up = false;
  }

  write(packet: Uint8Array): void {
    if (this.#outgoing.length === 0) setImmediate(() => this.#flush());
    this.#outgoing.push(Uint8Array.from(packet));
  }

  #flush(): void {
    const packets = this.#outgoing;
    this.#outgoing = [];
    if (this.#up) packets.forEach((packet) => this.#transport?.send(packet));
  }

  reset(): void {
    this.write(Uint8Array.of(0x01, 0x03, 0x0c, 0x00));
  }

  isDevUp(): boolean {
    return this.#up;
  }

  setFilter(): void {
    // The other side sends only what noble wants.
  }

  getDeviceList(): unknown[] {
    return [];
  }
}
