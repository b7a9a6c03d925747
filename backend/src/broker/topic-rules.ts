/** What a gateway may do on the embedded broker: its own topics only; acks and commands come from the hub alone. */
import { parseTopic } from '@gaya/protocols/messages';

export function mayPublish(gatewayId: string, topic: string): boolean {
  const parsed = parseTopic(topic);
  return parsed?.gatewayId === gatewayId && (parsed.kind === 'frames' || parsed.kind === 'status');
}

/** A filter with a wildcard is never a topic of ours, so it is never granted. */
export function maySubscribe(gatewayId: string, filter: string): boolean {
  const parsed = parseTopic(filter);
  return parsed?.gatewayId === gatewayId && (parsed.kind === 'acks' || parsed.kind === 'commands');
}
