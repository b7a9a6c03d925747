/** Records HCI packets as btsnoop, which Wireshark and btmon open. @see RFC 1761 (snoop, which it follows) */
import { closeSync, openSync, writeSync } from 'node:fs';
import type { HciTap } from './controller.ts';
import { PacketType } from './hci-packets.ts';
import { octets } from './octets.ts';

/** "btsnoop", version 1, datalink 1002: H4. */
const FILE_HEADER = Buffer.from('6274736e6f6f700000000001000003ea', 'hex');
/** Midnight of 1970 in µs since the year 0. */
const EPOCH_US = 0x00dcddb30f2f8000n;
const FLAG_TO_HOST = 0b01;
const FLAG_COMMAND_OR_EVENT = 0b10;

export interface Recording {
  readonly tap: HciTap;
  close(): void;
}

/** @param now UTC ms */
export function recordBtsnoop(path: string, now: () => number): Recording {
  const file = openSync(path, 'w');
  let open = true;
  writeSync(file, FILE_HEADER);
  return {
    tap: (direction, packet) => {
      if (open) writeSync(file, btsnoopRecord(direction, packet, now()));
    },
    close: () => {
      if (open) closeSync(file);
      open = false;
    },
  };
}

export function btsnoopRecord(direction: 'to-controller' | 'to-host', packet: Uint8Array, atMs: number): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32BE(packet.length, 0); // original length
  header.writeUInt32BE(packet.length, 4); // recorded length
  const kind = packet[0] === PacketType.acl ? 0 : FLAG_COMMAND_OR_EVENT;
  header.writeUInt32BE(kind | (direction === 'to-host' ? FLAG_TO_HOST : 0), 8);
  header.writeBigUInt64BE(BigInt(Math.round(atMs * 1000)) + EPOCH_US, 16);
  return octets(header, packet);
}
