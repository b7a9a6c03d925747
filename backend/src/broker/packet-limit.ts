/**
 * Bounds MQTT packets by their announced length, before the parser buffers them: a client could else announce 256 MB
 * and make the broker keep all that it sends, before it has shown its secret.
 */

/** Bytes of the largest packet of a client that has not shown its secret yet (CONNECT with its will). */
export const FIRST_PACKET_BYTES = 16 * 1024;

export class PacketLimit {
  readonly #maxBytes: number;
  #first = true;
  #bodyLeft = 0;
  /** Null between two packets; else the remaining length that is being read. */
  #header: { length: number; factor: number; octets: number } | null = null;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * Follows the packets in a chunk of the stream.
   * @returns false as soon as a packet announces more than is allowed, or a length that is no MQTT length
   * @see MQTT 3.1.1 §2.2.3
   */
  accepts(chunk: Uint8Array): boolean {
    let at = 0;
    while (at < chunk.length) {
      if (this.#bodyLeft > 0) {
        const step = Math.min(this.#bodyLeft, chunk.length - at);
        this.#bodyLeft -= step;
        at += step;
      } else if (this.#header === null) {
        this.#header = { length: 0, factor: 1, octets: 0 };
        at += 1; // packet type and flags
      } else if (!this.#lengthOctet(this.#header, chunk[at++] ?? 0)) {
        return false;
      }
    }
    return true;
  }

  #lengthOctet(header: { length: number; factor: number; octets: number }, octet: number): boolean {
    header.length += (octet & 0x7f) * header.factor;
    header.factor *= 128;
    header.octets += 1;
    if ((octet & 0x80) !== 0) return header.octets < 4;
    if (header.length > (this.#first ? FIRST_PACKET_BYTES : this.#maxBytes)) return false;
    this.#first = false;
    this.#bodyLeft = header.length;
    this.#header = null;
    return true;
  }
}
