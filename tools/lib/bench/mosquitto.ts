/** A mosquitto of our own: own configuration, random port, own folder. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { end } from './child.ts';

export interface Mosquitto {
  readonly port: number;
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

/** Debian keeps it where an ordinary user's PATH does not look. */
const COMMANDS = ['mosquitto', '/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto'];
const START_WITHIN_MS = 5_000;

/** Null: not installed. */
export function mosquittoVersion(): string | null {
  return find()?.version ?? null;
}

function find(): { command: string; version: string } | null {
  for (const command of COMMANDS) {
    const version = /mosquitto version ([\d.]+)/.exec(spawnSync(command, ['-h'], { encoding: 'utf8' }).stdout)?.[1];
    if (version !== undefined) return { command, version };
  }
  return null;
}

/** @throws {Error} when mosquitto is not installed or does not start */
export async function startMosquitto(folder: string): Promise<Mosquitto> {
  const found = find();
  if (found === null) throw new Error('this bench needs mosquitto (apt-get install mosquitto)');
  const data = join(folder, 'mosquitto');
  mkdirSync(data, { recursive: true });
  const port = await freePort();
  const file = join(data, 'mosquitto.conf');
  writeFileSync(file, configuration(port, data));
  const child = spawn(found.command, ['-c', file], { stdio: 'ignore' });
  await listening(child, port);
  return { port, pid: child.pid, stop: () => end(child) };
}

function configuration(port: number, data: string): string {
  return [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'max_queued_messages 0', // no limit: with the default, most of a burst is dropped in silence
    'max_inflight_messages 0',
    'set_tcp_nodelay true',
    'persistence true',
    `persistence_location ${data}/`,
    'log_dest none',
    ...(process.getuid?.() === 0 ? ['user root'] : []), // else it may not write into the folder
    '',
  ].join('\n');
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function listening(child: ChildProcess, port: number): Promise<void> {
  const deadline = performance.now() + START_WITHIN_MS;
  while (performance.now() < deadline && child.exitCode === null) {
    const socket = connect(port, '127.0.0.1');
    const reached = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (reached) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  child.kill('SIGKILL');
  throw new Error('mosquitto did not start');
}
