// The gateway's process on a serial port: what the simulator sends there arrives, and is confirmed to the device only when it
// is on the gateway's disk. Two processes, so that a confirmation which left too early would be seen too early.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { profileOf } from '@gaya/protocols/profiles';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deviceFromProfile, type VirtualDevice } from '../device-sim/src/peripherals/virtual-device.ts';
import { attachSerial } from '../device-sim/src/radio/h4-serial.ts';
import { Air, realScheduler, serveH4, VirtualController } from '../device-sim/src/radio/index.ts';
import { Part, until } from './support/process.ts';

const CUFF = 'c0:67:61:79:61:01';
const VITALS = { systolicMmHg: 148, diastolicMmHg: 92, meanMmHg: 111, pulsePerMin: 71 };
/** Longer than a confirmation takes to the simulator by far. */
const SLOW_MS = 300;

const hasSocat = spawnSync('socat', ['-V']).status === 0;
if (!hasSocat) console.info('socat is not on this machine (apt-get install socat): the serial port is not tested.');

let folder: string;
const closing: (() => unknown)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gaya-uart-'));
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  rmSync(folder, { recursive: true, force: true });
});

/** Two serial lines joined like a null modem. */
async function nullModem(): Promise<{ near: string; far: string }> {
  const [near, far] = [join(folder, 'near'), join(folder, 'far')];
  const socat = spawn('socat', [`PTY,raw,echo=0,link=${near}`, `PTY,raw,echo=0,link=${far}`], { stdio: 'ignore' });
  const ended = new Promise((resolve) => socat.once('exit', resolve));
  closing.push(() => {
    socat.kill();
    return ended;
  });
  await until('the serial lines', () => (existsSync(near) && existsSync(far) ? true : null));
  return { near, far };
}

async function startGateway(file: string, hci: string, env: Readonly<Record<string, string>> = {}): Promise<Part> {
  const part = new Part({ file, args: ['--hci', hci, '--trace', '--data', join(folder, 'gateway')] });
  closing.push(() => part.kill('SIGTERM'));
  // Nobody is there as a broker: the radio does not wait for one.
  await part.start({ GAYA_BROKER_URL: 'mqtt://127.0.0.1:1', GAYA_STATUS_PORT: '0', GAYA_ZONE: 'Asia/Seoul', ...env });
  return part;
}

interface Line {
  readonly addr: string;
  readonly chr: string;
  readonly hex: string;
}

const measured = ({ lines }: Part): string[] =>
  lines
    .map((line) => JSON.parse(line) as Line)
    .filter(({ addr, chr }) => addr === CUFF && chr === '2a35')
    .map(({ hex }) => hex);

describe.runIf(hasSocat)('a gateway on a serial port (needs socat)', () => {
  test('takes what the simulator on the other side sends, octet by octet', async () => {
    const { near, far } = await nullModem();
    const args = ['device', 'blood-pressure', '--attach', near, '--address', CUFF, '--every', '0.5', '--truth'];
    const cuff = new Part({ file: 'tools/gaya-sim.ts', args });
    closing.push(() => cuff.kill());
    await cuff.start();
    const gateway = await startGateway('tools/gateway.ts', `uart:${far}`);
    await until('three values', () => (measured(gateway).length >= 3 ? true : null));
    await cuff.kill();
    const sent = measured(cuff);
    const received = await until('the last one', () =>
      measured(gateway).length >= sent.length ? measured(gateway) : null,
    );
    expect(received).toEqual(sent);
  });
});

/** The simulator's radio in this process; answers where the gateway finds it. */
type Way = (controller: VirtualController) => Promise<string>;

const overSocket: Way = async (controller) => {
  const server = await serveH4(join(folder, 'radio.sock'), () => controller);
  closing.push(() => server.close());
  return `socket:${server.address}`;
};

const overSerialLine: Way = async (controller) => {
  const { near, far } = await nullModem();
  const line = attachSerial(controller, near);
  closing.push(() => line.close());
  return `uart:${far}`;
};

const ways: [string, Way][] = [['over a socket', overSocket]];
if (hasSocat) ways.push(['over a serial port', overSerialLine]);

/** How often the value is on the gateway's disk, seen from another process. */
function onDisk(hex: string): number {
  const db = new DatabaseSync(join(folder, 'gateway', 'queue.sqlite'), { readOnly: true });
  const row = db.prepare("select count(*) as n from frame where how = 'indicate' and lower(hex(bytes)) = ?").get(hex);
  db.close();
  return Number(row?.['n']);
}

describe.each(ways)('an indicated value, %s', (_name, way) => {
  interface Rig {
    readonly device: VirtualDevice;
    /** `sent`, and `confirmed` with how often the value was on the disk at that moment. */
    readonly events: string[];
  }

  async function rig(env: Readonly<Record<string, string>>): Promise<Rig> {
    const air = new Air({ scheduler: realScheduler, instant: true });
    const hci = await way(new VirtualController(air, { address: '02:67:61:00:00:01' }));
    const profile = profileOf('blood-pressure');
    if (profile === undefined) throw new Error('no such profile');
    const events: string[] = [];
    let value = '';
    const device = deviceFromProfile(air, profile, {
      address: CUFF,
      serial: 'T',
      systemId: '0100000002616702',
      onValue: (_characteristic, bytes) => {
        value = Buffer.from(bytes).toString('hex');
        events.push('sent');
      },
      onConfirmed: () => events.push(`confirmed, ${onDisk(value)} on the disk`),
    });
    closing.push(() => device.stop());
    await startGateway('e2e/support/bad-disk-gateway-child.ts', hci, env);
    device.measure(VITALS);
    return { device, events };
  }

  test('is confirmed to the device only when it is on the disk, however slow the disk is', async () => {
    const { device, events } = await rig({ DISK_WAIT_MS: `${SLOW_MS}` });
    await until('the confirmation', () => (device.stored === 0 ? true : null));
    expect(events).toEqual(['sent', 'confirmed, 1 on the disk']);
  });

  test('is not confirmed while the disk is full, and sent again until it was taken', async () => {
    const { device, events } = await rig({ DISK_FAILURES: '2' });
    await until('the confirmation', () => (device.stored === 0 ? true : null));
    expect(events).toEqual(['sent', 'sent', 'sent', 'confirmed, 1 on the disk']);
  });
});
