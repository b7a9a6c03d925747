// On noble's own GATT client over a stream that writes at once, as the operating system's adapter may do: there nothing but
// the tap keeps a confirmation back.
import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { beforeEach, describe, expect, it } from 'vitest';
import type { BleError } from './ble-central.ts';
import { installGattTap, tapOf, type GattTap, type NobleGatt } from './noble-gatt-tap.ts';

const ATT = 4;
const MEASUREMENT = { service: '1809', characteristic: '2a1c' };
const HANDLE = 0x0012;
const INDICATION = Buffer.of(0x1d, 0x12, 0x00, 0xaa, 0xbb);
const CONFIRMATION = '1e';

type Gatt = NobleGatt &
  EventEmitter & {
    addCharacteristics(service: string, list: object[]): void;
    read(service: string, uuid: string): void;
  };

installGattTap();
const NobleGattClient = createRequire(import.meta.url)('@stoprocent/noble/lib/hci-socket/gatt') as new (
  address: string,
  stream: EventEmitter,
) => Gatt;

let events: string[];
let stream: EventEmitter & { write: (cid: number, data: Buffer) => void; encrypt: () => void };
let gatt: Gatt;
let tap: GattTap;

beforeEach(() => {
  events = [];
  stream = Object.assign(new EventEmitter(), {
    write: (_cid: number, data: Buffer) => void events.push(`sent ${data.toString('hex')}`),
    encrypt: () => void events.push('encrypt'),
  });
  gatt = new NobleGattClient('c0:00:00:00:00:01', stream);
  tap = tapOf(gatt);
});

const discover = (): void => {
  Object.assign(gatt, { _services: { '1809': { uuid: '1809' } } });
  gatt.addCharacteristics('1809', [{ uuid: '2a1c', valueHandle: HANDLE }]);
};
const receive = (pdu: Buffer): boolean => stream.emit('data', ATT, pdu);

describe('an indication', () => {
  it('is confirmed when its taker has returned, not before', () => {
    discover();
    gatt.on('notification', () => {
      events.push('committed');
      tap.taken();
    });
    receive(INDICATION);
    expect(events).toEqual(['committed', `sent ${CONFIRMATION}`]);
  });

  it('is not confirmed when its taker refused it', () => {
    discover();
    gatt.on('notification', () => tap.refused());
    receive(INDICATION);
    expect(events).toEqual([]);
  });

  it('stays refused when another taker took it', () => {
    discover();
    gatt.on('notification', () => tap.refused());
    gatt.on('notification', () => tap.taken());
    receive(INDICATION);
    expect(events).toEqual([]);
  });

  it('that comes before anybody has subscribed is kept for its taker and confirmed then', () => {
    receive(INDICATION);
    expect(events).toEqual([]);
    discover();
    tap.claim({ service: '1809', characteristic: '2a1d' }, () => events.push('wrong taker') > 0);
    tap.claim(MEASUREMENT, (value) => events.push(`committed ${value.toString('hex')}`) > 0);
    expect(events).toEqual(['committed aabb', `sent ${CONFIRMATION}`]);
    tap.settle();
    expect(events).toHaveLength(2);
  });

  it('that was kept is not confirmed when its taker cannot take it', () => {
    receive(INDICATION);
    discover();
    tap.claim(MEASUREMENT, () => false);
    tap.settle();
    expect(events).toEqual([]);
  });

  it('that nobody wants is confirmed once all have subscribed', () => {
    receive(INDICATION);
    tap.settle();
    expect(events).toEqual([`sent ${CONFIRMATION}`]);
    receive(INDICATION);
    expect(events).toEqual([`sent ${CONFIRMATION}`, `sent ${CONFIRMATION}`]);
  });
});

describe('an ATT error', () => {
  const errors: [BleError, boolean][] = [];
  beforeEach(() => {
    errors.length = 0;
    tap.onError = (error, fatal) => errors.push([error, fatal]);
    discover();
  });
  const refuse = (code: number): boolean => receive(Buffer.of(0x01, 0x0a, HANDLE, 0x00, code));

  it('of the request in progress is told', () => {
    gatt.read('1809', '2a1c');
    refuse(0x80);
    expect(errors).toMatchObject([[{ code: 'att-error', attCode: 0x80 }, false]]);
  });

  it('Invalid PDU is fatal: noble waits for ever', () => {
    gatt.read('1809', '2a1c');
    refuse(0x04);
    expect(errors).toMatchObject([[{ code: 'att-error', attCode: 0x04 }, true]]);
  });

  it('that asks for encryption starts pairing, and is told only when pairing did not help', () => {
    gatt.read('1809', '2a1c');
    refuse(0x05);
    expect(errors).toEqual([]);
    expect(events).toContain('encrypt');
    stream.emit('encrypt', true);
    refuse(0x05);
    expect(errors).toMatchObject([[{ attCode: 0x05 }, false]]);
  });

  it('is told as failed pairing when the device refuses to pair', () => {
    gatt.read('1809', '2a1c');
    refuse(0x0f);
    stream.emit('encryptFail');
    expect(errors).toMatchObject([[{ code: 'pairing-failed' }, true]]);
  });

  it('that answers nothing is not told', () => {
    refuse(0x80);
    expect(errors).toEqual([]);
  });
});
