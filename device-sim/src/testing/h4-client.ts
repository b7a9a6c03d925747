/** A host's end of H4 over a socket, for tests. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { H4Parser } from '../radio/h4.ts';
import type { VirtualHci } from '../radio/virtual-hci.ts';

export async function connectH4(address: string): Promise<VirtualHci> {
  const tcp = /^(.*):(\d+)$/.exec(address);
  const socket = tcp ? connect(Number(tcp[2]), tcp[1]) : connect(address);
  await once(socket, 'connect');
  const parsers: H4Parser[] = [];
  socket.on('data', (chunk: Buffer) => {
    for (const parser of parsers) parser.push(chunk);
  });
  return {
    send: (packet) => void socket.write(packet),
    onPacket: (listener) => void parsers.push(new H4Parser(listener)),
    onClose: (listener) => void socket.on('close', listener),
    close: () => socket.destroy(),
    unplug: () => socket.destroy(),
  };
}
