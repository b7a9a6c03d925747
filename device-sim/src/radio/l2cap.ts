/** L2CAP basic frames on LE's fixed channels. @see Bluetooth Core 5.4 Vol 3 Part A §3.1 */
import type { Link, Role } from './link.ts';
import { octets, u16 } from './octets.ts';

export const Channel = { att: 0x0004, signaling: 0x0005, security: 0x0006 } as const;

const HEADER_OCTETS = 4;

/** Sends a frame in fragments of what the link layer carries. */
export function sendFrame(link: Link, from: Role, channel: number, payload: Uint8Array): void {
  const frame = octets(u16(payload.length), u16(channel), payload);
  for (let offset = 0; offset < frame.length; offset += link.maxOctets) {
    link.send(from, offset === 0, frame.subarray(offset, offset + link.maxOctets));
  }
}

/** Puts fragments together again. */
export class FrameAssembler {
  private frame = Buffer.alloc(0);
  private readonly onFrame: (channel: number, payload: Buffer) => void;

  constructor(onFrame: (channel: number, payload: Buffer) => void) {
    this.onFrame = onFrame;
  }

  push(start: boolean, data: Uint8Array): void {
    this.frame = start ? Buffer.from(data) : Buffer.concat([this.frame, data]);
    if (this.frame.length < HEADER_OCTETS) return;
    const end = HEADER_OCTETS + this.frame.readUInt16LE(0);
    if (this.frame.length < end) return;
    const frame = this.frame;
    this.frame = Buffer.alloc(0);
    this.onFrame(frame.readUInt16LE(2), frame.subarray(HEADER_OCTETS, end));
  }
}
