/** From the start of a gateway's process to the first indicated value that it has committed, over the simulator's radio. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from '../steps.ts';
import { end } from './child.ts';
import { freePort } from './mosquitto.ts';

/** The device measures again so that the next gateway finds a value waiting. */
const MEASURE_EVERY_S = 1;
const BETWEEN_MS = 1_500;
const WITHIN_MS = 15_000;
const INDICATED = '2a35';

/** @returns ms of each start, with an empty data folder each */
export async function gatewayStarts(folder: string, times: number): Promise<number[]> {
  // A socket's path may have about 100 characters.
  const radio = join(tmpdir(), `gaya-bench-${randomBytes(6).toString('hex')}.sock`);
  const sim = run(
    'gaya-sim.ts',
    ['device', 'blood-pressure', '--radio', radio, '--every', String(MEASURE_EVERY_S)],
    {},
  );
  try {
    const starts: number[] = [];
    for (let n = 0; n < times; n += 1) {
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
      starts.push(await oneStart(radio, join(folder, `gateway-${n}`)));
    }
    return starts;
  } finally {
    await end(sim);
  }
}

/** @throws {Error} when no value comes */
async function oneStart(radio: string, data: string): Promise<number> {
  const env = {
    GAYA_HCI: `socket:${radio}`,
    GAYA_DATA: data,
    GAYA_STATUS_PORT: '0',
    GAYA_ZONE: 'Asia/Seoul',
    GAYA_BROKER_URL: `mqtt://127.0.0.1:${await freePort()}`, // nobody there: the radio does not wait for it
  };
  const since = performance.now();
  const gateway = run('gateway.ts', ['--trace'], env);
  try {
    return await new Promise<number>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('the gateway saw no indication')), WITHIN_MS);
      if (gateway.stdout === null) return;
      createInterface(gateway.stdout).on('line', (line) => {
        if (!line.includes(`"chr":"${INDICATED}"`)) return;
        clearTimeout(timer);
        resolve(performance.now() - since);
      });
    });
  } finally {
    await end(gateway);
  }
}

function run(tool: string, args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(ROOT, 'tools', tool), ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}
