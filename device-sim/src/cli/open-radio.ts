/** The air of a process, and the adapters through which hosts reach it. */
import { Air } from '../radio/air.ts';
import { recordBtsnoop } from '../radio/btsnoop.ts';
import type { Recording } from '../radio/btsnoop.ts';
import { VirtualController } from '../radio/controller.ts';
import { attachSerial } from '../radio/h4-serial.ts';
import { serveH4 } from '../radio/h4-server.ts';
import { realScheduler } from '../radio/scheduler.ts';

export interface RadioOptions {
  /** Path of a unix socket, or host:port. */
  readonly radio?: string;
  /** Serial port or PTY. */
  readonly attach?: string;
  /** Advertising and connection intervals are waited for. */
  readonly timing?: 'instant' | 'modelled';
  /** Adapters hear extended advertising. */
  readonly extended?: boolean;
  /** Connections that an adapter holds at a time. */
  readonly maxConnections?: number;
  /** File for what passes between host and adapter; a number is added for further adapters. */
  readonly btsnoop?: string;
}

export interface OpenRadio {
  readonly air: Air;
  /** Where hosts connect, if they can. */
  readonly address: string | null;
  /** Settles when a serial line is closed by its other side; never for a socket. */
  readonly lineClosed: Promise<void>;
  close(): Promise<void>;
}

/** As plain adapters do. */
const DEFAULT_CONNECTIONS = 8;

/** @throws {Error} with a sentence for the user: nowhere to go, address in use, no such device */
export async function openRadio(options: RadioOptions): Promise<OpenRadio> {
  if (!options.radio && !options.attach)
    throw new Error('Give --radio or --attach: otherwise nobody can hear the radio.');
  const air = new Air({ scheduler: realScheduler, instant: options.timing !== 'modelled', random: Math.random });
  const recordings: Recording[] = [];
  let adapters = 0;
  const createController = (): VirtualController => {
    adapters++;
    // Locally administered addresses: they are nobody's.
    const address = `02:67:61:00:00:${(adapters & 0xff).toString(16).padStart(2, '0')}`;
    const { extended = true, maxConnections = DEFAULT_CONNECTIONS } = options;
    const controller = new VirtualController(air, { address, extended, maxConnections });
    if (options.btsnoop) recordings.push(record(controller, options.btsnoop, adapters));
    return controller;
  };
  const server = options.radio ? await serveH4(options.radio, createController) : null;
  const line = options.attach ? attachSerial(createController(), options.attach) : null;
  return {
    air,
    address: server?.address ?? null,
    lineClosed: line?.closed ?? new Promise(() => undefined),
    close: async () => {
      line?.close();
      await server?.close();
      for (const recording of recordings) recording.close();
    },
  };
}

function record(controller: VirtualController, file: string, adapter: number): Recording {
  const recording = recordBtsnoop(adapter === 1 ? file : `${file}.${adapter}`, () => Date.now());
  controller.tap = recording.tap;
  return recording;
}
