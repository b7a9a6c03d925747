/** A controller behind a local socket that speaks H4: the simulator's radio, or any other H4 server. */
import { connect, type NetConnectOpts } from 'node:net';
import { H4Parser } from './h4-parser.ts';
import type { HciTransport } from './hci-transport.ts';

/**
 * @param where path of a unix socket or Windows pipe, or `host:port`
 * @throws Error when nobody listens there
 */
export function openSocketHci(where: string): Promise<HciTransport> {
  return new Promise((resolve, reject) => {
    const socket = connect(addressOf(where));
    let onPacket: (packet: Uint8Array) => void = () => undefined;
    let onClose: () => void = () => undefined;
    const parser = new H4Parser((packet) => onPacket(packet));
    socket.setNoDelay(true);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      // An error is always followed by 'close', which is what counts.
      socket.on('error', () => undefined);
      resolve({
        send: (packet) => void socket.write(packet),
        onPacket: (listener) => {
          onPacket = listener;
          socket.on('data', (chunk) => parser.push(chunk));
        },
        onClose: (listener) => (onClose = listener),
        close: () => socket.destroy(),
      });
    });
    socket.once('close', () => onClose());
  });
}

function addressOf(where: string): NetConnectOpts {
  const tcp = /^([A-Za-z0-9.-]+):(\d{1,5})$/.exec(where);
  return tcp === null ? { path: where } : { host: tcp[1] ?? '', port: Number(tcp[2]) };
}
