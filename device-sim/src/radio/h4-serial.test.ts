import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { characteristic, find, nextValue, startNobleOnUart } from '../testing/noble-host.ts';
import { TEMPERATURE, thermometer } from '../testing/thermometer.ts';
import { Air } from './air.ts';
import { VirtualController } from './controller.ts';
import { attachSerial } from './h4-serial.ts';
import { VirtualPeripheral } from './peripheral.ts';
import { realScheduler } from './scheduler.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

const SOCAT = 'socat';
const ADDRESS = 'c0:00:00:00:00:0a';

function hasSocat(): boolean {
  try {
    execFileSync(SOCAT, ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Two serial lines joined like a null modem; the near one is left as the system makes it, with echo and line editing. */
async function nullModem(): Promise<{ near: string; far: string; cut: () => Promise<unknown> }> {
  const folder = await mkdtemp(join(tmpdir(), 'gaya-pty-'));
  const [near, far] = [join(folder, 'near'), join(folder, 'far')];
  const socat = spawn(SOCAT, [`PTY,link=${near}`, `PTY,raw,echo=0,link=${far}`], { stdio: 'ignore' });
  const ended = once(socat, 'exit');
  const cut = () => {
    socat.kill();
    return ended;
  };
  cleanUp.push(() => rm(folder, { recursive: true, force: true }), cut);
  while (!existsSync(near) || !existsSync(far)) await sleep(5);
  return { near, far, cut };
}

function radioOn(path: string) {
  const air = new Air({ scheduler: realScheduler, instant: true });
  const peripheral = new VirtualPeripheral(air, { address: ADDRESS, name: 'T', services: [thermometer()] });
  peripheral.startAdvertising();
  const line = attachSerial(new VirtualController(air, { address: '02:00:00:00:00:01' }), path);
  cleanUp.push(() => line.close());
  return { peripheral, line };
}

// Without socat nothing here can make a PTY; the same octets go over a socket in h4-server.test.ts.
describe.runIf(hasSocat())('H4 on a serial line (needs socat)', () => {
  it("carries an indication to noble's own serial driver, unchanged", async () => {
    const { near, far } = await nullModem();
    const { peripheral } = radioOn(near);
    const noble = await startNobleOnUart(far);
    cleanUp.push(() => noble.stop());
    const found = await find(noble, ADDRESS);
    await found.connectAsync();
    const measurement = await characteristic(found, '2a1c');
    await measurement.subscribeAsync();
    const value = nextValue(measurement);
    const confirmed = new Promise((resolve) => peripheral.att?.indicate('2a1c', TEMPERATURE, resolve));
    expect(await value).toBe(TEMPERATURE.toString('hex'));
    expect(await confirmed).toBe(true);
    await found.disconnectAsync();
  });

  it('tells when the other side has gone', async () => {
    const { near, cut } = await nullModem();
    const { line } = radioOn(near);
    await cut();
    await expect(line.closed).resolves.toBeUndefined();
  });
});

describe('a path that is no serial line', () => {
  it('is refused', () => {
    expect(() => radioOn('/dev/null')).toThrow(/no serial port/);
  });
});
