/** H4 on a serial port or PTY, so that a foreign Bluetooth host stack can attach at its other side. */
import { execFileSync } from 'node:child_process';
import { createWriteStream, openSync, constants } from 'node:fs';
import { isatty, ReadStream } from 'node:tty';
import type { VirtualController } from './controller.ts';
import { attachController } from './h4-server.ts';

export interface SerialAttachment {
  close(): void;
  /** Settles when the other side has closed the line, or it failed. */
  readonly closed: Promise<void>;
}

/**
 * Reads without blocking (a blocked read would keep the process from ending).
 * @throws {Error} the path cannot be opened or is no serial line
 */
export function attachSerial(controller: VirtualController, path: string): SerialAttachment {
  const descriptor = openSync(path, constants.O_RDWR | constants.O_NOCTTY);
  if (!isatty(descriptor)) throw new Error(`${path} is no serial port and no PTY`);
  makeRaw(path);
  const input = new ReadStream(descriptor);
  const output = createWriteStream(path, { flags: 'r+' });
  attachController(controller, input, output);
  const closed = new Promise<void>((resolve) => {
    for (const stream of [input, output]) stream.on('close', () => resolve()).on('error', () => resolve());
  });
  const close = () => {
    input.destroy();
    output.destroy();
  };
  return { close, closed };
}

/** HCI is binary: no line may be edited, echoed or have its ends translated. */
function makeRaw(path: string): void {
  const device = process.platform === 'darwin' ? '-f' : '-F';
  execFileSync('stty', [device, path, 'raw', '-echo'], { stdio: 'ignore' });
}
