/** Joins broker and hub: gateways' messages into the ingest, acks and commands out. */
import { acksTopic, commandsTopic, type CommandMessage } from '@gaya/protocols/messages';
import type { Hub } from '../hub.ts';
import type { HubBroker } from './hub-broker.ts';

export interface HubLink {
  /** Publishes every gateway's allow-list (retained): at start, and when an external broker comes back, which may have lost it. */
  announce(): Promise<void>;
  close(): void;
}

export function linkHub(hub: Pick<Hub, 'ingest' | 'gateways'>, broker: HubBroker): HubLink {
  const command = (gatewayId: string, message: CommandMessage, retain: boolean): void => {
    broker.publish(commandsTopic(gatewayId), JSON.stringify(message), { retain, qos: 1 });
  };
  broker.onMessage((topic, body) => hub.ingest.receive(topic, body));
  // QoS 0: a lost ack costs one re-send, while acks kept for a gateway that reads none would fill the memory.
  const stopAcks = hub.ingest.onAck((gatewayId, ack) =>
    broker.publish(acksTopic(gatewayId), JSON.stringify(ack), { qos: 0 }),
  );
  const stopCommands = hub.ingest.onCommand(command);
  return {
    announce: async () => {
      for (const { gatewayId } of await hub.gateways.list())
        command(gatewayId, hub.gateways.allowList(gatewayId), true);
    },
    close: () => {
      broker.onMessage(() => undefined);
      stopAcks();
      stopCommands();
    },
  };
}
