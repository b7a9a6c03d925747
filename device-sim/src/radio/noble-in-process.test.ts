import type { Noble } from '@stoprocent/noble';
import { afterEach, describe, expect, it } from 'vitest';
import { characteristic, disconnected, find, nextValue, startNoble } from '../testing/noble-host.ts';
import { TEMPERATURE, thermometer } from '../testing/thermometer.ts';
import { Air } from './air.ts';
import { VirtualController } from './controller.ts';
import type { ControllerOptions } from './controller-options.ts';
import { VirtualPeripheral } from './peripheral.ts';
import type { PeripheralOptions } from './peripheral.ts';
import { realScheduler } from './scheduler.ts';
import { createVirtualHci } from './virtual-hci.ts';

const started: Noble[] = [];
afterEach(() => {
  for (const noble of started.splice(0)) noble.stop();
});

async function rig(controllerOptions: Partial<ControllerOptions> = {}, instant = true) {
  const air = new Air({ scheduler: realScheduler, instant });
  const controller = new VirtualController(air, { address: '00:11:22:33:44:55', ...controllerOptions });
  const hci = createVirtualHci(controller, realScheduler);
  const noble = await startNoble(hci);
  started.push(noble);
  const device = (address: string, options: Partial<PeripheralOptions> = {}) => {
    const peripheral = new VirtualPeripheral(air, {
      address,
      name: 'Thermometer',
      advertisedServices: ['1809'],
      services: [thermometer()],
      ...options,
    });
    peripheral.startAdvertising();
    return peripheral;
  };
  return { air, controller, hci, noble, device };
}

const A = 'c0:00:00:00:00:0a';

function indicate(peripheral: VirtualPeripheral): Promise<boolean> {
  return new Promise((resolve, reject) => {
    if (!peripheral.att?.indicate('2a1c', TEMPERATURE, resolve)) reject(new Error('not subscribed'));
  });
}

describe('real noble on the in-process radio', () => {
  it('discovers a device, subscribes and confirms an indication', async () => {
    const { noble, device, controller } = await rig();
    const thermo = device(A);
    const peripheral = await find(noble, A);
    expect(peripheral.advertisement.localName).toBe('Thermometer');
    expect(peripheral.advertisement.serviceUuids).toEqual(['1809']);
    await peripheral.connectAsync();
    const measurement = await characteristic(peripheral, '2a1c');
    await measurement.subscribeAsync();
    const value = nextValue(measurement);
    expect(await indicate(thermo)).toBe(true);
    expect(await value).toBe(TEMPERATURE.toString('hex'));
    expect([...controller.unknownOpcodes]).toEqual([]);
  });

  it('gives the device back to the air after a disconnect', async () => {
    const { noble, device } = await rig();
    const thermo = device(A);
    const peripheral = await find(noble, A);
    await peripheral.connectAsync();
    await peripheral.disconnectAsync();
    expect(thermo.connected).toBe(false);
    thermo.startAdvertising();
    await peripheral.connectAsync();
    expect(thermo.connected).toBe(true);
  });

  it('reports a device that vanishes by supervision timeout, reason 8', async () => {
    const { noble, device } = await rig();
    const thermo = device(A);
    const peripheral = await find(noble, A);
    await peripheral.connectAsync();
    const reason = disconnected(peripheral);
    thermo.vanish();
    expect(await reason).toBe(8);
  });

  it('reports a device that hangs up, reason 0x13', async () => {
    const { noble, device } = await rig();
    const thermo = device(A);
    const peripheral = await find(noble, A);
    await peripheral.connectAsync();
    const reason = disconnected(peripheral);
    thermo.disconnect();
    expect(await reason).toBe(0x13);
  });

  it('refuses a connection over the limit with 0x09', async () => {
    const { noble, device } = await rig({ maxConnections: 1 });
    const second = 'c0:00:00:00:00:0b';
    device(A);
    device(second);
    const one = await find(noble, A);
    const two = await find(noble, second);
    await one.connectAsync();
    await expect(two.connectAsync()).rejects.toThrow(/0x9/);
  });

  it('pairs Just Works when a secured value asks for it, and the link is encrypted', async () => {
    const { noble, device } = await rig();
    const thermo = device(A, { services: [thermometer({ secure: true })] });
    const peripheral = await find(noble, A);
    await peripheral.connectAsync();
    const type = await characteristic(peripheral, '2a1d');
    expect((await type.readAsync()).toString('hex')).toBe('02');
    expect(thermo.encrypted).toBe(true);
  });

  it('hears extended advertising only with an extended controller', async () => {
    const { noble, device } = await rig({ extended: true });
    const thermo = device(A, { advertising: 'extended' });
    const peripheral = await find(noble, A);
    await peripheral.connectAsync();
    const measurement = await characteristic(peripheral, '2a1c');
    await measurement.subscribeAsync();
    const value = nextValue(measurement);
    expect(await indicate(thermo)).toBe(true);
    expect(await value).toBe(TEMPERATURE.toString('hex'));
  });

  it('does not hear extended advertising with a legacy controller', async () => {
    const { noble, device } = await rig();
    const heard: string[] = [];
    noble.on('discover', (peripheral) => heard.push(peripheral.address));
    device(A, { advertising: 'extended' });
    device('c0:00:00:00:00:0b');
    await find(noble, 'c0:00:00:00:00:0b');
    expect(heard).toEqual(['c0:00:00:00:00:0b']);
  });

  it('connects to a legacy device with an extended controller, with data length extension', async () => {
    const { noble, device } = await rig({ extended: true, dataLength: true });
    const long = Buffer.alloc(200, 0x61);
    device(A, { services: [{ uuid: '180a', characteristics: [{ uuid: '2a29', properties: ['read'], value: long }] }] });
    const peripheral = await find(noble, A);
    await peripheral.connectAsync();
    const name = await characteristic(peripheral, '2a29');
    expect((await name.readAsync()).equals(long)).toBe(true);
  });

  it('reads a long value in fragments of 27 octets without data length extension', async () => {
    const { noble, device } = await rig({ dataLength: false });
    const long = Buffer.from(Array.from({ length: 400 }, (_, index) => index & 0xff));
    device(A, { services: [{ uuid: '180a', characteristics: [{ uuid: '2a29', properties: ['read'], value: long }] }] });
    const peripheral = await find(noble, A);
    await peripheral.connectAsync();
    const name = await characteristic(peripheral, '2a29');
    expect((await name.readAsync()).equals(long)).toBe(true);
  });

  it('drops the links of a host that goes away', async () => {
    const { noble, device, hci } = await rig();
    const thermo = device(A);
    const peripheral = await find(noble, A);
    await peripheral.connectAsync();
    hci.unplug();
    expect(thermo.connected).toBe(false);
  });

  it('tells the signal strength of a connection', async () => {
    const { noble, device } = await rig();
    device(A, { rssiDbm: -71 });
    const peripheral = await find(noble, A);
    expect(peripheral.rssi).toBe(-71);
    await peripheral.connectAsync();
    expect(await peripheral.updateRssiAsync()).toBe(-71);
  });
});

describe('real noble on a radio with modelled time', () => {
  it('receives an indication over advertising and connection intervals', async () => {
    const { noble, device } = await rig({}, false);
    const thermo = device(A, { advertisingIntervalMs: 20 });
    const peripheral = await find(noble, A);
    await peripheral.connectAsync();
    const measurement = await characteristic(peripheral, '2a1c');
    await measurement.subscribeAsync();
    const value = nextValue(measurement);
    expect(await indicate(thermo)).toBe(true);
    expect(await value).toBe(TEMPERATURE.toString('hex'));
  });

  it('answers the device that asks for other connection parameters', async () => {
    const { noble, device, hci } = await rig();
    const thermo = device(A);
    const peripheral = await find(noble, A);
    await peripheral.connectAsync();
    const updated = new Promise<string>((resolve) =>
      hci.onPacket((packet) => {
        const hex = Buffer.from(packet).toString('hex');
        if (hex.startsWith('043e0a0300')) resolve(hex.slice(14));
      }),
    );
    thermo.requestParameters(24, { interval: 40, latency: 0, timeout: 200 });
    expect(await updated).toBe('28000000c800');
  });
});
