import { describe, expect, it } from 'vitest';
import {
  aclPacket,
  advertisingBody,
  commandPacket,
  connectionBody,
  eventPacket,
  extendedAdvertisingBody,
  LeEvent,
  Opcode,
} from './hci-packets.ts';
import { supportedCommands } from './hci-supported-commands.ts';

const hex = (octets: Uint8Array) => Buffer.from(octets).toString('hex');
const report = {
  address: 'c0:01:02:03:04:05',
  addressType: 1,
  rssiDbm: -60,
  data: Buffer.from('020106', 'hex'),
} as const;
const connection = {
  status: 0,
  handle: 0x0040,
  role: 0,
  peerType: 1,
  peer: 'c0:01:02:03:04:05',
  parameters: { interval: 24, latency: 0, timeout: 200 },
} as const;

// Worked out by hand from Bluetooth Core 5.4 Vol 4 Part E §5.4 and §7.7.
describe('HCI packets', () => {
  it('lays out a command', () => {
    expect(hex(commandPacket(Opcode.reset))).toBe('01030c00');
  });

  it('lays out an event', () => {
    expect(hex(eventPacket(0x0e, Buffer.from('01030c00', 'hex')))).toBe('040e0401030c00');
  });

  it('marks first and continuing ACL fragments', () => {
    expect(hex(aclPacket(0x0040, true, Buffer.of(1, 2)))).toBe('02402002000102');
    expect(hex(aclPacket(0x0040, false, Buffer.of(3)))).toBe('024010010003');
  });

  it('lays out LE Connection Complete, and the enhanced one with twelve octets of no private address', () => {
    const tail = '18000000c80000';
    expect(hex(connectionBody(connection, false))).toBe(`00400000010504030201c0${tail}`);
    expect(hex(connectionBody(connection, true))).toBe(`00400000010504030201c0${'00'.repeat(12)}${tail}`);
    expect(LeEvent.enhancedConnectionComplete).toBe(0x0a);
  });

  it('lays out an advertising report', () => {
    expect(hex(advertisingBody(0, report))).toBe('0100010504030201c003020106c4');
  });

  it('lays out an extended advertising report of a legacy PDU', () => {
    const tail = '03020106';
    expect(hex(extendedAdvertisingBody(0x13, report))).toBe(`011300010504030201c00100ff7fc4000000000000000000${tail}`);
  });
});

describe('Read Local Supported Commands', () => {
  it('equals the bit field of a legacy controller that a strict foreign host accepts', () => {
    const legacy = Object.values(Opcode).filter((opcode) => opcode < Opcode.leSetExtendedScanParameters);
    const field = '2000800000c000000000000000008822000000000000000060f7ff270f00000000c0010800';
    expect(hex(supportedCommands(legacy))).toBe(field.padEnd(128, '0'));
  });

  it('adds three bits for extended scanning and connecting', () => {
    expect(supportedCommands(Object.values(Opcode))[37]).toBe(0xe0);
  });

  it('claims nothing for a command that has no place in the field', () => {
    expect(hex(supportedCommands([0x1002, 0xfc01]))).toBe('00'.repeat(64));
  });
});
