// npm start: the whole hub on one machine. Backend with its broker, gateways with real noble on the virtual radio,
// and a simulated ward of fictional patients, each part a process of its own.
import { Command, InvalidArgumentError } from 'commander';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildDashboard } from './lib/dashboard.ts';
import { Hub } from './lib/hub-processes.ts';
import { ROOT } from './lib/steps.ts';

function wholeNumber(low: number, high: number) {
  return (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < low || value > high)
      throw new InvalidArgumentError(`a whole number from ${low} to ${high} is needed.`);
    return value;
  };
}

const program = new Command('npm start --')
  .description('Runs the Gaya hub on this machine with a simulated ward of fictional patients.')
  .option('--data <folder>', 'where everything is kept', join(ROOT, 'data'))
  .option('--port <number>', 'port of the page on 127.0.0.1 (0: any free one)', wholeNumber(0, 65535), 8080)
  .option('--patients <number>', 'patients of the simulated ward', wholeNumber(1, 12), 12)
  .option('--empty', 'an empty hub: no ward, no radio', false)
  .option('--no-history', 'without the 30 days of history')
  .option('--speed <factor>', 'how many times faster than life the ward measures', wholeNumber(1, 100_000), 240)
  .option('--seed <number>', 'seed of the ward', wholeNumber(0, 2 ** 31 - 1), 1)
  .option('--drops <number>', 'links that break a minute, in all', wholeNumber(0, 1_000), 0)
  .option('--truth', "write every value that a device sends to the radio's log", false);

interface Options {
  data: string;
  port: number;
  patients: number;
  empty: boolean;
  history: boolean;
  speed: number;
  seed: number;
  drops: number;
  truth: boolean;
}

/** One clear sentence, then the end. */
function fail(sentence: string): never {
  console.error(`Gaya did not start: ${sentence}`);
  process.exit(1);
}

function dataFolder(path: string): string {
  const folder = resolve(path);
  try {
    mkdirSync(join(folder, 'logs'), { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOSPC')
      fail(`the disk of ${folder} is full. Free some space, or choose another folder with --data.`);
    fail(`the folder ${folder} cannot be written. Choose another one with --data.`);
  }
  return folder;
}

const options = program.parse().opts<Options>();
const data = dataFolder(options.data);
if (!(await buildDashboard())) fail('the dashboard could not be built; the message is above.');

const hub = new Hub({ ...options, data });
let stopping = false;
async function stop(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  await hub.stop();
  process.exit(code);
}
let firstInterrupt = 0;
process.on('SIGINT', () => {
  // The terminal sends Ctrl-C to the group and npm sends it once more: only one that comes later means "now".
  const now = performance.now();
  if (stopping && now - firstInterrupt > 500) {
    hub.kill();
    process.exit(130);
  }
  if (!stopping) firstInterrupt = now;
  void stop(0);
});
process.on('SIGTERM', () => void stop(0));
process.on('SIGHUP', () => void stop(0));
process.on('disconnect', () => void stop(0));
process.channel?.unref();

try {
  const url = await hub.start((step) => console.error(step));
  console.log(`Gaya: ${url}`);
  await hub.fillHistory((step) => console.error(step));
} catch (error) {
  await hub.stop();
  fail(error instanceof Error ? error.message : String(error));
}
