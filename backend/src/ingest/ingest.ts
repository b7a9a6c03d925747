/**
 * The way in for gateways. Messages are collected for a few milliseconds, stored in one durable transaction, and only
 * then acknowledged: an acknowledged frame is on the disk.
 */
import {
  parseTopic,
  type AckMessage,
  type CommandMessage,
  type FramesMessage,
  type GatewayStatus,
} from '@gaya/protocols/messages';
import type { Database } from '../db/database.ts';
import type { Log, LogPlace, NewEntry } from '../log/log.ts';
import type { SessionCoverage } from '../log/session-coverage.ts';
import type { HubEvent, Ingest, IngestCounters, Unsubscribe } from '../ports.ts';
import { AckBuilder } from './ack-builder.ts';
import type { BadMessage, Quarantine } from './quarantine.ts';
import { readFramesEnvelope, readStatus, rejectionsOf, type Envelope } from './read-envelope.ts';

/** While messages come faster than they can be stored, bigger batches cost less for each. */
const MAX_BATCH = 2000;
const MAX_WAIT_MS = 5;

interface Received {
  readonly topic: string;
  readonly body: Uint8Array;
  readonly receivedAt: number;
}

export interface AppendedMessage extends LogPlace {
  readonly entry: NewEntry;
  readonly message: FramesMessage;
}

/** Where heartbeats go. */
export interface StatusSink {
  /** @returns UTC ms since when the gateway shall send again; null when it need not */
  take(status: GatewayStatus, receivedAt: number): number | null;
}

export interface IngestParts {
  readonly db: Database;
  readonly log: Log;
  readonly coverage: SessionCoverage;
  readonly quarantine: Quarantine;
  readonly status: StatusSink;
  readonly epoch: string;
  readonly clock: () => number;
  /** Called inside the transaction for a device that may be unknown to the records. */
  readonly ensureDevice: (deviceId: string, gateway: string, at: number) => void;
  /** Called after the commit. */
  readonly appended: (messages: readonly AppendedMessage[]) => void;
  readonly report: (event: HubEvent) => void;
}

export class BatchingIngest implements Ingest {
  readonly #parts: IngestParts;
  #received: Received[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writable = true;
  readonly #ackListeners = new Set<(gatewayId: string, ack: AckMessage) => void>();
  readonly #commandListeners = new Set<(gatewayId: string, command: CommandMessage, retain: boolean) => void>();
  readonly #counters = {
    messages: 0,
    frames: 0,
    duplicates: 0,
    quarantined: 0,
    statuses: 0,
    batches: 0,
    failedBatches: 0,
  };

  constructor(parts: IngestParts) {
    this.#parts = parts;
  }

  /** False after a commit has failed, until one succeeds. */
  get writable(): boolean {
    return this.#writable;
  }

  receive(topic: string, body: Uint8Array): void {
    this.#received.push({ topic, body, receivedAt: this.#parts.clock() });
    if (this.#received.length >= MAX_BATCH) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), MAX_WAIT_MS);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#received.length === 0) return;
    const batch = this.#received;
    this.#received = [];
    const acks = new AckBuilder();
    const appended = this.#store(batch, acks);
    if (appended === null) return;
    for (const [gateway, ack] of acks.build(this.#parts.epoch, this.#parts.clock())) this.#tell(gateway, ack);
    this.#answerStatuses(batch);
    this.#parts.appended(appended);
  }

  onAck(listener: (gatewayId: string, ack: AckMessage) => void): Unsubscribe {
    this.#ackListeners.add(listener);
    return () => this.#ackListeners.delete(listener);
  }

  onCommand(listener: (gatewayId: string, command: CommandMessage, retain: boolean) => void): Unsubscribe {
    this.#commandListeners.add(listener);
    return () => this.#commandListeners.delete(listener);
  }

  command(gatewayId: string, command: CommandMessage, retain: boolean): void {
    for (const listener of this.#commandListeners) listener(gatewayId, command, retain);
  }

  counters(): IngestCounters {
    return { ...this.#counters };
  }

  /** @returns what was appended; null when the commit failed, and nothing may be acknowledged */
  #store(batch: readonly Received[], acks: AckBuilder): AppendedMessage[] | null {
    const { db } = this.#parts;
    try {
      const appended = db.transaction(() => {
        const fresh: { entry: NewEntry; message: FramesMessage }[] = [];
        for (const received of batch) this.#take(received, fresh, acks);
        return this.#parts.log.append(fresh);
      });
      this.#counters.batches += 1;
      this.#counters.frames += appended.reduce((sum, { message }) => sum + message.frames.length, 0);
      this.#writable = true;
      return appended;
    } catch (error) {
      this.#counters.failedBatches += 1;
      this.#writable = false;
      this.#parts.report({
        level: 'error',
        code: 'append-failed',
        detail: { messages: batch.length, reason: codeOf(error) },
      });
      return null;
    }
  }

  #take(received: Received, fresh: { entry: NewEntry; message: FramesMessage }[], acks: AckBuilder): void {
    const topic = parseTopic(received.topic);
    if (topic?.kind === 'status') return; // answered after the commit
    if (topic?.kind !== 'frames') {
      this.#refuse(received, null, 'wrong-topic');
      return;
    }
    this.#counters.messages += 1;
    const envelope = this.#checkSession(topic.gatewayId, readFramesEnvelope(topic, received.body));
    if (!envelope.ok) {
      acks.rejected(topic.gatewayId, envelope.rejected);
      this.#refuse(received, topic.gatewayId, envelope.reason);
      return;
    }
    const { message, first, last } = envelope;
    const { gateway, device, session } = message;
    acks.stored(gateway, { session, first, last });
    if (this.#parts.coverage.check({ gateway, device, session, first, last }) === 'stored') {
      this.#counters.duplicates += 1;
      return;
    }
    this.#parts.coverage.add({ gateway, device, session, first, last });
    this.#parts.ensureDevice(device, gateway, received.receivedAt);
    fresh.push({
      entry: toEntry(envelope, received.body, received.receivedAt, 'gateway', this.#parts.log.partitionOf(device)),
      message,
    });
  }

  /** A session belongs to one device of one gateway: else its frame ids would name two frames. */
  #checkSession(gateway: string, envelope: Envelope): Envelope {
    if (!envelope.ok) return envelope;
    const { device, session } = envelope.message;
    const { first, last } = envelope;
    if (this.#parts.coverage.check({ gateway, device, session, first, last }) !== 'foreign') return envelope;
    return { ok: false, reason: 'wrong-topic', rejected: rejectionsOf(envelope.message, 'wrong-topic') };
  }

  #refuse(received: Received, source: string | null, reason: BadMessage['reason']): void {
    this.#counters.quarantined += 1;
    this.#parts.quarantine.add({ ...received, source, reason });
  }

  /** Heartbeats are not in the log: only the newest matters. */
  #answerStatuses(batch: readonly Received[]): void {
    for (const { topic, body, receivedAt } of batch) {
      const parsed = parseTopic(topic);
      if (parsed?.kind !== 'status') continue;
      this.#counters.statuses += 1;
      const status = readStatus(body);
      if (status?.gateway !== parsed.gatewayId) {
        this.#parts.report({ level: 'warn', code: 'bad-status', detail: { gateway: parsed.gatewayId } });
        continue;
      }
      this.#answerStatus(parsed.gatewayId, status, receivedAt);
    }
  }

  #answerStatus(gatewayId: string, status: NonNullable<ReturnType<typeof readStatus>>, receivedAt: number): void {
    const { epoch, clock } = this.#parts;
    const { detail } = status;
    try {
      const resendSince = this.#parts.status.take(status, receivedAt);
      if (resendSince !== null) {
        const command = { schema: 'gaya.commands', version: 1, kind: 'resend', epoch, since: resendSince } as const;
        this.command(gatewayId, command, false);
      }
    } catch (error) {
      this.#parts.report({
        level: 'error',
        code: 'status-failed',
        detail: { gateway: gatewayId, reason: codeOf(error) },
      });
    }
    if (status.state !== 'online' || detail === undefined) return;
    const echo = { boot: detail.boot, mono: detail.mono };
    this.#tell(gatewayId, {
      schema: 'gaya.acks',
      version: 1,
      epoch,
      serverTime: clock(),
      echo,
      stored: [],
      rejected: [],
    });
  }

  #tell(gateway: string, ack: AckMessage): void {
    for (const listener of this.#ackListeners) listener(gateway, ack);
  }
}

export function toEntry(
  envelope: Extract<Envelope, { ok: true }>,
  body: Uint8Array,
  receivedAt: number,
  sourceKind: 'gateway' | 'seed',
  partition: number,
): NewEntry {
  const { message, first, last } = envelope;
  return {
    sourceKind,
    source: message.gateway,
    device: message.device,
    partition,
    session: message.session,
    firstSequence: first,
    lastSequence: last,
    contentType: message.schema,
    schemaVersion: message.version,
    body,
    receivedAt,
  };
}

/** A short code of an error, never its message (which might hold data). */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { errcode, code } = error as { errcode?: unknown; code?: unknown };
  if (typeof errcode === 'number') return `sqlite-${errcode}`;
  return typeof code === 'string' ? code : error.name;
}
