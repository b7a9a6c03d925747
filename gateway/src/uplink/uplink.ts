import type { AckMessage, CommandMessage, FramesMessage, GatewayStatus } from '@gaya/protocols/messages';

/** The way to the hub. Delivery is at least once; only an {@link AckMessage} says that something is stored. */
export interface Uplink {
  readonly online: boolean;
  /** Resolves when the broker has taken the message; rejects when the connection went away before. */
  publishFrames(message: FramesMessage): Promise<void>;
  publishStatus(status: GatewayStatus): Promise<void>;
  onOnline(listener: () => void): void;
  onOffline(listener: (why: string | null) => void): void;
  onAck(listener: (ack: AckMessage) => void): void;
  onCommand(listener: (command: CommandMessage) => void): void;
  /** A message on our topics that is not what it should be. */
  onUnreadable(listener: (what: string) => void): void;
  /** Says goodbye (retained status "offline") when `offline` is given, then closes. */
  close(offline?: GatewayStatus): Promise<void>;
}
