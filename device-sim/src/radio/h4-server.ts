/** H4 over a local socket: each host that connects gets an adapter of its own on the same air. */
import { once } from 'node:events';
import { lstat, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import type { VirtualController } from './controller.ts';
import { H4Parser } from './h4.ts';

/** When the stream ends, the controller drops its links, like an adapter without power. */
export function attachController(controller: VirtualController, input: Readable, output: Writable): void {
  const parser = new H4Parser((packet) => controller.receive(packet));
  let waiting: Buffer[] = [];
  const flush = () => {
    if (output.writable) output.write(Buffer.concat(waiting));
    waiting = [];
  };
  controller.attachHost((packet) => {
    waiting.push(packet);
    if (waiting.length === 1) setImmediate(flush);
  });
  const gone = () => controller.detachHost();
  input.on('data', (chunk: Buffer) => parser.push(chunk));
  for (const stream of [input, output]) stream.on('close', gone).on('error', gone);
}

export interface H4Server {
  /** Path, or host:port with the port that was given. */
  readonly address: string;
  close(): Promise<void>;
}

/**
 * Serves on the path of a unix socket or on `host:port` (port 0: any free one).
 * @param create makes the controller for a host that has connected
 * @throws the error of `listen`, e.g. EADDRINUSE
 */
export async function serveH4(address: string, create: () => VirtualController): Promise<H4Server> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    attachController(create(), socket, socket);
  });
  await listen(server, address);
  return {
    address: addressOf(server, address),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function listen(server: Server, address: string): Promise<void> {
  const tcp = /^(.*):(\d{1,5})$/.exec(address);
  if (tcp) server.listen(Number(tcp[2]), tcp[1]);
  else {
    await removeStaleSocket(address);
    server.listen(address);
  }
  await once(server, 'listening');
}

/** A simulator that was killed leaves its socket file behind; any other file is left alone. */
async function removeStaleSocket(path: string): Promise<void> {
  const found = await lstat(path).catch(() => null);
  if (found?.isSocket()) await rm(path, { force: true });
}

function addressOf(server: Server, wanted: string): string {
  const bound = server.address();
  return bound && typeof bound === 'object' ? `${bound.address}:${bound.port}` : (bound ?? wanted);
}
