/** Short words for putting little-endian octets together, as HCI, L2CAP and ATT are written. */

/** Numbers become one octet each, arrays are copied in. */
export function octets(...parts: readonly (number | Uint8Array)[]): Buffer {
  return Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.of(part) : part)));
}

export function u16(value: number): Buffer {
  return Buffer.of(value & 0xff, (value >> 8) & 0xff);
}

/** Octets of a UUID of 4 or 32 hex digits, as they go over the air. */
export function uuidOctets(uuid: string): Buffer {
  return Buffer.from(uuid, 'hex').reverse();
}

/** 4 or 32 lower-case hex digits. */
export function uuidText(wire: Uint8Array): string {
  return Buffer.from(wire).reverse().toString('hex');
}

/** Octets of `c0:01:02:03:04:05`, as they go over the air. */
export function addressOctets(address: string): Buffer {
  return Buffer.from(address.replaceAll(':', ''), 'hex').reverse();
}

/** Lower case with colons. */
export function addressText(wire: Uint8Array): string {
  return Array.from(wire, (octet) => octet.toString(16).padStart(2, '0'))
    .reverse()
    .join(':');
}
