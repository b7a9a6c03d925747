import { describe, expect, it } from 'vitest';
import type { HciTransport } from './hci-transport.ts';
import { TransportHciSocket } from './transport-hci-socket.ts';

function fakeTransport() {
  const sent: number[][] = [];
  let onPacket: (packet: Uint8Array) => void = () => undefined;
  let onClose: () => void = () => undefined;
  const transport: HciTransport = {
    send: (packet) => void sent.push([...packet]),
    onPacket: (listener) => (onPacket = listener),
    onClose: (listener) => (onClose = listener),
    close: () => undefined,
  };
  return { transport, sent, deliver: (packet: Uint8Array) => onPacket(packet), lose: () => onClose() };
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('TransportHciSocket', () => {
  it('sends after the call that writes has returned, in order, what was written then', async () => {
    const { transport, sent } = fakeTransport();
    const socket = new TransportHciSocket();
    socket.bindUser(0, { transport });
    socket.start();
    const packet = Buffer.of(1, 2);
    socket.write(packet);
    socket.write(Buffer.of(3));
    packet.fill(9);
    expect(sent).toEqual([]);
    await nextTurn();
    expect(sent).toEqual([[1, 2], [3]]);
  });

  it('still sends what was written before it stops', () => {
    const { transport, sent } = fakeTransport();
    const socket = new TransportHciSocket();
    socket.bindUser(0, { transport });
    socket.write(Buffer.of(7));
    socket.stop();
    expect(sent).toEqual([[7]]);
  });

  it('gives packets as buffers, and its state when the controller goes', () => {
    const { transport, deliver, lose } = fakeTransport();
    const socket = new TransportHciSocket();
    const seen: unknown[] = [];
    socket.on('data', (packet) => seen.push(packet));
    socket.on('state', (up) => seen.push(up));
    socket.bindUser(0, { transport });
    socket.start();
    expect(socket.isDevUp()).toBe(true);
    deliver(Uint8Array.of(4, 5));
    lose();
    expect(seen).toEqual([Buffer.of(4, 5), false]);
    expect(socket.isDevUp()).toBe(false);
  });
});
