/** H4, the serial form of HCI: a stream of octets cut into packets. @see Bluetooth Core 5.4 Vol 4 Part A */
import { PacketType } from './hci-packets.ts';

/** Octets before the payload and where its length stands, by the packet type in the first octet. */
const HEADERS: ReadonlyMap<number, { readonly header: number; readonly lengthOctets: 1 | 2 }> = new Map([
  [PacketType.command, { header: 4, lengthOctets: 1 }],
  [PacketType.acl, { header: 5, lengthOctets: 2 }],
  [PacketType.event, { header: 3, lengthOctets: 1 }],
]);

/** Gives whole packets, however the octets come in. Octets that begin no packet are skipped. */
export class H4Parser {
  private rest = Buffer.alloc(0);
  private readonly onPacket: (packet: Buffer) => void;

  constructor(onPacket: (packet: Buffer) => void) {
    this.onPacket = onPacket;
  }

  push(chunk: Uint8Array): void {
    const data = Buffer.concat([this.rest, chunk]);
    let offset = 0;
    for (;;) {
      while (offset < data.length && !HEADERS.has(data.readUInt8(offset))) offset++;
      const length = packetLength(data, offset);
      if (length === null || offset + length > data.length) break;
      this.onPacket(data.subarray(offset, offset + length));
      offset += length;
    }
    this.rest = data.subarray(offset);
  }
}

/** Length of the packet at `offset`, null while its header is not complete. */
function packetLength(data: Buffer, offset: number): number | null {
  const form = offset < data.length ? HEADERS.get(data.readUInt8(offset)) : undefined;
  if (!form || data.length < offset + form.header) return null;
  const at = offset + form.header - form.lengthOctets;
  return form.header + data.readUIntLE(at, form.lengthOctets);
}
