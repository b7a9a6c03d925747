import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { characteristic, find, nextValue, startNoble } from '../testing/noble-host.ts';
import { connectH4 } from '../testing/h4-client.ts';
import { TEMPERATURE, thermometer } from '../testing/thermometer.ts';
import { Air } from './air.ts';
import { VirtualController } from './controller.ts';
import { serveH4 } from './h4-server.ts';
import type { H4Server } from './h4-server.ts';
import { VirtualPeripheral } from './peripheral.ts';
import { realScheduler } from './scheduler.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'gaya-h4-'));
  cleanUp.push(() => rm(path, { recursive: true }));
  return path;
}

async function serve(address: string) {
  const air = new Air({ scheduler: realScheduler, instant: true });
  const controllers: VirtualController[] = [];
  const server: H4Server = await serveH4(address, () => {
    const controller = new VirtualController(air, { address: `00:00:00:00:00:0${controllers.length}` });
    controllers.push(controller);
    return controller;
  });
  cleanUp.push(() => server.close());
  return { air, controllers, server };
}

const ADDRESS = 'c0:00:00:00:00:0a';

function addThermometer(air: Air): VirtualPeripheral {
  const peripheral = new VirtualPeripheral(air, { address: ADDRESS, name: 'T', services: [thermometer()] });
  peripheral.startAdvertising();
  return peripheral;
}

async function gone(peripheral: VirtualPeripheral): Promise<number> {
  return new Promise((resolve) => (peripheral.events = { onDisconnect: resolve }));
}

describe('H4 over a local socket', () => {
  for (const kind of ['unix', 'tcp'] as const) {
    it(`carries an indication to real noble (${kind})`, async () => {
      const { air, server } = await serve(kind === 'tcp' ? '127.0.0.1:0' : join(await folder(), 'radio.sock'));
      const thermo = addThermometer(air);
      const noble = await startNoble(await connectH4(server.address));
      cleanUp.push(() => noble.stop());
      const peripheral = await find(noble, ADDRESS);
      await peripheral.connectAsync();
      const measurement = await characteristic(peripheral, '2a1c');
      await measurement.subscribeAsync();
      const value = nextValue(measurement);
      const confirmed = new Promise((resolve) => thermo.att?.indicate('2a1c', TEMPERATURE, resolve));
      expect(await value).toBe(TEMPERATURE.toString('hex'));
      expect(await confirmed).toBe(true);
    });
  }

  it('gives each host an adapter of its own on the same air', async () => {
    const { air, server, controllers } = await serve(join(await folder(), 'radio.sock'));
    addThermometer(air);
    const hosts = await Promise.all([0, 1].map(async () => startNoble(await connectH4(server.address))));
    cleanUp.push(() => hosts.forEach((host) => host.stop()));
    const found = await Promise.all(hosts.map((host) => find(host, ADDRESS)));
    expect(found.map((peripheral) => peripheral.address)).toEqual([ADDRESS, ADDRESS]);
    expect(controllers).toHaveLength(2);
  });

  it('drops the links of a host whose socket closes, and the device can be found again', async () => {
    const { air, server } = await serve(join(await folder(), 'radio.sock'));
    const thermo = addThermometer(air);
    const hci = await connectH4(server.address);
    const noble = await startNoble(hci);
    const peripheral = await find(noble, ADDRESS);
    await peripheral.connectAsync();
    const reason = gone(thermo);
    hci.close();
    expect(await reason).toBe(8);
    noble.stop();
    thermo.startAdvertising();
    const again = await startNoble(await connectH4(server.address));
    cleanUp.push(() => again.stop());
    expect((await find(again, ADDRESS)).address).toBe(ADDRESS);
  });

  it('takes the place of a socket that a killed simulator left behind', async () => {
    const path = join(await folder(), 'radio.sock');
    const killed = await serve(`${path}.first`);
    // Closing removes the file under its first name only: what stays is a socket that nobody serves.
    await rename(`${path}.first`, path);
    await killed.server.close();
    const { server } = await serve(path);
    expect(server.address).toBe(path);
  });

  it('never takes the place of a file', async () => {
    const path = join(await folder(), 'radio.sock');
    await writeFile(path, 'precious');
    await expect(serve(path)).rejects.toThrow(/EADDRINUSE/);
    expect(await readFile(path, 'utf8')).toBe('precious');
  });

  it('refuses an address in use', async () => {
    const { server } = await serve('127.0.0.1:0');
    await expect(serve(server.address)).rejects.toThrow(/EADDRINUSE/);
  });

  it('survives octets that are no HCI', async () => {
    const { server, controllers } = await serve('127.0.0.1:0');
    const port = Number(server.address.split(':')[1]);
    const socket = connect(port, '127.0.0.1');
    const answer = new Promise<Buffer>((resolve) => socket.once('data', resolve));
    socket.write(Buffer.from([0xff, 0x00, 0x55, 0x01, 0x03, 0x0c, 0x00]));
    expect((await answer).toString('hex')).toBe('040e0401030c00');
    socket.destroy();
    expect(controllers).toHaveLength(1);
  });
});
