/**
 * Just enough MQTT 3.1.1 to load a broker: a publisher that costs a tenth of a full client's CPU, so that on two cores the
 * hub is measured and not the load.
 * @see MQTT 3.1.1 §3
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const CONNECT = 0x10;
const PUBLISH = 0x30;
const PUBACK = 0x40;
const SUBSCRIBE = 0x82;
const QOS_1 = 0x02;

interface Published {
  readonly topic: string;
  readonly payload: Buffer;
  /** Null for QoS 0. */
  readonly packetId: number | null;
}

export interface WireHandlers {
  onPublish(message: Published): void;
  onPuback?(packetId: number): void;
}

/** A PUBLISH with QoS 1 whose packet id is still to be filled in. */
export interface PreparedPublish {
  readonly packet: Buffer;
  readonly packetIdAt: number;
}

export function preparePublish(topic: string, payload: Uint8Array): PreparedPublish {
  const name = Buffer.from(topic);
  const head = withLength(PUBLISH | QOS_1, 2 + name.length + 2 + payload.length);
  const packetIdAt = head.length + 2 + name.length;
  return { packet: Buffer.concat([head, text(name), Buffer.alloc(2), payload]), packetIdAt };
}

export class MqttWire {
  readonly #socket: Socket;
  readonly #handlers: WireHandlers;
  #rest: Buffer = Buffer.alloc(0);
  #packetId = 0;
  #answered: () => void = () => undefined;

  private constructor(socket: Socket, handlers: WireHandlers) {
    this.#socket = socket;
    this.#handlers = handlers;
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
  }

  static async open(port: number, clientId: string, handlers: WireHandlers): Promise<MqttWire> {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    await once(socket, 'connect');
    const wire = new MqttWire(socket, handlers);
    const header = Buffer.from([0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 0]); // "MQTT", level 4, clean session, no keep-alive
    const payload = Buffer.concat([header, text(Buffer.from(clientId))]);
    await wire.#ask(Buffer.concat([withLength(CONNECT, payload.length), payload]));
    return wire;
  }

  subscribe(topic: string, qos: 0 | 1): Promise<void> {
    const payload = Buffer.concat([Buffer.from([0, 1]), text(Buffer.from(topic)), Buffer.from([qos])]);
    return this.#ask(Buffer.concat([withLength(SUBSCRIBE, payload.length), payload]));
  }

  /** Octets that wait for the broker to take them. */
  get backlog(): number {
    return this.#socket.writableLength;
  }

  /** What is written by `work` leaves in one go. */
  together(work: () => void): void {
    this.#socket.cork();
    work();
    this.#socket.uncork();
  }

  /** Writes its own copy when the same packet may still be under way. */
  publish({ packet, packetIdAt }: PreparedPublish, again = false): void {
    const out = again ? Buffer.from(packet) : packet;
    this.#packetId = (this.#packetId % 0xffff) + 1;
    out.writeUInt16BE(this.#packetId, packetIdAt);
    this.#socket.write(out);
  }

  publishQos0(topic: string, payload: string): void {
    const name = Buffer.from(topic);
    const body = Buffer.from(payload);
    this.#socket.write(Buffer.concat([withLength(PUBLISH, 2 + name.length + body.length), text(name), body]));
  }

  puback(packetId: number): void {
    this.#socket.write(Buffer.from([PUBACK, 2, packetId >> 8, packetId & 0xff]));
  }

  close(): void {
    this.#socket.destroy();
  }

  #ask(packet: Buffer): Promise<void> {
    return new Promise((resolve) => {
      this.#answered = resolve;
      this.#socket.write(packet);
    });
  }

  #take(chunk: Buffer): void {
    let data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const length = lengthOf(data);
      if (length === null || data.length < length.total) break;
      this.#packet(data.readUInt8(0), data.subarray(length.head, length.total));
      data = data.subarray(length.total);
    }
    this.#rest = data;
  }

  #packet(first: number, body: Buffer): void {
    const kind = first & 0xf0;
    if (kind === PUBACK) this.#handlers.onPuback?.(body.readUInt16BE(0));
    else if (kind === PUBLISH) this.#published(first, body);
    else this.#answered(); // CONNACK, SUBACK: one question at a time
  }

  #published(first: number, body: Buffer): void {
    const nameEnd = 2 + body.readUInt16BE(0);
    const topic = body.toString('utf8', 2, nameEnd);
    if ((first & 0x06) === 0) this.#handlers.onPublish({ topic, payload: body.subarray(nameEnd), packetId: null });
    else this.#handlers.onPublish({ topic, payload: body.subarray(nameEnd + 2), packetId: body.readUInt16BE(nameEnd) });
  }
}

function text(octets: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(octets.length);
  return Buffer.concat([length, octets]);
}

function withLength(type: number, length: number): Buffer {
  const octets = [type];
  let rest = length;
  do {
    octets.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>>= 7;
  } while (rest > 0);
  return Buffer.from(octets);
}

/** Null: more octets are needed. */
function lengthOf(data: Buffer): { head: number; total: number } | null {
  let length = 0;
  for (let i = 1; i < 5 && i < data.length; i += 1) {
    const octet = data.readUInt8(i);
    length |= (octet & 0x7f) << (7 * (i - 1));
    if ((octet & 0x80) === 0) return { head: i + 1, total: i + 1 + length };
  }
  return null;
}
