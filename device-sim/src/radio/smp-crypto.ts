/** Key functions of LE legacy pairing; all values as on the wire, least significant octet first. @see Bluetooth Core 5.4 Vol 3 Part H §2.2 */
import { createCipheriv } from 'node:crypto';
import { octets } from './octets.ts';

/** Who pairs, and the two messages that opened the pairing. */
export interface PairingContext {
  readonly request: Uint8Array;
  readonly response: Uint8Array;
  readonly initiatorType: number;
  readonly initiator: Uint8Array;
  readonly responderType: number;
  readonly responder: Uint8Array;
}

/** AES-128 of one block. */
function encryptBlock(key: Uint8Array, block: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-128-ecb', reversed(key), null).setAutoPadding(false);
  return reversed(Buffer.concat([cipher.update(reversed(block)), cipher.final()]));
}

/** Confirm value. @see Bluetooth Core 5.4 Vol 3 Part H §2.2.3 */
export function c1(key: Uint8Array, random: Uint8Array, context: PairingContext): Buffer {
  const { initiatorType, responderType, request, response, initiator, responder } = context;
  const p1 = octets(initiatorType, responderType, request, response);
  const p2 = octets(responder, initiator, Buffer.alloc(4));
  return encryptBlock(key, xor(encryptBlock(key, xor(random, p1)), p2));
}

/** Short term key. @see Bluetooth Core 5.4 Vol 3 Part H §2.2.4 */
export function s1(key: Uint8Array, responderRandom: Uint8Array, initiatorRandom: Uint8Array): Buffer {
  return encryptBlock(key, octets(initiatorRandom.subarray(0, 8), responderRandom.subarray(0, 8)));
}

function reversed(value: Uint8Array): Buffer {
  return Buffer.from(value).reverse();
}

function xor(a: Uint8Array, b: Uint8Array): Buffer {
  return Buffer.from(a.map((octet, index) => octet ^ (b[index] ?? 0)));
}
