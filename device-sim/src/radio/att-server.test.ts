import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AttServer } from './att-server.ts';
import type { AttServerOptions } from './att-server.ts';
import { GattDatabase } from './gatt-database.ts';
import { octets, u16, uuidOctets } from './octets.ts';
import { VirtualScheduler } from './scheduler.ts';

const LONG = Buffer.from(Array.from({ length: 60 }, (_, index) => index));
const UUID128 = '0102030405060708090a0b0c0d0e0f10';

/** Handles 1-4 thermometer, 5-8 information, 9-13 a vendor service. */
function database(written: Buffer[]): GattDatabase {
  return new GattDatabase([
    { uuid: '1809', characteristics: [{ uuid: '2a1c', properties: ['indicate'] }] },
    {
      uuid: '180a',
      characteristics: [
        { uuid: '2a29', properties: ['read'], value: LONG },
        {
          uuid: '2a2b',
          properties: ['read', 'write', 'writeWithoutResponse'],
          value: () => Buffer.of(9),
          onWrite: (value) => (value[0] === 0xee ? 0x80 : written.push(Buffer.from(value)) * 0),
        },
      ],
    },
    {
      uuid: UUID128,
      characteristics: [
        { uuid: '2a37', properties: ['notify'], refuseSubscription: 0xfd },
        { uuid: '2a38', properties: ['read', 'write'], value: Buffer.of(1), secure: true },
      ],
    },
  ]);
}

function rig(options: Partial<AttServerOptions> = {}) {
  const scheduler = new VirtualScheduler();
  const sent: string[] = [];
  const written: Buffer[] = [];
  const values: string[] = [];
  const server = new AttServer({
    database: database(written),
    scheduler,
    mtu: 100,
    send: (pdu) => sent.push(Buffer.from(pdu).toString('hex')),
    onValue: (characteristic, value) => values.push(`${characteristic} ${Buffer.from(value).toString('hex')}`),
    ...options,
  });
  const ask = (hex: string) => {
    sent.length = 0;
    server.receive(Buffer.from(hex, 'hex'));
    return sent.join(' ');
  };
  return { server, scheduler, sent, written, values, ask };
}

const hex = (...parts: (number | Uint8Array)[]) => octets(...parts).toString('hex');

describe('ATT server', () => {
  it.each([
    ['smaller one of the two', 50, 50],
    ['own one when the client wants more', 512, 100],
    ['default when the client wants less', 5, 23],
  ])('answers Exchange MTU with the %s', (_, client, effective) => {
    expect(rig().ask(hex(2, u16(client)))).toBe(hex(3, u16(effective)));
  });

  it('lists primary services, 16 and 128 bit apart', () => {
    const { ask } = rig();
    expect(ask('100100ffff0028')).toBe('1106' + '010004000918' + '050009000a18');
    expect(ask('100a00ffff0028')).toBe(`11140a000f00${hex(uuidOctets(UUID128))}`);
    expect(ask('101000ffff0028')).toBe('01101000' + '0a');
  });

  it('refuses to group by anything but primary services', () => {
    expect(rig().ask('100100ffff0128')).toBe('0110010010');
  });

  it('lists characteristics by type', () => {
    expect(rig().ask('0801000900' + '0328')).toBe(
      '0907' + '020020' + '03001c2a' + '060002' + '0700292a' + '08000e' + '09002b2a',
    );
  });

  it('finds client configurations by type', () => {
    expect(rig().ask('0801000400' + '0229')).toBe('0904' + '04000000');
  });

  it('lists attributes with their types', () => {
    expect(rig().ask('0401000400')).toBe('0501' + '01000028' + '02000328' + '03001c2a' + '04000229');
  });

  it('finds a service by its UUID', () => {
    expect(rig().ask('060100ffff0028' + '0a18')).toBe('0705000900');
    expect(rig().ask('060100ffff0028' + '0b18')).toBe('010601000a');
  });

  it.each(['0400000100', '0405000100', '08000001000328', '10050001000028'])(
    'refuses the handle range of %s',
    (request) => {
      expect(rig().ask(request).slice(-2)).toBe('01');
    },
  );

  it('reads a long value in parts of the MTU', () => {
    const { ask } = rig();
    expect(ask('0a0700')).toBe(hex(0x0b, LONG.subarray(0, 22)));
    expect(ask(hex(0x0c, u16(7), u16(22)))).toBe(hex(0x0d, LONG.subarray(22, 44)));
    expect(ask(hex(0x0c, u16(7), u16(60)))).toBe('0d');
    expect(ask(hex(0x0c, u16(7), u16(61)))).toBe('010c070007');
  });

  it('reads a value that is made when it is asked for', () => {
    expect(rig().ask('0a0900')).toBe('0b09');
  });

  it('refuses to read what may not be read, and a handle that is none', () => {
    const { ask } = rig();
    expect(ask('0a0300')).toBe('010a030002');
    expect(ask('0a7700')).toBe('010a770001');
    expect(ask('0a0000')).toBe('010a000001');
  });

  it('writes, with and without answer', () => {
    const { ask, written } = rig();
    expect(ask('1209000102')).toBe('13');
    expect(ask('52090003')).toBe('');
    expect(written).toEqual([Buffer.of(1, 2), Buffer.of(3)]);
  });

  it('passes on the error of a refused write, and stays silent for a command', () => {
    const { ask } = rig();
    expect(ask('120900ee')).toBe('0112090080');
    expect(ask('520900ee')).toBe('');
    expect(ask('12070000')).toBe('0112070003');
    expect(ask('12010000')).toBe('0112010003');
    expect(ask('12770000')).toBe('0112770001');
  });

  it('writes a prepared value as one', () => {
    const { ask, written } = rig();
    expect(ask('16090000000102')).toBe('17090000000102');
    expect(ask('160900020003')).toBe('170900020003');
    expect(ask('1801')).toBe('19');
    expect(written).toEqual([Buffer.of(1, 2, 3)]);
  });

  it('forgets a prepared value that is cancelled', () => {
    const { ask, written } = rig();
    ask('16090000000102');
    expect(ask('1800')).toBe('19');
    expect(ask('1801')).toBe('19');
    expect(written).toEqual([]);
  });

  it('bounds what clients may prepare', () => {
    const { ask } = rig();
    const answers = Array.from({ length: 65 }, () => ask('160900000001'));
    expect(answers.at(-1)).toBe('0116090009');
  });

  it('asks for authentication until the link is encrypted', () => {
    const { ask, server } = rig();
    expect(ask('0a0f00')).toBe('010a0f0005');
    expect(ask('120f0001')).toBe('01120f0005');
    server.encrypted = true;
    expect(ask('0a0f00')).toBe('0b01');
  });

  it('keeps the client configuration, and refuses one of a wrong length or where the device says so', () => {
    const { ask, server } = rig();
    expect(ask('1204000200')).toBe('13');
    expect(ask('0a0400')).toBe('0b0200');
    expect(server.isSubscribed('2a1c', 'indicate')).toBe(true);
    expect(server.isSubscribed('2a1c', 'notify')).toBe(false);
    expect(ask('12040002')).toBe('011204000d');
    expect(ask('120d000100')).toBe('01120d00fd');
  });

  it('tells of a subscription only after the answer has gone', () => {
    const order: string[] = [];
    const { ask, scheduler } = rig({ send: () => order.push('answer'), onSubscribe: () => order.push('subscribed') });
    ask('1204000200');
    scheduler.settle();
    expect(order).toEqual(['answer', 'subscribed']);
  });

  it('answers unknown requests with 0x06 and ignores unknown commands', () => {
    expect(rig().ask('20')).toBe('0120000006');
    expect(rig().ask('d200')).toBe('');
  });

  it('answers a request that is cut short with Invalid PDU', () => {
    expect(rig().ask('0a03')).toBe('010a000004');
  });

  it('never throws and never answers more than the MTU, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 10 }), (pdus) => {
        const { server, sent, scheduler } = rig();
        for (const pdu of pdus) server.receive(Buffer.from(pdu));
        scheduler.settle();
        for (const pdu of sent) expect(pdu.length / 2).toBeLessThanOrEqual(server.mtu);
      }),
    );
  });

  it('never throws on known opcodes with any content', () => {
    const opcode = fc.constantFrom(2, 4, 6, 8, 0x0a, 0x0c, 0x10, 0x12, 0x16, 0x18, 0x1e, 0x52);
    fc.assert(
      fc.property(opcode, fc.nat(20), fc.uint8Array({ maxLength: 30 }), (code, handle, rest) => {
        rig().server.receive(octets(code, u16(handle), rest));
      }),
    );
  });
});

describe('values that the device sends', () => {
  const value = Buffer.of(0x55);

  it('go nowhere before the client has subscribed', () => {
    const { server, sent, values } = rig();
    expect(server.indicate('2a1c', value, () => undefined)).toBe(false);
    expect(server.notify('2a37', value)).toBe(false);
    expect([sent, values]).toEqual([[], []]);
  });

  it('wait for the confirmation of the one before', () => {
    const { server, ask, sent, values } = rig();
    ask('1204000200');
    const settled: boolean[] = [];
    sent.length = 0;
    server.indicate('2a1c', Buffer.of(1), (confirmed) => settled.push(confirmed));
    server.indicate('2a1c', Buffer.of(2), (confirmed) => settled.push(confirmed));
    expect(sent).toEqual(['1d030001']);
    server.receive(Buffer.of(0x1e));
    expect([sent, settled]).toEqual([['1d030001', '1d030002'], [true]]);
    expect(values).toEqual(['2a1c 01', '2a1c 02']);
  });

  it('are lost when the connection ends before the confirmation, each settled once', () => {
    const { server, ask } = rig();
    ask('1204000200');
    const settled: boolean[] = [];
    server.indicate('2a1c', value, (confirmed) => settled.push(confirmed));
    server.indicate('2a1c', value, (confirmed) => settled.push(confirmed));
    server.close();
    server.receive(Buffer.of(0x1e));
    expect(settled).toEqual([false, false]);
  });

  it('are lost after 30 s without confirmation, and the connection with them', () => {
    let timedOut = 0;
    const { server, ask, scheduler } = rig({ onTimeout: () => timedOut++ });
    ask('1204000200');
    const settled: boolean[] = [];
    server.indicate('2a1c', value, (confirmed) => settled.push(confirmed));
    scheduler.advance(29_999);
    expect([settled, timedOut]).toEqual([[], 0]);
    scheduler.advance(1);
    expect([settled, timedOut]).toEqual([[false], 1]);
  });

  it('are cut to the MTU', () => {
    const { server, ask, sent } = rig();
    ask('1204000200');
    sent.length = 0;
    server.indicate('2a1c', LONG, () => undefined);
    expect(sent).toEqual([hex(0x1d, u16(3), LONG.subarray(0, 20))]);
  });
});
