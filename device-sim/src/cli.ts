/** The command line of the simulator: what each command does is in cli/. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { runDevice } from './cli/device.ts';
import type { DeviceCommandOptions } from './cli/device.ts';
import { runHistory } from './cli/history.ts';
import type { HistoryCommandOptions } from './cli/history.ts';
import { listText } from './cli/list.ts';
import { runWard } from './cli/ward.ts';
import type { WardOptions } from './cli/ward.ts';
import { wardPatients } from './ward/ward.ts';

export async function runCli(argv: readonly string[]): Promise<void> {
  const program = new Command('gaya-sim').description('Simulated Bluetooth LE health devices on a virtual radio.');
  program
    .command('list')
    .description('profiles and the demo ward')
    .action(() => console.log(listText()));
  addWard(program);
  addDevice(program);
  addHistory(program);
  try {
    await program.parseAsync(argv);
  } catch (error) {
    console.error(sentenceOf(error));
    process.exitCode = 1;
  }
}

function addWard(program: Command): void {
  withRadio(program.command('ward').description('plays the demo ward of fictional patients'))
    .option('--speed <factor>', 'how many times more often than in life devices measure', positive, 1)
    .option('--patients <number>', 'patients of the ward', wholeNumber, wardPatients.length)
    .option('--seed <number>', 'seed of the bodies', wholeNumber, 1)
    .option('--drops <number>', 'links that break a minute, in all', wholeNumber, 0)
    .option('--truth', 'print every value that a device sends as a JSON line', false)
    .action((options: WardOptions) => runWard(options));
}

function addDevice(program: Command): void {
  withRadio(program.command('device <profile>').description('one device'))
    .option('--attach <path>', 'serial port or PTY on which the adapter answers as H4')
    .option('--every <seconds>', 'time between measurements', positive, 60)
    .option('--count <number>', 'end when so many measurements were confirmed', wholeNumber)
    .option('--address <address>', 'random static address', address, 'c0:67:61:79:61:01')
    .option('--serial <text>', 'serial number', 'GS-0001')
    .option('--clock-offset <seconds>', 'device clock minus true time', Number, 0)
    .option('--secure', 'measured values only over an encrypted link', false)
    .option('--seed <number>', 'seed of the body', wholeNumber, 1)
    .option('--truth', 'print every value that the device sends as a JSON line', false)
    .addOption(
      new Option('--advertising <pdu>', 'legacy or extended').choices(['legacy', 'extended']).default('legacy'),
    )
    .action((profile: string, options: DeviceCommandOptions) => runDevice(profile, options));
}

function addHistory(program: Command): void {
  program
    .command('history')
    .description("writes the ward's past as messages of its gateways, one a line")
    .requiredOption('--out <file>', 'where to')
    .requiredOption('--device-ids <file>', 'JSON: device key to the id that the hub gave')
    .option('--days <number>', 'how many', wholeNumber, 30)
    .option('--patients <number>', 'patients of the ward', wholeNumber, wardPatients.length)
    .option('--seed <number>', 'seed of the bodies', wholeNumber, 1)
    .option('--to <ms>', 'UTC ms up to which; now by default', wholeNumber)
    .action((options: HistoryCommandOptions) => runHistory(options));
}

function withRadio(command: Command): Command {
  return command
    .option('--radio <address>', 'serve H4 on this unix socket path or host:port, one adapter a connection')
    .option('--no-extended', 'adapters that know legacy advertising only')
    .option('--max-connections <number>', 'connections that an adapter holds at a time', wholeNumber, 8)
    .option('--btsnoop <file>', 'record what passes between host and adapter')
    .addOption(
      new Option('--timing <mode>', 'whether intervals of advertising and connections are waited for')
        .choices(['instant', 'modelled'])
        .default('instant'),
    );
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0) || value === Infinity) throw new InvalidArgumentError('a number above 0 is needed.');
  return value;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('a whole number is needed.');
  return value;
}

function address(text: string): string {
  const lower = text.toLowerCase();
  if (!/^[c-f][0-9a-f](:[0-9a-f]{2}){5}$/.test(lower)) {
    throw new InvalidArgumentError(
      'a random static address is needed, e.g. c0:00:00:00:00:01 (first octet c0 or above).',
    );
  }
  return lower;
}

/** What the user can do something about, without a stack. */
function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return `The radio's address is in use: ${error.message}.`;
  return error.message;
}
