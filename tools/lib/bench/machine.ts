/** On what the numbers were measured. */
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { DatabaseSync } from 'node:sqlite';
import { mosquittoVersion } from './mosquitto.ts';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly os: string;
  readonly node: string;
  readonly sqlite: string;
  readonly mosquitto: string;
}

export function machine(): Machine {
  const db = new DatabaseSync(':memory:');
  const sqlite = String(db.prepare('select sqlite_version() as v').get()?.['v']);
  db.close();
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    os: `${distribution()}, ${type()} ${release()}`,
    node: process.version,
    sqlite,
    mosquitto: mosquittoVersion() ?? 'not found',
  };
}

function distribution(): string {
  try {
    return /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? process.platform;
  } catch {
    return process.platform;
  }
}
