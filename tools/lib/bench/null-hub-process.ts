/** Process: takes every message from the broker and acknowledges it, and does nothing else. What broker and load can do at most. */
import { acksTopic, ALL_FRAMES, parseTopic, type AckMessage, type FramesMessage } from '@gaya/protocols/messages';
import { MqttWire } from './mqtt-wire.ts';

export interface NullHubReady {
  readonly ready: true;
}

const BATCH_MS = 5;

async function main(): Promise<void> {
  process.on('disconnect', () => process.exit(0));
  const waiting = new Map<string, AckMessage['stored']>();
  const wire: MqttWire = await MqttWire.open(Number(process.argv[2]), 'null-hub', {
    onPublish: ({ topic, payload, packetId }) => {
      if (packetId !== null) wire.puback(packetId);
      const parsed = parseTopic(topic);
      if (parsed === null) return;
      // The body is read, because an ack names its sequences.
      const { session, frames } = JSON.parse(payload.toString()) as FramesMessage;
      const stored = waiting.get(parsed.gatewayId) ?? [];
      stored.push({ session, first: frames[0]?.sequence ?? 0, last: frames.at(-1)?.sequence ?? 0 });
      waiting.set(parsed.gatewayId, stored);
    },
  });
  await wire.subscribe(ALL_FRAMES, 1);
  setInterval(() => {
    wire.together(() => {
      for (const [gateway, stored] of waiting) {
        const ack: AckMessage = {
          schema: 'gaya.acks',
          version: 1,
          epoch: 'none',
          serverTime: Date.now(),
          stored,
          rejected: [],
        };
        wire.publishQos0(acksTopic(gateway), JSON.stringify(ack));
      }
    });
    waiting.clear();
  }, BATCH_MS);
  process.send?.({ ready: true } satisfies NullHubReady);
}

if (import.meta.main) await main();
