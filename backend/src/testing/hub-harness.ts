/** A hub in a folder of its own, with a clock that stands still and randomness that repeats. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { AckMessage, CommandMessage, FramesMessage } from '@gaya/protocols/messages';
import { DATABASE_FILE } from '../db/database.ts';
import { openHubWith, type Hub, type HubEvent, type StoredReading } from '../hub.ts';
import { protocolsInterpreter, type Interpreter } from '../projections/interpreter.ts';
import { CUFF, encode, NINE_AM, topicOf } from './frames.ts';

export interface HarnessOptions {
  readonly dataDir?: string;
  readonly organisation?: string;
  readonly interpreter?: Interpreter;
}

export class HubHarness {
  readonly hub: Hub;
  readonly dataDir: string;
  readonly acks: [gateway: string, ack: AckMessage][] = [];
  readonly commands: [gateway: string, command: CommandMessage, retain: boolean][] = [];
  readonly events: HubEvent[];
  readonly #time: { now: number };

  private constructor(hub: Hub, dataDir: string, events: HubEvent[], time: { now: number }) {
    this.hub = hub;
    this.dataDir = dataDir;
    this.events = events;
    this.#time = time;
    hub.ingest.onAck((gateway, ack) => this.acks.push([gateway, ack]));
    hub.ingest.onCommand((gateway, command, retain) => this.commands.push([gateway, command, retain]));
  }

  static async open(options: HarnessOptions = {}): Promise<HubHarness> {
    const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'gaya-hub-'));
    const events: HubEvent[] = [];
    const time = { now: NINE_AM };
    const hubOptions = {
      dataDir,
      organisation: options.organisation ?? 'default',
      clock: () => time.now,
      random: repeatable(dataDir),
      log: (event: HubEvent) => events.push(event),
    };
    const hub = await openHubWith(hubOptions, options.interpreter ?? protocolsInterpreter);
    return new HubHarness(hub, dataDir, events, time);
  }

  set now(now: number) {
    this.#time.now = now;
  }

  /** Takes messages in, each as one MQTT message, and waits for the projection. */
  async receive(...messages: readonly FramesMessage[]): Promise<void> {
    for (const message of messages) this.hub.ingest.receive(topicOf(message), encode(message));
    this.hub.ingest.flush();
    await this.hub.projections.caughtUp();
  }

  /** A patient with this id, and the cuff bound to it since long ago. */
  async bindCuff(patientId = 'p-1', from = 0, to: number | null = null): Promise<string> {
    await this.patient(patientId);
    if ((await this.hub.devices.byId(CUFF)) === null) {
      await this.hub.devices.create({ profile: 'blood-pressure', label: 'Cuff' }, 'test', { deviceId: CUFF });
    }
    return (await this.hub.decisions.bind({ deviceId: CUFF, patientId, from, to }, 'nurse')).bindingId;
  }

  async patient(patientId: string): Promise<void> {
    if ((await this.hub.patients.byId(patientId)) !== null) return;
    const input = {
      name: patientId,
      sex: 'unknown',
      birthDate: '1950-01-01',
      identifier: patientId,
      zone: 'Asia/Seoul',
    } as const;
    await this.hub.patients.create(input, 'test', { patientId, fictional: true });
  }

  async reading(readingId: string): Promise<StoredReading> {
    const reading = await this.hub.readings.byId(readingId);
    if (reading === null) throw new Error(`no reading ${readingId}`);
    return reading;
  }

  /** Another connection to the hub's file. */
  openStore(): DatabaseSync {
    return new DatabaseSync(join(this.dataDir, DATABASE_FILE));
  }

  /** Makes every write of the hub fail until it is released. */
  lockStore(): { release(): void } {
    const other = this.openStore();
    other.exec('begin immediate');
    return {
      release: () => {
        other.exec('rollback');
        other.close();
      },
    };
  }

  close(): Promise<void> {
    return this.hub.close();
  }

  async closeAndRemove(): Promise<void> {
    await this.close();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

/** xorshift32; another row for each seed. */
export function repeatable(seed: string): (octets: number) => Uint8Array {
  let state = Buffer.from(seed).reduce((hash, octet) => Math.imul(hash ^ octet, 0x01000193), 0x811c9dc5) || 1;
  return (octets) =>
    Uint8Array.from({ length: octets }, () => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return state & 0xff;
    });
}
