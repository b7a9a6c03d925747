/** Device Information service (0x180A): strings, System ID, PnP ID. */
import type { ByteCursor } from '../bytes/byte-cursor.ts';
import { fromHex, toHex } from '../bytes/hex.ts';
import { fromUtf8, toUtf8 } from '../bytes/utf8.ts';
import type { Codec } from './codec.ts';
import { defineCodec } from './define-codec.ts';

export const DEVICE_INFORMATION_SERVICE = '180a';

/** UTF-8 text. Devices pad with NUL or send other encodings: then `octets` keeps what they sent. */
export interface DeviceString {
  readonly text: string;
  /** Hex of the value where it is not simply the text in UTF-8; else null. */
  readonly octets: string | null;
}

export interface SystemId {
  /** Five octets, most significant first, hex. */
  readonly manufacturerId: string;
  /** Organizationally unique identifier, three octets, most significant first, hex. */
  readonly oui: string;
}

/** 1 = Bluetooth SIG, 2 = USB Implementer's Forum; others reserved. */
export interface PnpId {
  readonly vendorIdSource: number;
  readonly vendorId: number;
  readonly productId: number;
  readonly productVersion: number;
}

const SPEC = 'Device Information Service';

export const manufacturerName = stringCodec('2a29', 'Manufacturer Name String');
export const modelNumber = stringCodec('2a24', 'Model Number String');
export const serialNumber = stringCodec('2a25', 'Serial Number String');
export const hardwareRevision = stringCodec('2a27', 'Hardware Revision String');
export const firmwareRevision = stringCodec('2a26', 'Firmware Revision String');
export const softwareRevision = stringCodec('2a28', 'Software Revision String');

/** @see Device Information Service */
export const systemId = defineCodec<SystemId>({
  uuid: '2a23',
  name: 'System ID',
  spec: SPEC,
  read: (cursor) => {
    cursor.exactly(8);
    return { manufacturerId: reversedHex(cursor, 'manufacturerId', 5), oui: reversedHex(cursor, 'oui', 3) };
  },
  write: (writer, value) => {
    writer.bytes(fromHex(value.manufacturerId).reverse()).bytes(fromHex(value.oui).reverse());
  },
});

/** @see Device Information Service */
export const pnpId = defineCodec<PnpId>({
  uuid: '2a50',
  name: 'PnP ID',
  spec: SPEC,
  read: (cursor) => {
    cursor.exactly(7);
    return {
      vendorIdSource: cursor.u8('vendorIdSource'),
      vendorId: cursor.u16('vendorId'),
      productId: cursor.u16('productId'),
      productVersion: cursor.u16('productVersion'),
    };
  },
  write: (writer, value) => {
    writer.u8(value.vendorIdSource).u16(value.vendorId).u16(value.productId).u16(value.productVersion);
  },
});

/** EUI-64, OUI first, sixteen hex digits: the octets of the wire reversed. */
export function eui64Of(id: SystemId): string {
  return id.oui + id.manufacturerId;
}

function stringCodec(uuid: string, name: string): Codec<DeviceString> {
  return defineCodec<DeviceString>({
    uuid,
    name,
    spec: SPEC,
    read: (cursor) => cursor.take('text', cursor.remaining, toDeviceString, (value) => value.text),
    write: (writer, value) => {
      writer.bytes(value.octets === null ? toUtf8(value.text) : fromHex(value.octets));
    },
  });
}

function toDeviceString(octets: Uint8Array): DeviceString {
  const { text, exact } = fromUtf8(octets);
  const trimmed = text.replace(/\0+$/, '');
  return { text: trimmed, octets: exact && trimmed === text ? null : toHex(octets) };
}

function reversedHex(cursor: ByteCursor, name: string, length: number): string {
  return cursor.take(name, length, (octets) => toHex(octets.slice().reverse()), String);
}
