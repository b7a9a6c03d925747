// The gateway's Bluetooth adapter with real noble on the virtual radio: every trap that noble sets has to be held there.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  Air,
  createVirtualHci,
  realScheduler,
  serveH4,
  VirtualController,
  VirtualPeripheral,
  type ControllerOptions,
  type PeripheralOptions,
} from '../device-sim/src/radio/index.ts';
import { BleError, type Advertisement, type BleLink } from '../gateway/src/ble/ble-central.ts';
import { NobleCentral, type NobleHci } from '../gateway/src/ble/noble-central.ts';
import { openSocketHci } from '../gateway/src/hci/socket-hci.ts';

const A = 'c0:00:00:00:00:0a';
const B = 'c0:00:00:00:00:0b';
const TEMPERATURE = Buffer.from('006c0100ff', 'hex');
const THERMOMETER = { service: '1809', characteristic: '2a1c' };
const TEMPERATURE_TYPE = { service: '1809', characteristic: '2a1d' };
const INTERVAL = { service: '1809', characteristic: '2a21' };
const GATT_TIMEOUT_MS = 300;
/** ATT application error. */
const REFUSED = 0x80;
const INVALID_PDU = 0x04;

type Way = (controller: VirtualController) => Promise<NobleHci>;

const cleanUp: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const task of cleanUp.splice(0).reverse()) await task();
});

async function serve(controller: VirtualController): Promise<{ folder: string; path: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'gaya-radio-'));
  const server = await serveH4(join(folder, 'radio.sock'), () => controller);
  cleanUp.push(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });
  return { folder, path: server.address };
}

const inProcess: Way = (controller) =>
  Promise.resolve({ kind: 'transport', transport: createVirtualHci(controller, realScheduler) });

const overSocket: Way = async (controller) => ({
  kind: 'transport',
  transport: await openSocketHci((await serve(controller)).path),
});

/** noble's own serial driver, with a pseudo-terminal in place of the port. */
const overSerialPort: Way = async (controller) => {
  const { folder, path } = await serve(controller);
  const port = join(folder, 'tty');
  const socat = spawn('socat', [`PTY,link=${port},raw,echo=0,waitslave,pty-interval=0.01`, `UNIX-CONNECT:${path}`]);
  const ended = new Promise((resolve) => socat.once('exit', resolve));
  cleanUp.push(async () => {
    socat.kill();
    await ended;
  });
  while (!existsSync(port)) await new Promise((resolve) => setTimeout(resolve, 5));
  return { kind: 'uart', path: port, baudRate: 1_000_000 };
};

const ways: [string, Way][] = [
  ['in process', inProcess],
  ['over a socket', overSocket],
];
if (spawnSync('socat', ['-V']).status === 0) ways.push(['over a serial port', overSerialPort]);
else console.info('socat is not on this machine (apt-get install socat): the serial port is not tested.');

async function rig(way: Way = inProcess, options: Partial<ControllerOptions> = {}) {
  const air = new Air({ scheduler: realScheduler, instant: true });
  const controller = new VirtualController(air, { address: '00:11:22:33:44:55', ...options });
  const central = new NobleCentral({ hci: await way(controller), gattTimeoutMs: GATT_TIMEOUT_MS });
  const heard = new Map<string, Advertisement>();
  const waiting: { address: string; resolve: () => void }[] = [];
  central.onAdvertisement((advertisement) => {
    heard.set(advertisement.address, advertisement);
    for (const w of waiting) if (w.address === advertisement.address) w.resolve();
  });
  await central.start();
  cleanUp.push(() => central.close());
  const hear = (address: string): Promise<void> =>
    new Promise((resolve) => {
      waiting.push({ address, resolve });
    });
  const device = (address: string, more: Partial<PeripheralOptions> = {}): VirtualPeripheral => {
    const peripheral = new VirtualPeripheral(air, {
      address,
      name: 'Thermometer',
      advertisedServices: ['1809'],
      services: [
        {
          uuid: '1809',
          characteristics: [
            { uuid: '2a1c', properties: ['indicate'] },
            { uuid: '2a1d', properties: ['read'], value: Buffer.of(2) },
          ],
        },
      ],
      advertisingIntervalMs: 20,
      ...more,
    });
    peripheral.startAdvertising();
    return peripheral;
  };
  const connect = async (address: string): Promise<BleLink> => {
    await hear(address);
    const link = await central.connect(address, 5_000);
    await link.discover();
    return link;
  };
  return { air, controller, central, heard, hear, device, connect };
}

const codeOf = (operation: Promise<unknown>): Promise<string> =>
  operation.then(
    () => 'no error',
    (error: unknown) => (error instanceof BleError ? error.code : String(error)),
  );
const endOf = (link: BleLink): Promise<number> => new Promise((resolve) => link.onDisconnect(resolve));
/** The device sends a value; resolves with whether it was confirmed. */
const indicate = (peripheral: VirtualPeripheral, value = TEMPERATURE): Promise<boolean> =>
  new Promise((resolve, reject) => {
    if (peripheral.att?.indicate('2a1c', value, resolve) !== true) reject(new Error('nobody has subscribed'));
  });
/** The device no longer answers any request. */
const fallSilent = (peripheral: VirtualPeripheral): void => {
  if (peripheral.att !== null) peripheral.att.receive = () => undefined;
};

describe.each(ways)('an indicated value, %s', (_name, way) => {
  it('is confirmed to the device only after it was taken', async () => {
    const { device, connect } = await rig(way);
    const peripheral = device(A);
    const link = await connect(A);
    const events: string[] = [];
    await link.subscribe(THERMOMETER, 'indicate', (bytes) =>
      events.push(`committed ${Buffer.from(bytes).toString('hex')}`),
    );
    expect(await indicate(peripheral).then((confirmed) => events.push(`confirmed ${confirmed}`))).toBe(2);
    expect(events).toEqual([`committed ${TEMPERATURE.toString('hex')}`, 'confirmed true']);
  });

  it('is not confirmed when it could not be taken, and comes again on the next connection', async () => {
    const { device, connect } = await rig(way);
    const peripheral = device(A);
    const link = await connect(A);
    const end = endOf(link);
    await link.subscribe(THERMOMETER, 'indicate', () => {
      throw new Error('the disk is full');
    });
    expect(await indicate(peripheral)).toBe(false);
    expect(await end).toBe(0x16);

    peripheral.startAdvertising();
    const again = await connect(A);
    const values: string[] = [];
    await again.subscribe(THERMOMETER, 'indicate', (bytes) => values.push(Buffer.from(bytes).toString('hex')));
    expect(await indicate(peripheral)).toBe(true);
    expect(values).toEqual([TEMPERATURE.toString('hex')]);
  });
});

describe('a link', () => {
  it('hears what a device advertises', async () => {
    const { device, hear, heard } = await rig();
    device(A);
    await hear(A);
    expect(heard.get(A)).toMatchObject({ address: A, services: ['1809'], rssiDbm: -60, connectable: true });
  });

  it('rejects a read during which the device vanishes', async () => {
    const { device, connect } = await rig();
    const peripheral = device(A);
    const link = await connect(A);
    const end = endOf(link);
    fallSilent(peripheral);
    const read = codeOf(link.read(TEMPERATURE_TYPE));
    peripheral.vanish();
    expect(await read).toBe('disconnected');
    expect(await end).toBe(0x08);
  });

  it('rejects what is begun after the link was lost', async () => {
    const { device, connect } = await rig();
    const peripheral = device(A);
    const link = await connect(A);
    const end = endOf(link);
    peripheral.disconnect();
    expect(await end).toBe(0x13);
    expect(await codeOf(link.read(TEMPERATURE_TYPE))).toBe('disconnected');
    expect(await codeOf(link.rssi())).toBe('disconnected');
  });

  it('rejects a refused subscription and goes on', async () => {
    const { device, connect } = await rig();
    const services = [
      {
        uuid: '1809',
        characteristics: [
          { uuid: '2a1c', properties: ['indicate' as const], refuseSubscription: REFUSED },
          { uuid: '2a1d', properties: ['read' as const], value: Buffer.of(2) },
        ],
      },
    ];
    device(A, { services });
    const link = await connect(A);
    const refused = await link.subscribe(THERMOMETER, 'indicate', () => undefined).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'att-error', attCode: REFUSED });
    expect(await link.read(TEMPERATURE_TYPE)).toEqual(Uint8Array.of(2));
  });

  it('rejects a refused read instead of giving nothing for a value', async () => {
    const { device, connect } = await rig();
    const services = [{ uuid: '1809', characteristics: [{ uuid: '2a1d', properties: [] }] }];
    device(A, { services });
    const link = await connect(A);
    expect(await link.read(TEMPERATURE_TYPE).catch((error: unknown) => error)).toMatchObject({
      code: 'att-error',
      attCode: 0x02,
    });
  });

  it('rejects a refused write and goes on', async () => {
    const { device, connect } = await rig();
    const characteristics = [
      { uuid: '2a21', properties: ['read' as const, 'write' as const], value: Buffer.of(1, 0), onWrite: () => REFUSED },
    ];
    device(A, { services: [{ uuid: '1809', characteristics }] });
    const link = await connect(A);
    expect(await link.write(INTERVAL, Buffer.of(9, 0)).catch((error: unknown) => error)).toMatchObject({
      code: 'att-error',
      attCode: REFUSED,
    });
    expect(await link.read(INTERVAL)).toEqual(Uint8Array.of(1, 0));
  });

  it('ends after ATT error Invalid PDU, which kills the GATT queue of noble', async () => {
    const { device, connect } = await rig();
    const characteristics = [{ uuid: '2a21', properties: ['write' as const], onWrite: () => INVALID_PDU }];
    device(A, { services: [{ uuid: '1809', characteristics }] });
    const link = await connect(A);
    const end = endOf(link);
    expect(await link.write(INTERVAL, Buffer.of(9, 0)).catch((error: unknown) => error)).toMatchObject({
      code: 'att-error',
      attCode: INVALID_PDU,
    });
    expect(await end).toBe(0x16);
  });

  it('ends when the device no longer answers', async () => {
    const { device, connect } = await rig();
    const peripheral = device(A);
    const link = await connect(A);
    const end = endOf(link);
    fallSilent(peripheral);
    expect(await codeOf(link.read(TEMPERATURE_TYPE))).toBe('gatt-timeout');
    expect(await end).toBe(0x16);
  });

  it('confirms an indication that comes while a request is unanswered', async () => {
    const { device, connect } = await rig();
    const peripheral = device(A);
    const link = await connect(A);
    await link.subscribe(THERMOMETER, 'indicate', () => undefined);
    const { att } = peripheral;
    if (att === null) throw new Error('not connected');
    const receive = att.receive.bind(att);
    // Only reads stay without an answer.
    att.receive = (pdu) => {
      if (pdu[0] !== 0x0a) receive(pdu);
    };
    const read = codeOf(link.read(TEMPERATURE_TYPE));
    expect(await indicate(peripheral)).toBe(true);
    expect(await read).toBe('gatt-timeout');
  });

  it('runs operations that are asked for at once one after the other', async () => {
    const { device, connect } = await rig();
    const written: string[] = [];
    const characteristics = [
      { uuid: '2a1d', properties: ['read' as const], value: Buffer.of(2) },
      {
        uuid: '2a21',
        properties: ['write' as const],
        onWrite: (value: Uint8Array) => (written.push(Buffer.from(value).toString('hex')), 0),
      },
    ];
    device(A, { services: [{ uuid: '1809', characteristics }] });
    const link = await connect(A);
    const many = Array.from({ length: 15 }, (_, i) => [
      link.write(INTERVAL, Buffer.of(i, 0)),
      link.read(TEMPERATURE_TYPE),
    ]).flat();
    const results = await Promise.all(many);
    expect(results.filter((r) => r instanceof Uint8Array && r[0] === 2)).toHaveLength(15);
    expect(written).toHaveLength(15);
  });

  it('indicates where a characteristic offers both and indication is wanted', async () => {
    const { device, connect } = await rig();
    const characteristics = [{ uuid: '2a1c', properties: ['notify' as const, 'indicate' as const] }];
    const peripheral = device(A, { services: [{ uuid: '1809', characteristics }] });
    const link = await connect(A);
    await link.subscribe(THERMOMETER, 'indicate', () => undefined);
    expect(peripheral.att?.isSubscribed('2a1c', 'indicate')).toBe(true);
    expect(peripheral.att?.isSubscribed('2a1c', 'notify')).toBe(false);
    expect(await indicate(peripheral)).toBe(true);
  });

  it('reads over Just Works pairing', async () => {
    const { device, connect } = await rig();
    const characteristics = [{ uuid: '2a1d', properties: ['read' as const], value: Buffer.of(2), secure: true }];
    const peripheral = device(A, { services: [{ uuid: '1809', characteristics }] });
    const link = await connect(A);
    expect(await link.read(TEMPERATURE_TYPE)).toEqual(Uint8Array.of(2));
    expect(peripheral.encrypted).toBe(true);
  });

  it('ends when the device refuses to pair', async () => {
    const { device, connect } = await rig();
    const characteristics = [{ uuid: '2a1d', properties: ['read' as const], value: Buffer.of(2), secure: true }];
    device(A, { services: [{ uuid: '1809', characteristics }], pairing: 'reject' });
    const link = await connect(A);
    const end = endOf(link);
    expect(await codeOf(link.read(TEMPERATURE_TYPE))).toBe('pairing-failed');
    expect(await end).toBe(0x16);
  });

  it('refuses what the device does not have', async () => {
    const { device, connect } = await rig();
    device(A);
    const link = await connect(A);
    expect(await codeOf(link.read(INTERVAL))).toBe('no-such-characteristic');
  });
});

describe('the central', () => {
  it('gives up on an absent device without holding up the others, and connects to it when it is back', async () => {
    const { device, hear, central } = await rig();
    const absent = device(A);
    await hear(A);
    absent.stopAdvertising();
    device(B);
    await hear(B);
    const first = codeOf(central.connect(A, 200));
    const second = central.connect(B, 5_000);
    expect(await first).toBe('connect-timeout');
    expect((await second).address).toBe(B);
    absent.startAdvertising();
    await hear(A);
    expect((await central.connect(A, 5_000)).address).toBe(A);
  });

  it('goes on listening after it has connected', async () => {
    const { device, connect, hear } = await rig();
    device(A);
    await connect(A);
    device(B);
    await hear(B);
  });

  it('delivers again after a device has come back', async () => {
    const { device, connect } = await rig();
    const peripheral = device(A);
    for (const value of [TEMPERATURE, Buffer.from('006d0100ff', 'hex'), Buffer.from('006e0100ff', 'hex')]) {
      const link = await connect(A);
      const end = endOf(link);
      const values: string[] = [];
      await link.subscribe(THERMOMETER, 'indicate', (bytes) => values.push(Buffer.from(bytes).toString('hex')));
      expect(await indicate(peripheral, value)).toBe(true);
      expect(values).toEqual([value.toString('hex')]);
      peripheral.disconnect();
      await end;
      peripheral.startAdvertising();
    }
  });

  it('tells a full adapter from a device that does not answer', async () => {
    const { device, hear, connect, central } = await rig(inProcess, { maxConnections: 1 });
    device(A);
    await connect(A);
    device(B);
    await hear(B);
    expect(await codeOf(central.connect(B, 5_000))).toBe('connection-limit');
  });

  it('works with an adapter that advertises and connects in the extended way', async () => {
    const { device, connect } = await rig(inProcess, { extended: true });
    device(A, { advertising: 'extended' });
    const link = await connect(A);
    expect(await link.read(TEMPERATURE_TYPE)).toEqual(Uint8Array.of(2));
  });

  it('says goodbye to its devices when it closes', async () => {
    const { device, connect, central } = await rig();
    const peripheral = device(A);
    await connect(A);
    const reason = new Promise<number>((resolve) => (peripheral.events = { onDisconnect: resolve }));
    await central.close();
    expect(await reason).toBe(0x13);
  });

  it('tells when the adapter is pulled out, and ends the links', async () => {
    const air = new Air({ scheduler: realScheduler, instant: true });
    const hci = createVirtualHci(new VirtualController(air, { address: '00:11:22:33:44:55' }), realScheduler);
    const central = new NobleCentral({ hci: { kind: 'transport', transport: hci } });
    cleanUp.push(() => central.close());
    const lost = new Promise<string>((resolve) => central.onLost(resolve));
    const heard = new Promise<void>((resolve) => central.onAdvertisement(() => resolve()));
    const services = [{ uuid: '1809', characteristics: [] }];
    new VirtualPeripheral(air, { address: A, name: 'Thermometer', services }).startAdvertising();
    await central.start();
    await heard;
    const link = await central.connect(A, 5_000);
    const end = endOf(link);
    hci.unplug();
    expect(await lost).toBe('poweredOff');
    expect(await end).toBe(0x03);
    expect(await codeOf(central.connect(A, 5_000))).toBe('connect-failed');
  });

  it('says that an adapter which closes at once is of no use', async () => {
    const air = new Air({ scheduler: realScheduler, instant: true });
    const hci = createVirtualHci(new VirtualController(air, { address: '00:11:22:33:44:55' }), realScheduler);
    const central = new NobleCentral({ hci: { kind: 'transport', transport: hci } });
    cleanUp.push(() => central.close());
    const started = codeOf(central.start());
    hci.unplug();
    expect(await started).toBe('adapter-unusable');
  });

  it('says that an adapter which does not answer is of no use', async () => {
    const silent = {
      send: () => undefined,
      onPacket: () => undefined,
      onClose: () => undefined,
      close: () => undefined,
    };
    const central = new NobleCentral({ hci: { kind: 'transport', transport: silent }, powerOnTimeoutMs: 50 });
    cleanUp.push(() => central.close());
    expect(await codeOf(central.start())).toBe('adapter-unusable');
  });

  it('leaves Ctrl-C to the process', async () => {
    const before = process.listeners('SIGINT');
    await rig();
    expect(process.listeners('SIGINT')).toEqual(before);
  });
});
