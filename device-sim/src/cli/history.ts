/** `gaya-sim history`: the ward's past as a file of messages, for the hub to take in. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile, rename } from 'node:fs/promises';
import { writeHistory } from '../history/write-history.ts';
import { wardPatients } from '../ward/ward.ts';

export interface HistoryCommandOptions {
  readonly out: string;
  readonly days: number;
  readonly deviceIds: string;
  readonly seed: number;
  readonly patients: number;
  /** UTC ms up to which; now by default. */
  readonly to?: number;
}

const DAY_MS = 86_400_000;

/** The file appears under its name only when it is complete. @throws {Error} with a sentence for the user */
export async function runHistory(options: HistoryCommandOptions): Promise<void> {
  const deviceIds = await readDeviceIds(options.deviceIds);
  const to = options.to ?? Date.now();
  const unfinished = `${options.out}.part`;
  const out = createWriteStream(unfinished);
  await once(out, 'open');
  const written = await writeHistory({
    ward: wardPatients.slice(0, options.patients),
    deviceIds,
    from: to - options.days * DAY_MS,
    to,
    seed: options.seed,
    out,
  });
  out.end();
  await once(out, 'finish');
  await rename(unfinished, options.out);
  console.error(`${written} messages of ${options.days} days are in ${options.out}.`);
}

/** Device key -> hub's device id, alone or as the member `deviceIds` of a larger object. */
async function readDeviceIds(path: string): Promise<Record<string, string>> {
  const file: unknown = JSON.parse(await readFile(path, 'utf8'));
  const found = isRecord(file) && isRecord(file['deviceIds']) ? file['deviceIds'] : file;
  if (!isRecord(found)) throw new Error(`${path} holds no device ids.`);
  const ids = Object.entries(found).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  if (ids.length === 0) throw new Error(`${path} holds no device ids.`);
  return Object.fromEntries(ids);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
