/** Seeded randomness: the same seed gives the same ward, devices and history. */

/** Numbers from 0 up to 1, one after the other (mulberry32). */
export function prng(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A number from 0 up to 1 that depends on these integers alone. */
export function hashed(...parts: readonly number[]): number {
  return seedOf(...parts) / 2 ** 32;
}

/** A seed (32 bit) made from others, so that neighbouring seeds give unrelated numbers. */
export function seedOf(...parts: readonly number[]): number {
  let hash = 0x811c9dc5;
  for (const part of parts) {
    // Times need more than 32 bit: both halves count.
    hash = mix(hash ^ (part >>> 0));
    hash = mix(hash ^ Math.floor(part / 2 ** 32));
  }
  return hash >>> 0;
}

export function randomOctets(random: () => number, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, () => Math.floor(random() * 256));
}

function mix(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return hash ^ (hash >>> 16);
}
