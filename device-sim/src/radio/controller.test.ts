import { describe, expect, it } from 'vitest';
import { thermometer } from '../testing/thermometer.ts';
import { Air } from './air.ts';
import { VirtualController } from './controller.ts';
import type { ControllerOptions } from './controller-options.ts';
import { commandPacket, Opcode } from './hci-packets.ts';
import { addressOctets, octets, u16 } from './octets.ts';
import { VirtualPeripheral } from './peripheral.ts';
import type { PeripheralOptions } from './peripheral.ts';
import { VirtualScheduler } from './scheduler.ts';

const DEVICE = 'c0:01:02:03:04:05';

function rig(
  options: Partial<ControllerOptions> = {},
  instant = true,
  peripheralOptions: Partial<PeripheralOptions> = {},
) {
  const scheduler = new VirtualScheduler(1_000_000);
  const air = new Air({ scheduler, instant });
  const controller = new VirtualController(air, { address: '00:11:22:33:44:55', ...options });
  const packets: string[] = [];
  controller.attachHost((packet) => packets.push(packet.toString('hex')));
  const peripheral = new VirtualPeripheral(air, {
    address: DEVICE,
    name: 'T',
    services: [thermometer()],
    ...peripheralOptions,
  });
  const command = (opcode: number, ...parameters: (number | Uint8Array)[]) =>
    controller.receive(commandPacket(opcode, octets(...parameters)));
  /** Packets that came since the last call. */
  const taken = () => packets.splice(0);
  return { scheduler, air, controller, peripheral, command, taken };
}

type Rig = ReturnType<typeof rig>;

/** Interval 30 ms, supervision timeout 2 s. */
const CREATE = [u16(96), u16(96), 0, 1, addressOctets(DEVICE), 0, u16(24), u16(24), u16(0), u16(200), u16(0), u16(0)];

function connect({ peripheral, command, scheduler, taken }: Rig): void {
  peripheral.startAdvertising();
  command(Opcode.leCreateConnection, ...CREATE);
  scheduler.advance(200);
  taken();
}

/** An ACL packet of handle 0x0040 with one ATT PDU. */
function att(...pdu: number[]): Buffer {
  const frame = octets(u16(pdu.length), u16(4), ...pdu);
  return octets(0x02, u16(0x0040), u16(frame.length), frame);
}

describe('virtual controller', () => {
  it('answers an unknown command with 0x01 and remembers it', () => {
    const { controller, command, taken } = rig();
    command(0xfc01);
    expect(taken()).toEqual(['040e040101fc01']);
    expect([...controller.unknownOpcodes]).toEqual([0xfc01]);
  });

  it('answers a command whose parameters are too short with 0x12', () => {
    const { command, taken } = rig();
    command(Opcode.leCreateConnection, 1, 2, 3);
    expect(taken()).toEqual(['040e04010d2012']);
  });

  it('answers a burst of commands one by one, in order', () => {
    const { command, taken } = rig();
    for (const opcode of [Opcode.reset, Opcode.setEventMask, Opcode.leSetEventMask]) command(opcode);
    expect(taken()).toEqual(['040e0401030c00', '040e0401010c00', '040e0401012000']);
  });

  it('claims exactly the commands that it has', () => {
    for (const options of [{ extended: false }, { extended: true }, { dataLength: false }]) {
      const { controller, command, taken } = rig(options);
      command(Opcode.readLocalSupportedCommands);
      const field = Buffer.from(taken()[0] ?? '', 'hex').subarray(7);
      const claims = (octet: number, bit: number) => ((field[octet] ?? 0) & (1 << bit)) !== 0;
      command(Opcode.leExtendedCreateConnection);
      command(Opcode.leSetDataLength);
      expect(controller.unknownOpcodes.has(Opcode.leExtendedCreateConnection)).toBe(!claims(37, 7));
      expect(controller.unknownOpcodes.has(Opcode.leSetDataLength)).toBe(!claims(33, 6));
    }
  });

  it('always reports a scan response, even an empty one', () => {
    const { air, command, scheduler, taken } = rig();
    air.advertise({
      address: DEVICE,
      addressType: 1,
      rssiDbm: -60,
      advertisement: {
        pdu: 'legacy',
        connectable: true,
        scannable: true,
        data: octets(),
        scanResponse: octets(),
        intervalMs: 100,
      },
      accept: () => {
        throw new Error('not connected in this test');
      },
    });
    command(Opcode.leSetScanParameters, 1, u16(16), u16(16), 0, 0);
    command(Opcode.leSetScanEnable, 1, 1);
    scheduler.advance(1);
    expect(taken().slice(2)).toEqual(['043e0c020100010504030201c000c4', '043e0c020104010504030201c000c4']);
  });

  it('hears extended advertising only when it can, and reports it as such', () => {
    const heard = (extended: boolean) => {
      const { peripheral, command, scheduler, taken } = rig({ extended }, true, { advertising: 'extended' });
      peripheral.startAdvertising();
      command(Opcode.leSetScanEnable, 1, 1);
      taken();
      scheduler.advance(1);
      return taken();
    };
    expect(heard(false)).toEqual([]);
    const [report, ...more] = heard(true);
    expect(more).toEqual([]);
    // LE Meta, length, Extended Advertising Report, one report, connectable and neither scannable nor legacy.
    expect(report).toMatch(/^043e..0d010100/);
  });

  it('filters duplicates when told to, and not otherwise', () => {
    for (const [filter, reports] of [
      [1, 2],
      [0, 6],
    ] as const) {
      const { peripheral, command, scheduler, taken } = rig();
      peripheral.startAdvertising();
      command(Opcode.leSetScanEnable, 1, filter);
      taken();
      scheduler.advance(100);
      expect(taken()).toHaveLength(reports);
    }
  });

  it('completes each packet of the host, also the ones that nobody answers', () => {
    const test = rig();
    connect(test);
    for (let index = 0; index < 3; index++) test.controller.receive(att(0x1e));
    expect(test.taken()).toEqual(Array(3).fill('0413050140000100'));
  });

  it('drops links on Reset without an event, and the device notices by supervision timeout', () => {
    const test = rig();
    connect(test);
    const reasons: number[] = [];
    test.peripheral.events = { onDisconnect: (reason) => reasons.push(reason) };
    test.command(Opcode.reset);
    expect(test.taken()).toEqual(['040e0401030c00']);
    expect(reasons).toEqual([8]);
    expect(test.controller.connectionCount).toBe(0);
  });

  it('carries a long answer in one packet once the data length was extended, in several before', () => {
    const value = Buffer.alloc(60, 0x61);
    const characteristics = [{ uuid: '2a29', properties: ['read'], value }] as const;
    const test = rig({}, true, { services: [{ uuid: '180a', characteristics }] });
    const answers = () => {
      test.controller.receive(att(0x0a, test.peripheral.database.valueHandle('2a29') ?? 0, 0));
      return test.taken().filter((packet) => packet.startsWith('02'));
    };
    connect(test);
    test.controller.receive(att(0x02, 100, 0));
    test.taken();
    expect(answers()).toHaveLength(3);
    test.command(Opcode.leSetDataLength, u16(0x0040), u16(251), u16(2120));
    expect(test.taken()).toEqual(['040e06012220004000', '043e0b074000fb004808fb004808']);
    expect(answers()).toHaveLength(1);
  });

  it.each([
    ['encrypts when both ends hold the same key', 0x11, ['040f0400011920', '04080400400001']],
    ['ends the link with a MIC failure when the keys differ', 0x22, ['040f0400011920', '0405040040003d']],
  ])('%s', (_, peerKey, events) => {
    const { air, command, scheduler, taken } = rig();
    const reasons: number[] = [];
    air.advertise({
      address: DEVICE,
      addressType: 1,
      rssiDbm: -60,
      advertisement: {
        pdu: 'legacy',
        connectable: true,
        scannable: true,
        data: octets(),
        scanResponse: octets(),
        intervalMs: 100,
      },
      accept: () => ({
        onAcl: () => undefined,
        onDisconnect: (reason) => reasons.push(reason),
        onLtkRequest: (_random, _ediv, answer) => answer(Buffer.alloc(16, peerKey)),
        onEncrypted: () => undefined,
      }),
    });
    command(Opcode.leCreateConnection, ...CREATE);
    scheduler.advance(1);
    taken();
    command(Opcode.leStartEncryption, u16(0x0040), Buffer.alloc(8), u16(0), Buffer.alloc(16, 0x11));
    expect(taken()).toEqual(events);
    expect(reasons).toEqual(peerKey === 0x11 ? [] : [0x3d]);
  });

  it('reports a missing key when the device has none, and keeps the link', () => {
    const test = rig();
    connect(test);
    test.command(Opcode.leStartEncryption, u16(0x0040), Buffer.alloc(8), u16(0), Buffer.alloc(16));
    expect(test.taken()).toEqual(['040f0400011920', '04080406400000']);
    expect(test.controller.connectionCount).toBe(1);
  });

  it('cancels a connection attempt', () => {
    const { command, taken } = rig();
    command(Opcode.leCreateConnection, ...CREATE);
    taken();
    command(Opcode.leCreateConnectionCancel);
    const [complete, connection] = taken();
    expect(complete).toBe('040e04010e2000');
    expect(connection?.slice(0, 12)).toBe('043e13010200');
    command(Opcode.leCreateConnectionCancel);
    expect(taken()).toEqual(['040e04010e200c']);
  });

  it('refuses a second attempt while one is under way', () => {
    const { command, taken } = rig();
    command(Opcode.leCreateConnection, ...CREATE);
    taken();
    command(Opcode.leCreateConnection, ...CREATE);
    expect(taken()).toEqual(['040f040c010d20']);
  });

  it('connects to a device of the filter accept list', () => {
    const { peripheral, command, scheduler, controller } = rig();
    command(Opcode.leAddToFilterAcceptList, 1, addressOctets(DEVICE));
    const [interval, window, , ...rest] = CREATE;
    command(Opcode.leCreateConnection, interval ?? 0, window ?? 0, 1, ...rest);
    peripheral.startAdvertising();
    scheduler.advance(1);
    expect(controller.connectionCount).toBe(1);
  });

  it('answers commands on a handle that is not connected with 0x02', () => {
    const { command, taken } = rig();
    command(Opcode.disconnect, u16(0x0077), 0x13);
    command(Opcode.readRssi, u16(0x0077));
    expect(taken()).toEqual(['040f0402010604', '040e0701051402770000']);
  });

  it('records both directions for the tap', () => {
    const { controller, command } = rig();
    const seen: string[] = [];
    controller.tap = (direction, packet) => seen.push(`${direction} ${Buffer.from(packet).toString('hex')}`);
    command(Opcode.reset);
    expect(seen).toEqual(['to-controller 01030c00', 'to-host 040e0401030c00']);
  });
});

describe('modelled radio time', () => {
  it('is heard once an advertising interval', () => {
    const { peripheral, command, scheduler, taken } = rig({}, false);
    peripheral.startAdvertising();
    command(Opcode.leSetScanParameters, 0, u16(16), u16(16), 0, 0);
    command(Opcode.leSetScanEnable, 1, 0);
    taken();
    scheduler.advance(1000);
    expect(taken()).toHaveLength(11);
  });

  it('moves data only at connection events', () => {
    const test = rig({}, false);
    connect(test);
    // Connected 200 ms ago, an event every 30 ms: the next is in 10 ms.
    test.controller.receive(att(0x0a, 0x03, 0x00));
    test.scheduler.advance(9);
    expect(test.taken()).toEqual([]);
    test.scheduler.advance(1);
    expect(test.taken()).toHaveLength(2);
  });

  it('notices a vanished device after the supervision timeout, not before', () => {
    const test = rig({}, false);
    connect(test);
    test.peripheral.vanish();
    test.scheduler.advance(1999);
    expect(test.taken()).toEqual([]);
    test.scheduler.advance(1);
    expect(test.taken()).toEqual(['04050400400008']);
  });

  it('delivers nothing from a device that has vanished', () => {
    const test = rig({}, false);
    connect(test);
    test.controller.receive(att(0x0a, 0x03, 0x00));
    test.peripheral.vanish();
    test.scheduler.advance(100);
    expect(test.taken()).toEqual([]);
  });
});
