/** A Bluetooth LE peripheral on the virtual radio: it advertises, and serves its attribute table to one central at a time. */
import { randomBytes } from 'node:crypto';
import { identityData, nameData } from './advertising-data.ts';
import type { Advertisement, Advertiser, Air, DeviceAddress } from './air.ts';
import { AttServer } from './att-server.ts';
import { GattDatabase } from './gatt-database.ts';
import type { ServiceDefinition } from './gatt-database.ts';
import { Channel, FrameAssembler, sendFrame } from './l2cap.ts';
import { DisconnectReason } from './link.ts';
import type { AddressType, Link, LinkEnd, LinkParameters } from './link.ts';
import { addressOctets, octets, u16 } from './octets.ts';
import { SmpResponder } from './smp-responder.ts';

export interface PeripheralOptions {
  /** Lower case with colons; random static unless {@link addressType} says public. */
  readonly address: string;
  readonly addressType?: AddressType;
  readonly name: string;
  /** 16 bit UUIDs in the advertising data. */
  readonly advertisedServices?: readonly string[];
  readonly services: readonly ServiceDefinition[];
  readonly mtu?: number;
  readonly pairing?: 'just-works' | 'reject';
  readonly rssiDbm?: number;
  readonly advertising?: 'legacy' | 'extended';
  readonly advertisingIntervalMs?: number;
  /** Sixteen random octets for pairing. */
  readonly random?: () => Uint8Array;
  /** A value is leaving by notification or indication. */
  readonly onValue?: (characteristic: string, value: Uint8Array) => void;
}

export interface PeripheralEvents {
  onConnect?(): void;
  onDisconnect?(reason: number): void;
  onSubscribe?(characteristic: string, bits: number): void;
  /** The central has sent something over ATT. */
  onActivity?(): void;
}

interface Connection {
  readonly link: Link;
  readonly att: AttServer;
}

const GENERIC_ACCESS = '1800';
const GENERIC_ATTRIBUTE = '1801';
const DEFAULT_MTU = 247;

export class VirtualPeripheral implements Advertiser {
  readonly address: string;
  readonly addressType: AddressType;
  readonly rssiDbm: number;
  readonly advertisement: Advertisement;
  readonly database: GattDatabase;
  events: PeripheralEvents = {};
  private readonly air: Air;
  private readonly options: PeripheralOptions;
  private connection: Connection | null = null;

  constructor(air: Air, options: PeripheralOptions) {
    this.air = air;
    this.options = options;
    this.address = options.address;
    this.addressType = options.addressType ?? 1;
    this.rssiDbm = options.rssiDbm ?? -60;
    this.advertisement = advertisementOf(options);
    this.database = new GattDatabase([...commonServices(options.name), ...options.services]);
  }

  get connected(): boolean {
    return this.connection !== null;
  }

  get encrypted(): boolean {
    return this.connection?.link.encrypted ?? false;
  }

  /** The server of the present connection. */
  get att(): AttServer | null {
    return this.connection?.att ?? null;
  }

  startAdvertising(): void {
    if (!this.connection) this.air.advertise(this);
  }

  stopAdvertising(): void {
    this.air.stopAdvertising(this);
  }

  disconnect(): void {
    this.connection?.link.close('peripheral', DisconnectReason.remoteUser);
  }

  /** Out of range, or its battery was pulled: the central finds out by its supervision timeout. */
  vanish(): void {
    this.stopAdvertising();
    this.connection?.link.lose();
  }

  /** Asks the central for other connection parameters. @see Bluetooth Core 5.4 Vol 3 Part A §4.20 */
  requestParameters(minimumInterval: number, parameters: LinkParameters): void {
    if (!this.connection) return;
    const { interval, latency, timeout } = parameters;
    const body = octets(u16(minimumInterval), u16(interval), u16(latency), u16(timeout));
    const request = octets(0x12, 0x01, u16(body.length), body);
    sendFrame(this.connection.link, 'peripheral', Channel.signaling, request);
  }

  accept(link: Link, central: DeviceAddress): LinkEnd {
    this.stopAdvertising();
    const att = this.createAttServer(link);
    const smp = this.createSmp(link, central);
    const frames = new FrameAssembler((channel, payload) => {
      if (channel === Channel.att) {
        att.receive(payload);
        this.events.onActivity?.();
      }
      if (channel === Channel.security) smp.receive(payload);
    });
    this.connection = { link, att };
    this.air.scheduler.setImmediate(() => {
      if (link.open) this.events.onConnect?.();
    });
    return {
      onAcl: (start, data) => frames.push(start, data),
      onLtkRequest: (random, ediv, answer) => answer(smp.keyFor(random, ediv)),
      onEncrypted: (on) => void (att.encrypted = on),
      onDisconnect: (reason) => {
        this.connection = null;
        att.close();
        this.events.onDisconnect?.(reason);
      },
    };
  }

  private createAttServer(link: Link): AttServer {
    const { onValue } = this.options;
    return new AttServer({
      database: this.database,
      scheduler: this.air.scheduler,
      mtu: this.options.mtu ?? DEFAULT_MTU,
      send: (pdu) => sendFrame(link, 'peripheral', Channel.att, pdu),
      onSubscribe: (characteristic, bits) => this.events.onSubscribe?.(characteristic, bits),
      onTimeout: () => link.close('peripheral', DisconnectReason.remoteUser),
      ...(onValue && { onValue }),
    });
  }

  private createSmp(link: Link, central: DeviceAddress): SmpResponder {
    return new SmpResponder({
      policy: this.options.pairing ?? 'just-works',
      addresses: {
        initiatorType: central.addressType,
        initiator: addressOctets(central.address),
        responderType: this.addressType,
        responder: addressOctets(this.address),
      },
      random: this.options.random ?? (() => randomBytes(16)),
      send: (pdu) => sendFrame(link, 'peripheral', Channel.security, pdu),
    });
  }
}

function advertisementOf(options: PeripheralOptions): Advertisement {
  const identity = identityData(options.advertisedServices ?? []);
  const intervalMs = options.advertisingIntervalMs ?? 100;
  const name = nameData(options.name);
  // An extended advertisement is connectable or scannable, never both: the name goes along.
  return options.advertising === 'extended'
    ? {
        pdu: 'extended',
        connectable: true,
        scannable: false,
        data: octets(identity, name),
        scanResponse: octets(),
        intervalMs,
      }
    : { pdu: 'legacy', connectable: true, scannable: true, data: identity, scanResponse: name, intervalMs };
}

function commonServices(name: string): ServiceDefinition[] {
  return [
    {
      uuid: GENERIC_ACCESS,
      characteristics: [
        { uuid: '2a00', properties: ['read'], value: Buffer.from(name) },
        { uuid: '2a01', properties: ['read'], value: u16(0) },
      ],
    },
    { uuid: GENERIC_ATTRIBUTE, characteristics: [{ uuid: '2a05', properties: ['indicate'] }] },
  ];
}
