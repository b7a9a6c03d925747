/** Cuts a byte stream into HCI packets by their H4 headers. */

/** Octets of the header after the type octet, and where and how the length stands in it. */
const HEADERS: Readonly<
  Record<number, { readonly octets: number; readonly length: (view: DataView, at: number) => number }>
> = {
  0x01: { octets: 3, length: (view, at) => view.getUint8(at + 3) },
  0x02: { octets: 4, length: (view, at) => view.getUint16(at + 3, true) },
  0x04: { octets: 2, length: (view, at) => view.getUint8(at + 2) },
};

export class H4Parser {
  #rest = new Uint8Array(0);
  readonly #onPacket: (packet: Uint8Array) => void;

  constructor(onPacket: (packet: Uint8Array) => void) {
    this.#onPacket = onPacket;
  }

  /** An octet that cannot start a packet is skipped: the stream finds its way back after noise on a serial line. */
  push(chunk: Uint8Array): void {
    const octets = this.#rest.length === 0 ? chunk : concat(this.#rest, chunk);
    const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
    let at = 0;
    while (at < octets.length) {
      const header = HEADERS[view.getUint8(at)];
      if (header === undefined) {
        at++;
        continue;
      }
      if (octets.length < at + 1 + header.octets) break;
      const end = at + 1 + header.octets + header.length(view, at);
      if (octets.length < end) break;
      this.#onPacket(octets.slice(at, end));
      at = end;
    }
    this.#rest = octets.slice(at);
  }
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
