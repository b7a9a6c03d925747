/** History that enters by the log's append, in slices, so that live traffic goes on beside it. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FramesMessage } from '@gaya/protocols/messages';
import type { Database } from '../db/database.ts';
import type { Log, NewEntry } from '../log/log.ts';
import type { SessionCoverage } from '../log/session-coverage.ts';
import type { HubEvent, SeedProgress } from '../ports.ts';
import { toEntry, type AppendedMessage } from './ingest.ts';
import { readFramesEnvelope } from './read-envelope.ts';

const SLICE = 100;
/** The projection may lag behind by this many entries before the next slice waits. */
const MAX_LAG = 1_000;
const WAIT_MS = 20;
/** Slices between two progress events. */
const TELL_EVERY = 10;

export interface SeederParts {
  readonly db: Database;
  readonly log: Log;
  readonly coverage: SessionCoverage;
  readonly clock: () => number;
  readonly ensureDevice: (deviceId: string, gateway: string, at: number) => void;
  readonly appended: (messages: readonly AppendedMessage[]) => void;
  readonly lag: () => number;
  readonly progress: (progress: SeedProgress) => void;
  readonly isClosing: () => boolean;
  readonly report: (event: HubEvent) => void;
}

export class Seeder {
  readonly #parts: SeederParts;

  constructor(parts: SeederParts) {
    this.#parts = parts;
  }

  /** @throws {Error} of node:fs when the file cannot be read */
  async run(path: string): Promise<SeedProgress> {
    const total = await countLines(path);
    let done = 0;
    let slice: string[] = [];
    let slices = 0;
    this.#parts.progress({ done, total });
    for await (const line of linesOf(path)) {
      if (this.#parts.isClosing()) return { done, total };
      slice.push(line);
      if (slice.length < SLICE) continue;
      this.#append(slice);
      done += slice.length;
      slice = [];
      if (++slices % TELL_EVERY === 0) this.#parts.progress({ done, total });
      await this.#giveWay();
    }
    this.#append(slice);
    done += slice.length;
    this.#parts.progress({ done, total });
    return { done, total };
  }

  #append(lines: readonly string[]): void {
    const { db, log, clock, appended } = this.#parts;
    const now = clock();
    const fresh = db.transaction(() => log.append(lines.flatMap((line) => this.#read(line, now))));
    if (fresh.length > 0) appended(fresh);
  }

  /** Nothing for a line that is in the log already, or that cannot be read. */
  #read(line: string, now: number): { entry: NewEntry; message: FramesMessage }[] {
    const { coverage, ensureDevice, report, log } = this.#parts;
    const body = Buffer.from(line);
    const envelope = readFramesEnvelope(topicIn(line), body);
    if (!envelope.ok) {
      report({ level: 'warn', code: 'seed-line-rejected', detail: { reason: envelope.reason } });
      return [];
    }
    const { message, first, last } = envelope;
    const { gateway, device, session } = message;
    if (coverage.check({ gateway, device, session, first, last }) !== 'new') return [];
    coverage.add({ gateway, device, session, first, last });
    ensureDevice(device, gateway, now);
    return [{ entry: toEntry(envelope, body, now, 'seed', log.partitionOf(device)), message }];
  }

  async #giveWay(): Promise<void> {
    await nextTurn();
    while (this.#parts.lag() > MAX_LAG && !this.#parts.isClosing()) {
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    }
  }
}

/** A line names its own gateway and device: there is no topic that it could contradict. */
function topicIn(line: string): { gatewayId: string; deviceId: string } {
  const fieldOf = (name: string) => new RegExp(`"${name}":"([A-Za-z0-9_-]{1,64})"`).exec(line)?.[1] ?? '';
  return { gatewayId: fieldOf('gateway'), deviceId: fieldOf('device') };
}

async function countLines(path: string): Promise<number> {
  let lines = 0;
  for await (const line of linesOf(path)) lines += line === '' ? 0 : 1;
  return lines;
}

async function* linesOf(path: string): AsyncGenerator<string> {
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Infinity });
  for await (const line of lines) if (line.trim() !== '') yield line;
}
