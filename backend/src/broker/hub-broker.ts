/** What the hub needs of a broker. Adapters: the embedded one (aedes-embedded.ts), any external one (mqtt-hub-client.ts). */

/** Takes one message of a gateway; does its work at once, so that a flood waits in the sockets and not in this process. */
export type MessageListener = (topic: string, body: Uint8Array) => void;

export interface PublishOptions {
  /** Kept by the broker for whoever subscribes later. */
  readonly retain?: boolean;
  readonly qos?: 0 | 1;
}

export interface HubBroker {
  readonly kind: 'embedded' | 'external';
  /** Set before {@link start}; gateways' frames and status messages only. */
  onMessage(listener: MessageListener): void;
  /** @throws {Error} with the code of the operating system (EADDRINUSE ...) when the embedded broker cannot listen */
  start(): Promise<void>;
  connected(): boolean;
  /** Never throws and never waits: what is lost here is repeated by the sender's own protocol. */
  publish(topic: string, body: string | Uint8Array, options?: PublishOptions): void;
  close(): Promise<void>;
}

/** Who may connect to the embedded broker. */
export interface GatewayKeys {
  /** True for a known gateway with its right secret; compared in constant time. */
  verify(gatewayId: string, secret: string): boolean;
}
