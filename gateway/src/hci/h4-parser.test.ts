import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { H4Parser } from './h4-parser.ts';

const COMMAND = [0x01, 0x03, 0x0c, 0x00];
const EVENT = [0x04, 0x0e, 0x04, 0x01, 0x03, 0x0c, 0x00];
/** 300 octets of data: the length is of two octets. */
const ACL = [0x02, 0x40, 0x20, 0x2c, 0x01, ...Array.from({ length: 300 }, (_, i) => i & 0xff)];

function parse(chunks: readonly (readonly number[])[]): number[][] {
  const packets: number[][] = [];
  const parser = new H4Parser((packet) => packets.push([...packet]));
  for (const chunk of chunks) parser.push(Uint8Array.from(chunk));
  return packets;
}

describe('H4Parser', () => {
  it('gives the packets of a stream however it is cut', () => {
    const packets = [COMMAND, ACL, EVENT, EVENT, ACL];
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (sizes) => {
        const stream = packets.flat();
        const chunks: number[][] = [];
        for (let at = 0, i = 0; at < stream.length; i++) {
          const size = sizes[i % sizes.length] ?? 1;
          chunks.push(stream.slice(at, at + size));
          at += size;
        }
        expect(parse(chunks)).toEqual(packets);
      }),
    );
  });

  it('skips octets that cannot start a packet', () => {
    expect(parse([[0x00, 0xff, ...COMMAND, 0x7e, ...EVENT]])).toEqual([COMMAND, EVENT]);
  });

  it('keeps what it has given although the stream goes on', () => {
    const chunk = Uint8Array.from(EVENT);
    const packets: Uint8Array[] = [];
    new H4Parser((packet) => packets.push(packet)).push(chunk);
    chunk.fill(0);
    expect([...(packets[0] ?? [])]).toEqual(EVENT);
  });
});
