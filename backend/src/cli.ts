/** `gaya`: care for a hub's data from the command line. One sentence says what went wrong; the exit code is 1 then. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { BackupError, backUp, restore } from './backup/backup.ts';
import { DATABASE_FILE } from './db/database.ts';
import { DataLockError, lockData } from './data-lock.ts';
import { openHub } from './hub.ts';

const DEFAULT_DATA = process.env['GAYA_DATA'] ?? 'data';

const SENTENCES: Record<BackupError['code'], string> = {
  'no-hub': 'There is no hub in this folder:',
  'already-exists': 'This file is there already; choose another name:',
  'not-a-backup': 'This is no backup of a hub:',
  damaged: 'This copy is damaged and was not used:',
  incomplete: 'This copy lacks entries of the log and was not used:',
};

export interface CliOutput {
  out(line: string): void;
  error(line: string): void;
}

/** @returns the exit code */
export async function runCli(args: readonly string[], output: CliOutput): Promise<number> {
  const program = new Command('gaya').description('Cares for the data of a Gaya hub.').exitOverride();
  program.configureOutput({
    writeOut: (text) => output.out(text.trimEnd()),
    writeErr: (text) => output.error(text.trimEnd()),
  });

  program
    .command('replay')
    .description('makes readings, series and newest values again from the log; the hub must be stopped')
    .option('--data <folder>', 'data folder of the hub', DEFAULT_DATA)
    .option('--organisation <id>', 'organisation', 'default')
    .action((options: { data: string; organisation: string }) => replay(options, output));
  program
    .command('backup')
    .description('copies a hub, running or not, into a new file and verifies the copy')
    .argument('<file>', 'the new file')
    .option('--data <folder>', 'data folder of the hub', DEFAULT_DATA)
    .action((file: string, options: { data: string }) => {
      const { entries, readings } = backUp(resolve(options.data), resolve(file));
      output.out(`Backed up and verified: ${entries} log entries, ${readings} readings.`);
    });
  program
    .command('restore')
    .description('makes the hub of a folder from a backup; what was there is kept beside it; the hub must be stopped')
    .argument('<file>', 'the backup')
    .option('--data <folder>', 'data folder of the hub', DEFAULT_DATA)
    .action((file: string, options: { data: string }) => restoreInto(resolve(options.data), resolve(file), output));

  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    return tell(error, output);
  }
}

async function replay(options: { data: string; organisation: string }, output: CliOutput): Promise<void> {
  const dataDir = resolve(options.data);
  if (!existsSync(join(dataDir, DATABASE_FILE))) throw new BackupError('no-hub', dataDir);
  const lock = lockData(dataDir);
  try {
    const { organisation } = options;
    const hub = await openHub({ dataDir, organisation, clock: Date.now, random: (octets) => randomBytes(octets) });
    const { entries, newVersions } = await hub.replay();
    await hub.close();
    output.out(`Replayed ${entries} log entries: ${newVersions} readings have a new version.`);
  } finally {
    lock.release();
  }
}

async function restoreInto(dataDir: string, file: string, output: CliOutput): Promise<void> {
  const lock = existsSync(dataDir) ? lockData(dataDir) : null;
  try {
    const result = await restore(dataDir, file, { clock: Date.now, random: (octets) => randomBytes(octets) });
    output.out(`Restored and verified: ${result.entries} log entries, ${result.readings} readings.`);
    output.out('When the hub starts, the gateways send again what the backup lacks.');
  } finally {
    lock?.release();
  }
}

function tell(error: unknown, output: CliOutput): number {
  if (error instanceof BackupError) output.error(`${SENTENCES[error.code]} ${error.path}`);
  else if (error instanceof DataLockError) output.error('A hub uses this folder: stop it first.');
  else if (isCommander(error)) return error.exitCode;
  else output.error(`This did not work: ${error instanceof Error ? error.message : String(error)}`);
  return 1;
}

/** Commander has told the user already, also when only the help was asked for. */
function isCommander(error: unknown): error is Error & { exitCode: number } {
  return error instanceof Error && 'exitCode' in error && typeof error.exitCode === 'number';
}
