/** A broker and a hub in memory: keeps what it stores by frame id, answers when it is told to. */
import {
  frameIdOf,
  type AckMessage,
  type CommandMessage,
  type FramesMessage,
  type GatewayStatus,
} from '@gaya/protocols/messages';
import type { Uplink } from '../uplink/uplink.ts';
import { ack } from './frames.ts';

export class FakeUplink implements Uplink {
  online = false;
  epoch = 'epoch-1';
  serverTime = 1_700_000_100_000;
  /** Answers each message at once. */
  answers = true;
  /** The broker takes messages. */
  takes = true;
  readonly messages: FramesMessage[] = [];
  readonly statuses: GatewayStatus[] = [];
  /** Frame id -> octets. */
  stored = new Map<string, string>();
  #onOnline: () => void = () => undefined;
  #onOffline: (why: string | null) => void = () => undefined;
  #onAck: (ack: AckMessage) => void = () => undefined;
  #onCommand: (command: CommandMessage) => void = () => undefined;

  publishFrames(message: FramesMessage): Promise<void> {
    if (!this.takes) return Promise.reject(new Error('not connected to the broker'));
    this.messages.push(message);
    if (this.answers) this.store(message);
    return Promise.resolve();
  }

  /** The hub stores a message and says so. */
  store({ session, frames }: FramesMessage): void {
    for (const { sequence, bytes } of frames) this.stored.set(frameIdOf(session, sequence), bytes);
    const [first, last] = [frames[0]?.sequence ?? 0, frames.at(-1)?.sequence ?? 0];
    this.ack({ stored: [{ session, first, last }] });
  }

  ack(more: Partial<AckMessage>): void {
    this.#onAck(ack({ epoch: this.epoch, serverTime: this.serverTime, ...more }));
  }

  command(command: CommandMessage): void {
    this.#onCommand(command);
  }

  publishStatus(status: GatewayStatus): Promise<void> {
    this.statuses.push(status);
    return Promise.resolve();
  }

  goOnline(): void {
    this.online = true;
    this.#onOnline();
  }

  goOffline(why: string | null = null): void {
    this.online = false;
    this.#onOffline(why);
  }

  onOnline(listener: () => void): void {
    this.#onOnline = listener;
  }

  onOffline(listener: (why: string | null) => void): void {
    this.#onOffline = listener;
  }

  onAck(listener: (ack: AckMessage) => void): void {
    this.#onAck = listener;
  }

  onCommand(listener: (command: CommandMessage) => void): void {
    this.#onCommand = listener;
  }

  onUnreadable(): void {
    // Nothing unreadable comes from here.
  }

  close(offline?: GatewayStatus): Promise<void> {
    if (offline !== undefined) this.statuses.push(offline);
    return Promise.resolve();
  }
}
