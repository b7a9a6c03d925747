import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FIRST_PACKET_BYTES, PacketLimit } from './packet-limit.ts';

const MAX = 100_000;

/** An MQTT packet with a body of zeros. */
function packet(bodyBytes: number): Uint8Array {
  const length: number[] = [];
  let rest = bodyBytes;
  do {
    length.push((rest % 128) | (rest >= 128 ? 0x80 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Uint8Array.from([0x30, ...length, ...new Uint8Array(bodyBytes)]);
}

function chunks(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, i) => bytes.subarray(at[i] ?? 0, end));
}

describe('PacketLimit', () => {
  it('accepts packets up to the limit, however the stream is cut', () => {
    const sizes = fc.array(fc.oneof(fc.nat(300), fc.nat(MAX), fc.constant(MAX)), { maxLength: 6 });
    fc.assert(
      fc.property(sizes, fc.array(fc.nat(), { maxLength: 10 }), (bodies, cuts) => {
        const limit = new PacketLimit(MAX);
        const stream = Buffer.concat([packet(10), ...bodies.map(packet)]);
        return chunks(stream, cuts).every((chunk) => limit.accepts(chunk));
      }),
    );
  });

  it('refuses a packet over the limit at its header, however the stream is cut', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(1000), fc.array(fc.nat(), { maxLength: 10 }), (before, over, cuts) => {
        const limit = new PacketLimit(MAX);
        const header = packet(MAX + 1 + over).subarray(0, 4);
        const stream = Buffer.concat([packet(before), header]);
        return !chunks(stream, cuts).every((chunk) => limit.accepts(chunk));
      }),
    );
  });

  it('gives the first packet of a connection less room than the later ones', () => {
    expect(new PacketLimit(MAX).accepts(packet(FIRST_PACKET_BYTES + 1))).toBe(false);
    const limit = new PacketLimit(MAX);
    expect(limit.accepts(packet(FIRST_PACKET_BYTES))).toBe(true);
    expect(limit.accepts(packet(FIRST_PACKET_BYTES + 1))).toBe(true);
  });

  it('refuses a length of more than four octets', () => {
    expect(new PacketLimit(MAX).accepts(Uint8Array.of(0x10, 0x80, 0x80, 0x80, 0x80))).toBe(false);
  });
});
