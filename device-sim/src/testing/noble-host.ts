/** Real noble on a virtual controller, for tests only: the gateway has the production adapter. */
import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import type { Characteristic, Noble, Peripheral } from '@stoprocent/noble';
import type { VirtualHci } from '../radio/virtual-hci.ts';

const require = createRequire(import.meta.url);

/** What noble's HCI code wants of a socket driver. */
class VirtualHciSocket extends EventEmitter {
  private hci: VirtualHci | null = null;

  bindRaw(device: unknown, parameters: { hci: VirtualHci }): number {
    return this.bindUser(device, parameters);
  }

  bindUser(_device: unknown, parameters: { hci: VirtualHci }): number {
    this.hci = parameters.hci;
    return 0;
  }

  bindControl(): number {
    return 0;
  }

  start(): void {
    this.hci?.onPacket((packet) => this.emit('data', packet));
    this.hci?.onClose(() => {
      this.hci = null;
      this.emit('state', false);
    });
  }

  stop(): void {
    this.hci?.close();
    this.hci = null;
  }

  reset(): void {
    this.write(Buffer.from([0x01, 0x03, 0x0c, 0x00]));
  }

  write(packet: Uint8Array): void {
    this.hci?.send(packet);
  }

  setFilter(): void {
    // The virtual controller sends nothing that would have to be filtered.
  }

  isDevUp(): boolean {
    return this.hci !== null;
  }

  getDeviceList(): unknown[] {
    return [];
  }
}

/** Has to run before noble is loaded, which takes `loadDriver` at that time. */
function installDriver(): void {
  // The very copy that noble will load.
  const requireOfNoble = createRequire(require.resolve('@stoprocent/noble'));
  const sockets = requireOfNoble('@stoprocent/bluetooth-hci-socket') as { loadDriver: (type: string) => unknown };
  const original = sockets.loadDriver;
  sockets.loadDriver = (type) => (type === 'gaya-test' ? VirtualHciSocket : original(type));
}
installDriver();

interface NobleModule {
  readonly withBindings: (type: string, options: object) => Noble;
}

export function startNoble(hci: VirtualHci): Promise<Noble> {
  return start({ hciDriver: 'gaya-test', bindParams: { hci }, userChannel: true });
}

/** With noble's own driver for serial ports. */
export function startNobleOnUart(port: string): Promise<Noble> {
  return start({ hciDriver: 'uart', bindParams: { uart: { port, baudRate: 1_000_000 } } });
}

async function start(options: object): Promise<Noble> {
  const { withBindings } = require('@stoprocent/noble') as NobleModule;
  const noble = withBindings('hci', options);
  await noble.waitForPoweredOnAsync();
  return noble;
}

/** Scans until a device with this address is heard. */
export async function find(noble: Noble, address: string): Promise<Peripheral> {
  const found = new Promise<Peripheral>((resolve) => {
    const onDiscover = (peripheral: Peripheral) => {
      if (peripheral.address !== address) return;
      noble.removeListener('discover', onDiscover);
      resolve(peripheral);
    };
    noble.on('discover', onDiscover);
  });
  await noble.startScanningAsync([], true);
  const peripheral = await found;
  await noble.stopScanningAsync();
  return peripheral;
}

export async function characteristic(peripheral: Peripheral, uuid: string): Promise<Characteristic> {
  const { characteristics } = await peripheral.discoverAllServicesAndCharacteristicsAsync();
  const found = characteristics.find((candidate) => candidate.uuid === uuid);
  if (!found) throw new Error(`no characteristic ${uuid}`);
  return found;
}

/** The next value that the peripheral sends. */
export function nextValue(source: Characteristic): Promise<string> {
  return new Promise((resolve) => source.once('data', (value: Buffer) => resolve(value.toString('hex'))));
}

/** Why the connection ends, as noble tells it. */
export function disconnected(peripheral: Peripheral): Promise<unknown> {
  return new Promise((resolve) => peripheral.once('disconnect', (reason: unknown) => resolve(reason)));
}
