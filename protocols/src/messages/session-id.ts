/** Ids that sort by time (UUIDv7 layout, RFC 9562 §5.7, hex without dashes): neighbours in time are neighbours in an index. */

/** @param random ten random octets, injected */
export function timeOrderedId(unixMs: number, random: Uint8Array): string {
  if (random.length < 10) throw new RangeError('ten random octets needed');
  const octets = new Uint8Array(16);
  const view = new DataView(octets.buffer);
  view.setUint16(0, Math.floor(unixMs / 2 ** 32));
  view.setUint32(2, unixMs >>> 0);
  octets.set(random.subarray(0, 10), 6);
  octets[6] = 0x70 | ((octets[6] ?? 0) & 0x0f);
  octets[8] = 0x80 | ((octets[8] ?? 0) & 0x3f);
  return Array.from(octets, (o) => o.toString(16).padStart(2, '0')).join('');
}
