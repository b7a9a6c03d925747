/** Where a bench plays: a temporary folder, a broker, a hub; all gone afterwards, whatever happens. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Backend } from './backend.ts';
import { startMosquitto, type Mosquitto } from './mosquitto.ts';

export interface BenchOptions {
  /** A tenth of the sizes, to see that everything runs. */
  readonly quick: boolean;
  /** Also what takes many minutes. */
  readonly full: boolean;
}

export interface Stage {
  readonly folder: string;
  readonly broker: Mosquitto;
  readonly hub: Backend;
}

/** The hub is not started yet: its records come first. */
export async function onStage<T>(play: (stage: Stage) => Promise<T>): Promise<T> {
  return inFolder(async (folder) => {
    const broker = await startMosquitto(folder);
    const hub = new Backend(folder, broker.port);
    try {
      return await play({ folder, broker, hub });
    } finally {
      await hub.kill();
      await broker.stop();
    }
  });
}

export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'gaya-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
