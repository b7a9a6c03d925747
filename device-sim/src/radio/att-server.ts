/** The ATT server of one connection: answers a client from the attribute table. No octets that a client sends make it throw. */
import { AttError, AttOpcode, COMMAND_FLAG, DEFAULT_MTU, errorResponse, MAX_VALUE_OCTETS } from './att-packets.ts';
import { IndicationQueue } from './att-indications.ts';
import { AttributeType } from './gatt-database.ts';
import type { Attribute, GattDatabase } from './gatt-database.ts';
import { octets, u16, uuidOctets, uuidText } from './octets.ts';
import type { Scheduler } from './scheduler.ts';

export interface AttServerOptions {
  readonly database: GattDatabase;
  readonly scheduler: Scheduler;
  /** Largest MTU that the device takes. */
  readonly mtu: number;
  readonly send: (pdu: Uint8Array) => void;
  /** A notified or indicated value is leaving the device. */
  readonly onValue?: (characteristic: string, value: Uint8Array) => void;
  /** A client has written a client configuration: bit 0 notifications, bit 1 indications. */
  readonly onSubscribe?: (characteristic: string, bits: number) => void;
  /** The client did not confirm an indication within 30 s: the connection is of no use any more. */
  readonly onTimeout?: () => void;
}

const NOTIFY_BIT = 0x01;
const INDICATE_BIT = 0x02;
/** Prepared writes that the device keeps. */
const MAX_PREPARED = 64;

interface Prepared {
  readonly handle: number;
  readonly offset: number;
  readonly data: Uint8Array;
}

type Handler = (pdu: Buffer) => void;

export class AttServer {
  mtu = DEFAULT_MTU;
  encrypted = false;
  private readonly options: AttServerOptions;
  private readonly configurations = new Map<number, number>();
  private readonly indications: IndicationQueue;
  private prepared: Prepared[] = [];

  /** Opcode -> fewest octets of the PDU, and what is done. */
  private readonly handlers: ReadonlyMap<number, readonly [octets: number, handle: Handler]> = new Map([
    [AttOpcode.exchangeMtuRequest, [3, (p: Buffer) => this.exchangeMtu(p)]],
    [AttOpcode.findInformationRequest, [5, (p: Buffer) => this.findInformation(p)]],
    [AttOpcode.findByTypeValueRequest, [7, (p: Buffer) => this.findByTypeValue(p)]],
    [AttOpcode.readByTypeRequest, [7, (p: Buffer) => this.readByType(p)]],
    [AttOpcode.readRequest, [3, (p: Buffer) => this.read(p, 0)]],
    [AttOpcode.readBlobRequest, [5, (p: Buffer) => this.read(p, p.readUInt16LE(3))]],
    [AttOpcode.readByGroupTypeRequest, [7, (p: Buffer) => this.readByGroupType(p)]],
    [AttOpcode.writeRequest, [3, (p: Buffer) => this.writeRequest(p)]],
    [AttOpcode.writeCommand, [3, (p: Buffer) => void this.write(p.readUInt16LE(1), p.subarray(3), true)]],
    [AttOpcode.prepareWriteRequest, [5, (p: Buffer) => this.prepareWrite(p)]],
    [AttOpcode.executeWriteRequest, [2, (p: Buffer) => this.executeWrite(p)]],
    [AttOpcode.confirmation, [1, () => this.indications.confirm()]],
  ]);

  constructor(options: AttServerOptions) {
    this.options = options;
    this.indications = new IndicationQueue(options.scheduler, options.send, () => options.onTimeout?.());
  }

  /** The client has asked for these values. */
  isSubscribed(characteristic: string, how: 'notify' | 'indicate'): boolean {
    const handle = this.options.database.valueHandle(characteristic);
    const bits = handle === undefined ? 0 : (this.configurations.get(handle) ?? 0);
    return (bits & (how === 'notify' ? NOTIFY_BIT : INDICATE_BIT)) !== 0;
  }

  /** False: nobody has subscribed, nothing was sent. */
  notify(characteristic: string, value: Uint8Array): boolean {
    if (!this.isSubscribed(characteristic, 'notify')) return false;
    this.options.onValue?.(characteristic, value);
    this.options.send(this.valuePdu(AttOpcode.notification, characteristic, value));
    return true;
  }

  /**
   * One indication is under way at a time, others wait.
   * @param settled true: the client has confirmed; false: the connection ended or 30 s passed before it did
   * @returns false: nobody has subscribed, nothing was sent and `settled` is not called
   */
  indicate(characteristic: string, value: Uint8Array, settled: (confirmed: boolean) => void): boolean {
    if (!this.isSubscribed(characteristic, 'indicate')) return false;
    const pdu = this.valuePdu(AttOpcode.indication, characteristic, value);
    this.indications.add({ pdu, sent: () => this.options.onValue?.(characteristic, value), settled });
    return true;
  }

  /** The connection has ended. */
  close(): void {
    this.indications.close();
  }

  receive(pdu: Buffer): void {
    const opcode = pdu[0];
    if (opcode === undefined) return;
    const handler = this.handlers.get(opcode);
    const answered = (opcode & COMMAND_FLAG) === 0;
    if (handler && pdu.length >= handler[0]) handler[1](pdu);
    else if (answered) this.fail(opcode, 0, handler ? AttError.invalidPdu : AttError.requestNotSupported);
  }

  private valuePdu(opcode: number, characteristic: string, value: Uint8Array): Buffer {
    const handle = this.options.database.valueHandle(characteristic) ?? 0;
    return octets(opcode, u16(handle), value.subarray(0, this.mtu - 3));
  }

  private fail(request: number, handle: number, error: number): void {
    this.options.send(errorResponse(request, handle, error));
  }

  private exchangeMtu(p: Buffer): void {
    // Clients take the answer for the MTU in effect: it has to be the smaller one, not ours.
    this.mtu = Math.max(DEFAULT_MTU, Math.min(p.readUInt16LE(1), this.options.mtu));
    this.options.send(octets(AttOpcode.exchangeMtuResponse, u16(this.mtu)));
  }

  /** The attributes of the range in a request; null when the range is none (the error is sent). */
  private attributesAsked(p: Buffer): readonly Attribute[] | null {
    const first = p.readUInt16LE(1);
    const last = p.readUInt16LE(3);
    if (first > 0 && first <= last) return this.options.database.range(first, last);
    this.fail(p.readUInt8(0), first, AttError.invalidHandle);
    return null;
  }

  /** Entries of equal length, as many as fit. */
  private sendList(p: Buffer, head: (entryOctets: number) => Uint8Array, entries: readonly Buffer[]): void {
    const size = entries[0]?.length;
    if (size === undefined) {
      this.fail(p.readUInt8(0), p.readUInt16LE(1), AttError.attributeNotFound);
      return;
    }
    const start = head(size);
    const different = entries.findIndex((entry) => entry.length !== size);
    const alike = different < 0 ? entries.length : different;
    const fitting = Math.max(1, Math.floor((this.mtu - start.length) / size));
    this.options.send(octets(start, ...entries.slice(0, Math.min(alike, fitting))));
  }

  private findInformation(p: Buffer): void {
    const entries = this.attributesAsked(p)?.map(({ handle, type }) => octets(u16(handle), uuidOctets(type)));
    // Format 1: UUIDs of 16 bit, 2: of 128 bit.
    if (entries) this.sendList(p, (size) => octets(AttOpcode.findInformationResponse, size === 4 ? 1 : 2), entries);
  }

  private findByTypeValue(p: Buffer): void {
    const type = uuidText(p.subarray(5, 7));
    const value = p.subarray(7);
    const found = this.attributesAsked(p)?.filter(
      (attribute) => attribute.type === type && 'value' in attribute && value.equals(attribute.value),
    );
    const entries = found?.map((attribute) =>
      octets(u16(attribute.handle), u16(attribute.kind === 'service' ? attribute.endHandle : attribute.handle)),
    );
    if (entries) this.sendList(p, () => octets(AttOpcode.findByTypeValueResponse), entries);
  }

  private readByGroupType(p: Buffer): void {
    if (uuidText(p.subarray(5)) !== AttributeType.primaryService) {
      this.fail(AttOpcode.readByGroupTypeRequest, p.readUInt16LE(1), AttError.unsupportedGroupType);
      return;
    }
    const entries = this.attributesAsked(p)?.flatMap((attribute) =>
      attribute.kind === 'service' ? [octets(u16(attribute.handle), u16(attribute.endHandle), attribute.value)] : [],
    );
    if (entries) this.sendList(p, (size) => octets(AttOpcode.readByGroupTypeResponse, size), entries);
  }

  private readByType(p: Buffer): void {
    const type = uuidText(p.subarray(5));
    const found = this.attributesAsked(p)?.filter((attribute) => attribute.type === type);
    const [first] = found ?? [];
    const refused = first && this.readError(first);
    if (first && refused) {
      this.fail(AttOpcode.readByTypeRequest, first.handle, refused);
      return;
    }
    const longest = Math.min(253, this.mtu - 4);
    const entries = found
      ?.filter((attribute) => this.readError(attribute) === 0)
      .map((attribute) => octets(u16(attribute.handle), this.valueOf(attribute).subarray(0, longest)));
    if (entries) this.sendList(p, (size) => octets(AttOpcode.readByTypeResponse, size), entries);
  }

  private read(p: Buffer, offset: number): void {
    const request = p.readUInt8(0);
    const handle = p.readUInt16LE(1);
    const attribute = this.options.database.at(handle);
    const error = attribute ? this.readError(attribute) : AttError.invalidHandle;
    if (!attribute || error) {
      this.fail(request, handle, error);
      return;
    }
    const value = this.valueOf(attribute);
    if (offset > value.length) {
      this.fail(request, handle, AttError.invalidOffset);
      return;
    }
    this.options.send(octets(request + 1, value.subarray(offset, offset + this.mtu - 1)));
  }

  /** ATT error code, 0: may be read. */
  private readError(attribute: Attribute): number {
    if (attribute.kind !== 'value') return 0;
    const { properties, secure } = attribute.characteristic;
    if (!properties.includes('read')) return AttError.readNotPermitted;
    return secure && !this.encrypted ? AttError.insufficientAuthentication : 0;
  }

  private valueOf(attribute: Attribute): Uint8Array {
    if (attribute.kind === 'configuration') return u16(this.configurations.get(attribute.valueHandle) ?? 0);
    if (attribute.kind !== 'value') return attribute.value;
    const { value } = attribute.characteristic;
    return (typeof value === 'function' ? value() : value) ?? new Uint8Array();
  }

  private writeRequest(p: Buffer): void {
    const handle = p.readUInt16LE(1);
    const error = this.write(handle, p.subarray(3), false);
    if (error) this.fail(AttOpcode.writeRequest, handle, error);
    else this.options.send(octets(AttOpcode.writeResponse));
  }

  private prepareWrite(p: Buffer): void {
    const handle = p.readUInt16LE(1);
    const error = this.prepared.length >= MAX_PREPARED ? AttError.prepareQueueFull : this.writeError(handle, false);
    if (error) {
      this.fail(AttOpcode.prepareWriteRequest, handle, error);
      return;
    }
    this.prepared.push({ handle, offset: p.readUInt16LE(3), data: Buffer.from(p.subarray(5)) });
    this.options.send(octets(AttOpcode.prepareWriteResponse, p.subarray(1)));
  }

  private executeWrite(p: Buffer): void {
    const prepared = this.prepared;
    this.prepared = [];
    const [first] = prepared;
    if (p[1] === 1 && first) {
      const value = Buffer.concat(prepared.filter(({ handle }) => handle === first.handle).map(({ data }) => data));
      const error = this.write(first.handle, value, false);
      if (error) {
        this.fail(AttOpcode.executeWriteRequest, first.handle, error);
        return;
      }
    }
    this.options.send(octets(AttOpcode.executeWriteResponse));
  }

  /** ATT error code, 0: may be written. */
  private writeError(handle: number, command: boolean): number {
    const attribute = this.options.database.at(handle);
    if (!attribute) return AttError.invalidHandle;
    if (attribute.kind === 'service' || attribute.kind === 'declaration') return AttError.writeNotPermitted;
    const { properties, secure, refuseSubscription } = attribute.characteristic;
    const writable =
      attribute.kind === 'configuration' || properties.includes(command ? 'writeWithoutResponse' : 'write');
    if (!writable) return AttError.writeNotPermitted;
    if (secure && !this.encrypted) return AttError.insufficientAuthentication;
    return attribute.kind === 'configuration' ? (refuseSubscription ?? 0) : 0;
  }

  private write(handle: number, value: Buffer, command: boolean): number {
    const error = this.writeError(handle, command);
    const attribute = this.options.database.at(handle);
    if (error || !attribute) return error;
    if (value.length > MAX_VALUE_OCTETS) return AttError.invalidAttributeLength;
    if (attribute.kind === 'configuration') return this.configure(attribute, value);
    if (attribute.kind === 'value') return attribute.characteristic.onWrite?.(value) ?? 0;
    return AttError.writeNotPermitted;
  }

  private configure(attribute: Attribute & { kind: 'configuration' }, value: Buffer): number {
    if (value.length !== 2) return AttError.invalidAttributeLength;
    const bits = value.readUInt16LE(0);
    this.configurations.set(attribute.valueHandle, bits);
    // After the answer: what the device sends on subscribing must not overtake it.
    this.options.scheduler.setImmediate(() => this.options.onSubscribe?.(attribute.characteristic.uuid, bits));
    return 0;
  }
}
