/** Collects what is to be told to each gateway about one batch. */
import type { AckMessage, SequenceRange } from '@gaya/protocols/messages';
import { addRange, type Range } from '../log/ranges.ts';
import type { Rejection } from './read-envelope.ts';

interface Pending {
  readonly stored: Map<string, Range[]>;
  readonly rejected: Rejection[];
}

export class AckBuilder {
  readonly #gateways = new Map<string, Pending>();

  stored(gateway: string, range: SequenceRange): void {
    const { stored } = this.#of(gateway);
    stored.set(range.session, addRange(stored.get(range.session) ?? [], range.first, range.last));
  }

  rejected(gateway: string, rejections: readonly Rejection[]): void {
    if (rejections.length > 0) this.#of(gateway).rejected.push(...rejections);
  }

  /** One message per gateway. */
  build(epoch: string, serverTime: number): [gateway: string, ack: AckMessage][] {
    return [...this.#gateways].map(([gateway, pending]) => [
      gateway,
      {
        schema: 'gaya.acks',
        version: 1,
        epoch,
        serverTime,
        stored: [...pending.stored].flatMap(([session, ranges]) => ranges.map((range) => ({ session, ...range }))),
        rejected: pending.rejected,
      },
    ]);
  }

  #of(gateway: string): Pending {
    let pending = this.#gateways.get(gateway);
    if (pending === undefined) {
      pending = { stored: new Map(), rejected: [] };
      this.#gateways.set(gateway, pending);
    }
    return pending;
  }
}
