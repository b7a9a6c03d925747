/** A gateway as a process: opens what it needs, in the order in which it can begin to work earliest. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { NobleCentral, type NobleHci } from './ble/noble-central.ts';
import { ConfigError, type Config } from './config.ts';
import { Gateway } from './gateway.ts';
import { parseHciAddress } from './hci/hci-address.ts';
import type { NewFrame } from './queue/frame.ts';
import { QueueError } from './queue/frame.ts';
import { Queue } from './queue/queue.ts';
import { StateFile } from './state-file.ts';

const SOFTWARE = 'gaya-gateway 0.1.0';

export interface RunningGateway {
  readonly statusPort: number;
  stop(): Promise<void>;
}

/** @throws {ConfigError} when the data folder, the queue or the port cannot be used */
export async function startGateway(
  config: Config,
  print: (line: string) => void,
  log: (line: string) => void,
): Promise<RunningGateway> {
  const { queue, state } = openData(config.data);
  const gateway = new Gateway({
    config,
    queue,
    state,
    openCentral: async () => new NobleCentral({ hci: await openHci(config.hci) }),
    mono: () => performance.now(),
    wall: () => Date.now(),
    randomBytes: (count) => randomBytes(count),
    freeBytes: () => freeBytes(config.data),
    software: SOFTWARE,
    onTrouble: log,
    ...(config.trace ? { onCommitted: (frame: NewFrame, address: string) => trace(frame, address, print) } : {}),
  });
  gateway.start();
  // Only now: the radio is being opened meanwhile, and neither is needed for the first value.
  const [{ MqttUplink }, { openStatusPage }] = await Promise.all([
    import('./uplink/mqtt-uplink.ts'),
    import('./status/status-page.ts'),
  ]);
  try {
    const page = await openStatusPage(config.statusPort, () => gateway.view());
    gateway.connect(new MqttUplink({ url: config.broker, gateway: config.id, secret: config.secret }));
    return {
      statusPort: page.port,
      stop: async () => {
        await page.close();
        await gateway.stop();
      },
    };
  } catch (cause) {
    await gateway.stop();
    const inUse = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
    throw inUse ? new ConfigError(`The status page's port ${config.statusPort} is in use.`) : cause;
  }
}

function openData(folder: string): { queue: Queue; state: StateFile } {
  try {
    mkdirSync(folder, { recursive: true });
    const queue = new Queue(join(folder, 'queue.sqlite'));
    const state = new StateFile(join(folder, 'state.json'), () => randomBytes(16).toString('hex'));
    return { queue, state };
  } catch (cause) {
    if (cause instanceof QueueError && cause.code === 'queue-too-new')
      throw new ConfigError(`${folder}: ${cause.message}.`);
    throw new ConfigError(`The data folder ${folder} cannot be written.`);
  }
}

async function openHci(text: string): Promise<NobleHci> {
  const address = parseHciAddress(text);
  if (address === null) throw new ConfigError('hci must be native[:N], uart:PATH or socket:PATH.');
  // noble would wait for a port that is not there without a word.
  if (address.kind === 'uart' && address.path.startsWith('/') && !existsSync(address.path)) {
    throw new Error('the serial port is not there');
  }
  if (address.kind !== 'socket') return address;
  const { openSocketHci } = await import('./hci/socket-hci.ts');
  return { kind: 'transport', transport: await openSocketHci(address.where) };
}

function freeBytes(folder: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return null;
  }
}

/** The form in which the simulator prints what it sends (`--truth`), so that both can be compared. */
function trace({ how, characteristic, bytes }: NewFrame, addr: string, print: (line: string) => void): void {
  if (characteristic === undefined || how === 'write') return;
  print(JSON.stringify({ t: 'rx', addr, chr: characteristic, hex: Buffer.from(bytes).toString('hex') }));
}
