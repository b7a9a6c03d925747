import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { H4Parser } from './h4.ts';
import { aclPacket, commandPacket, eventPacket } from './hci-packets.ts';

const packet = fc.oneof(
  fc.tuple(fc.nat(0xffff), fc.uint8Array({ maxLength: 255 })).map(([opcode, body]) => commandPacket(opcode, body)),
  fc.tuple(fc.nat(0xff), fc.uint8Array({ maxLength: 255 })).map(([code, body]) => eventPacket(code, body)),
  fc
    .tuple(fc.nat(0xeff), fc.boolean(), fc.uint8Array({ maxLength: 600 }))
    .map(([handle, start, body]) => aclPacket(handle, start, body)),
);

function parse(chunks: readonly Uint8Array[]): string[] {
  const packets: string[] = [];
  const parser = new H4Parser((found) => packets.push(found.toString('hex')));
  for (const chunk of chunks) parser.push(chunk);
  return packets;
}

/** The stream cut at these places, as fractions of its length. */
function cut(stream: Buffer, places: readonly number[]): Buffer[] {
  const offsets = [0, ...places.map((place) => Math.floor(place * stream.length)).sort((a, b) => a - b), stream.length];
  return offsets.slice(1).map((end, index) => stream.subarray(offsets[index], end));
}

describe('H4 parser', () => {
  it('gives the same packets for any chunking', () => {
    fc.assert(
      fc.property(
        fc.array(packet, { maxLength: 8 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }),
        (packets, places) => {
          const wanted = packets.map((one) => one.toString('hex'));
          expect(parse(cut(Buffer.concat(packets), places))).toEqual(wanted);
        },
      ),
    );
  });

  it('skips octets that begin no packet', () => {
    expect(parse([Buffer.from('00ff55', 'hex'), commandPacket(0x0c03)])).toEqual(['01030c00']);
  });

  it('waits for the rest of a packet', () => {
    expect(parse([Buffer.from('040e0401', 'hex')])).toEqual([]);
  });
});
