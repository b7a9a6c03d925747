import { describe, expect, it } from 'vitest';
import { parseHciAddress } from './hci-address.ts';

describe('parseHciAddress', () => {
  it.each([
    ['native', { kind: 'native', device: null }],
    ['native:1', { kind: 'native', device: 1 }],
    ['uart:/dev/ttyACM0', { kind: 'uart', path: '/dev/ttyACM0', baudRate: 1_000_000 }],
    ['uart:/dev/ttyACM0@115200', { kind: 'uart', path: '/dev/ttyACM0', baudRate: 115_200 }],
    ['uart:/dev/serial/by-id/usb-1@home', { kind: 'uart', path: '/dev/serial/by-id/usb-1@home', baudRate: 1_000_000 }],
    ['socket:/tmp/radio.sock', { kind: 'socket', where: '/tmp/radio.sock' }],
    ['socket:127.0.0.1:9000', { kind: 'socket', where: '127.0.0.1:9000' }],
    ['socket:\\\\.\\pipe\\radio', { kind: 'socket', where: '\\\\.\\pipe\\radio' }],
  ])('reads %s', (text, address) => {
    expect(parseHciAddress(text)).toEqual(address);
  });

  it.each(['', 'native:', 'native:x', 'uart:', 'socket:', 'usb:1', '/dev/ttyACM0'])('refuses "%s"', (text) => {
    expect(parseHciAddress(text)).toBeNull();
  });
});
