/** Joins broker and hub: gateways' messages into the ingest, acks and commands out. */
import {
  acksTopic,
  commandsTopic,
  statusTopic,
  type CommandMessage,
  type GatewayStatus,
} from '@gaya/protocols/messages';
import type { Hub } from '../hub.ts';
import type { HubBroker } from './hub-broker.ts';

export interface HubLink {
  /** Publishes every gateway's allow-list (retained): at start, and when an external broker comes back, which may have lost it. */
  announce(): Promise<void>;
  /** Before the embedded broker starts: no gateway is connected, whatever the hub knew when it was killed. */
  disconnectAll(): Promise<void>;
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
    disconnectAll: async () => {
      const online = (await hub.gateways.list()).filter((gateway) => gateway.online);
      for (const { gatewayId } of online) hub.ingest.receive(statusTopic(gatewayId), willOf(gatewayId));
    },
    close: () => {
      broker.onMessage(() => undefined);
      stopAcks();
      stopCommands();
    },
  };
}

/** What the broker would have published for a gateway that is gone. */
function willOf(gateway: string): Uint8Array {
  const will: GatewayStatus = { schema: 'gaya.gateway-status', version: 1, gateway, state: 'offline' };
  return Buffer.from(JSON.stringify(will));
}
