/** Whole HCI packets (H4: first octet 0x01 command, 0x02 ACL data, 0x04 event) to and from a Bluetooth controller. */
export interface HciTransport {
  send(packet: Uint8Array): void;
  /** One listener; packets come one by one, whole, never from within {@link send}. */
  onPacket(listener: (packet: Uint8Array) => void): void;
  /** The controller is gone; called once, also after {@link close}. */
  onClose(listener: () => void): void;
  close(): void;
}
