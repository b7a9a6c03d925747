/** One gateway of a load: its connection, its devices' messages, and which of them the hub has acknowledged. */
import { acksTopic, framesTopic, type AckMessage } from '@gaya/protocols/messages';
import { deviceId, gatewayId, sessionId, type Fleet } from './fleet.ts';
import { MqttWire, preparePublish, type PreparedPublish } from './mqtt-wire.ts';

/** A device's message, ready to be published. */
export interface Prepared extends PreparedPublish {
  readonly device: number;
  /** Sequence of its first frame. */
  readonly first: number;
}

interface Sent extends Prepared {
  /** ms, this process's clock. */
  sentAt: number;
  againAt: number;
  ackedAt: number;
}

export interface LoadListener {
  /** After each ack that told something new. */
  acked(gateway: number, messages: number): void;
}

export class LoadConnection {
  readonly gateway: number;
  /** All that was ever sent, in order. */
  readonly sent: Sent[] = [];
  readonly devices: readonly number[];
  readonly #fleet: Fleet;
  readonly #listener: LoadListener;
  readonly #bySession = new Map<string, Sent[]>();
  readonly #pending = new Set<Sent>();
  #wire: MqttWire | null = null;
  resent = 0;
  rejected = 0;

  constructor(fleet: Fleet, gateway: number, listener: LoadListener) {
    this.gateway = gateway;
    this.#fleet = fleet;
    this.#listener = listener;
    this.devices = Array.from({ length: fleet.devicesPerGateway }, (_, i) => gateway * fleet.devicesPerGateway + i);
    for (const device of this.devices) this.#bySession.set(sessionId(fleet, device), []);
  }

  async open(mqttPort: number): Promise<void> {
    const id = gatewayId(this.#fleet, this.gateway);
    this.#wire = await MqttWire.open(mqttPort, `${id}-load`, { onPublish: ({ payload }) => this.#ack(payload) });
    await this.#wire.subscribe(acksTopic(id), 0);
  }

  get unacked(): number {
    return this.#pending.size;
  }

  /** What is sent by `work` leaves in one go. */
  together(work: () => void): void {
    this.#wire?.together(work);
  }

  prepare(device: number, first: number, body: Uint8Array): Prepared {
    return {
      device,
      first,
      ...preparePublish(framesTopic(gatewayId(this.#fleet, this.gateway), deviceId(this.#fleet, device)), body),
    };
  }

  send(prepared: Prepared): void {
    const now = performance.now();
    const message: Sent = { ...prepared, sentAt: now, againAt: now, ackedAt: Number.NaN };
    this.sent.push(message);
    this.#pending.add(message);
    this.#messagesOf(message.device).push(message);
    this.#wire?.publish(message);
  }

  sendAgain(olderThanMs: number): void {
    const now = performance.now();
    this.together(() => {
      for (const message of this.#pending) {
        if (now - message.againAt <= olderThanMs) continue;
        message.againAt = now;
        this.resent += 1;
        this.#wire?.publish(message, true);
      }
    });
  }

  /** Bodies of a device in the order of their sequences. */
  bodiesOf(device: number): Buffer[] {
    return this.#messagesOf(device).map(bodyOf);
  }

  sentAtOf(session: string, sequence: number): number | undefined {
    return this.#find(session, sequence)?.sentAt;
  }

  close(): void {
    this.#wire?.close();
  }

  #messagesOf(device: number): Sent[] {
    return this.#bySession.get(sessionId(this.#fleet, device)) ?? [];
  }

  #ack(payload: Buffer): void {
    const ack = JSON.parse(payload.toString()) as AckMessage;
    const now = performance.now();
    const before = this.unacked;
    for (const { session, first, last } of ack.stored) this.#stored(session, first, last, now);
    this.rejected += ack.rejected.length;
    if (this.unacked < before) this.#listener.acked(this.gateway, before - this.unacked);
  }

  #stored(session: string, first: number, last: number, now: number): void {
    const messages = this.#bySession.get(session) ?? [];
    for (let i = this.#indexOf(messages, first); i < messages.length; i += 1) {
      const message = messages[i];
      if (message === undefined || message.first > last) return;
      if (message.first < first || !Number.isNaN(message.ackedAt)) continue;
      message.ackedAt = now;
      this.#pending.delete(message);
    }
  }

  #find(session: string, sequence: number): Sent | undefined {
    const messages = this.#bySession.get(session) ?? [];
    return messages[this.#indexOf(messages, sequence)];
  }

  /** Where a sequence would stand: messages are in order and alike in size. */
  #indexOf(messages: readonly Sent[], sequence: number): number {
    let low = 0;
    let high = messages.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((messages[middle]?.first ?? 0) < sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export const bodyOf = ({ packet, packetIdAt }: PreparedPublish): Buffer => packet.subarray(packetIdAt + 2);
