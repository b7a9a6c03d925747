/** Names and layouts of the HCI packets that the virtual controller speaks. @see Bluetooth Core 5.4 Vol 4 Part E §7 */
import { addressOctets, octets, u16 } from './octets.ts';
import type { AddressType, LinkParameters } from './link.ts';

/** First octet of an H4 packet. */
export const PacketType = { command: 0x01, acl: 0x02, event: 0x04 } as const;

export const Opcode = {
  disconnect: 0x0406,
  readRemoteVersion: 0x041d,
  setEventMask: 0x0c01,
  reset: 0x0c03,
  readLeHostSupport: 0x0c6c,
  writeLeHostSupport: 0x0c6d,
  readLocalVersion: 0x1001,
  readLocalSupportedCommands: 0x1002,
  readBufferSize: 0x1005,
  readBdAddr: 0x1009,
  readRssi: 0x1405,
  leSetEventMask: 0x2001,
  leReadBufferSize: 0x2002,
  leReadLocalFeatures: 0x2003,
  leSetRandomAddress: 0x2005,
  leSetAdvertisingParameters: 0x2006,
  leReadAdvertisingTxPower: 0x2007,
  leSetAdvertisingData: 0x2008,
  leSetScanResponseData: 0x2009,
  leSetAdvertisingEnable: 0x200a,
  leSetScanParameters: 0x200b,
  leSetScanEnable: 0x200c,
  leCreateConnection: 0x200d,
  leCreateConnectionCancel: 0x200e,
  leReadFilterAcceptListSize: 0x200f,
  leClearFilterAcceptList: 0x2010,
  leAddToFilterAcceptList: 0x2011,
  leRemoveFromFilterAcceptList: 0x2012,
  leConnectionUpdate: 0x2013,
  leReadRemoteFeatures: 0x2016,
  leStartEncryption: 0x2019,
  leLtkRequestReply: 0x201a,
  leLtkRequestNegativeReply: 0x201b,
  leReadSupportedStates: 0x201c,
  leSetDataLength: 0x2022,
  leReadDefaultDataLength: 0x2023,
  leWriteDefaultDataLength: 0x2024,
  leReadMaximumDataLength: 0x202f,
  leSetExtendedScanParameters: 0x2041,
  leSetExtendedScanEnable: 0x2042,
  leExtendedCreateConnection: 0x2043,
} as const;

export const EventCode = {
  disconnectionComplete: 0x05,
  encryptionChange: 0x08,
  readRemoteVersionComplete: 0x0c,
  commandComplete: 0x0e,
  commandStatus: 0x0f,
  numberOfCompletedPackets: 0x13,
  leMeta: 0x3e,
} as const;

export const LeEvent = {
  connectionComplete: 0x01,
  advertisingReport: 0x02,
  connectionUpdateComplete: 0x03,
  readRemoteFeaturesComplete: 0x04,
  ltkRequest: 0x05,
  dataLengthChange: 0x07,
  enhancedConnectionComplete: 0x0a,
  extendedAdvertisingReport: 0x0d,
} as const;

export const Status = {
  success: 0x00,
  unknownCommand: 0x01,
  unknownConnection: 0x02,
  keyMissing: 0x06,
  connectionLimit: 0x09,
  commandDisallowed: 0x0c,
  invalidParameters: 0x12,
} as const;

/** Link-layer time for 251 octets on the 1M PHY, µs. */
export const MAX_TX_TIME_US = 2120;
export const MAX_TX_OCTETS = 251;

/** Packet boundary flag, controller to host: first or continuing fragment. */
const BOUNDARY_FIRST = 0b10;
const BOUNDARY_CONTINUING = 0b01;

export function eventPacket(code: number, body: Uint8Array): Buffer {
  return octets(PacketType.event, code, body.length, body);
}

export function aclPacket(handle: number, start: boolean, data: Uint8Array): Buffer {
  const boundary = start ? BOUNDARY_FIRST : BOUNDARY_CONTINUING;
  return octets(PacketType.acl, u16(handle | (boundary << 12)), u16(data.length), data);
}

/** A command as a host sends it; hosts in tests build theirs with it. */
export function commandPacket(opcode: number, parameters: Uint8Array = new Uint8Array()): Buffer {
  return octets(PacketType.command, u16(opcode), parameters.length, parameters);
}

export interface ConnectionReport {
  readonly status: number;
  readonly handle: number;
  readonly role: 0 | 1; // central | peripheral
  readonly peerType: AddressType;
  readonly peer: string;
  readonly parameters: LinkParameters;
}

/** Body of LE Connection Complete, or of LE Enhanced Connection Complete without private addresses. */
export function connectionBody(report: ConnectionReport, enhanced: boolean): Buffer {
  const { interval, latency, timeout } = report.parameters;
  return octets(
    report.status,
    u16(report.handle),
    report.role,
    report.peerType,
    addressOctets(report.peer),
    enhanced ? Buffer.alloc(12) : Buffer.alloc(0),
    u16(interval),
    u16(latency),
    u16(timeout),
    0, // central clock accuracy: 500 ppm
  );
}

export interface AdvertisingReport {
  readonly addressType: AddressType;
  readonly address: string;
  readonly rssiDbm: number;
  readonly data: Uint8Array;
}

/** @param type 0 ADV_IND, 2 ADV_SCAN_IND, 3 ADV_NONCONN_IND, 4 SCAN_RSP */
export function advertisingBody(type: number, report: AdvertisingReport): Buffer {
  const { addressType, address, data, rssiDbm } = report;
  return octets(1, type, addressType, addressOctets(address), data.length, data, rssiDbm & 0xff);
}

/** @param type bits: 0 connectable, 1 scannable, 3 scan response, 4 legacy PDU */
export function extendedAdvertisingBody(type: number, report: AdvertisingReport): Buffer {
  const { addressType, address, data, rssiDbm } = report;
  const legacy = (type & 0x10) !== 0;
  return octets(
    1,
    u16(type),
    addressType,
    addressOctets(address),
    0x01, // primary PHY: 1M
    legacy ? 0x00 : 0x01, // secondary PHY: none or 1M
    legacy ? 0xff : 0x00, // advertising SID
    0x7f, // TX power not known
    rssiDbm & 0xff,
    u16(0), // not periodic
    Buffer.alloc(7), // direct address
    data.length,
    data,
  );
}
