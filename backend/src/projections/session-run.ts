/** Frames of stored messages through the interpreter: from a session's state to the readings, samples and facts of its frames. */
import { frameIdOf, type FramesMessage, type WireFrame } from '@gaya/protocols/messages';
import { gatewayTimeOf } from '@gaya/protocols/time/gateway-clock';
import type { LogPlace, SourceKind } from '../log/log.ts';
import { UNTIMED_FRAMES } from '@gaya/protocols/interpret/session';
import type { Interpreter, Outcome, SessionFrame } from './interpreter.ts';

/** A message in the log: where it stands and what it holds. */
export interface StoredMessage extends LogPlace {
  readonly sourceKind: SourceKind;
  readonly receivedAt: number;
  readonly message: FramesMessage;
}

/** A frame where it stands in the log. Small on purpose: sessions keep some. */
export interface FrameSource extends LogPlace {
  /** In its message. */
  readonly index: number;
  readonly sourceKind: SourceKind;
  readonly receivedAt: number;
  readonly device: string;
  readonly session: string;
  readonly sequence: number;
  readonly characteristic: string | null;
  /** Hex. */
  readonly bytes: string;
  /** UTC ms; null when the gateway did not know the time. */
  readonly gatewayAt: number | null;
}

export interface SourcedOutcome {
  readonly outcome: Outcome;
  /** Of the frame that carries the value, which may have come before the one that completed it. */
  readonly source: FrameSource;
}

export interface BootTime {
  readonly utcMinusMonoMs: number;
  readonly uncertaintyMs: number;
}

/** The clock of a gateway's boot, as any message told it; undefined when none did. */
export type BootClocks = (gateway: string, boot: string) => BootTime | undefined;

/** A session while it runs. Its state is never changed in place, only replaced. */
export interface SessionRun {
  state: unknown;
  /** Sequence that continues it. */
  next: number;
  /** Frames that may still be completed by a later one: sequence -> where it stands. */
  readonly recent: Map<number, FrameSource>;
  /** Boots whose clock its messages did not tell. */
  readonly unsyncedBoots: Set<string>;
}

/** How many frames back an outcome may reach. */
const RECENT_FRAMES = UNTIMED_FRAMES + 16;

export function openRun(interpreter: Interpreter, message: FramesMessage): SessionRun {
  const state = interpreter.open({ zone: message.zone, provisional: message.provisional ?? false });
  return { state, next: 0, recent: new Map(), unsyncedBoots: new Set() };
}

/**
 * Runs the frames of one message that the session has not had yet.
 * @param failed told of a frame that made the interpreter throw; the frame is skipped
 */
export function runMessage(
  run: SessionRun,
  stored: StoredMessage,
  interpreter: Interpreter,
  clocks: BootClocks,
  failed: (error: unknown) => void,
): SourcedOutcome[] {
  const results: SourcedOutcome[] = [];
  const { frames } = stored.message;
  frames.forEach((frame, index) => {
    if (frame.sequence < run.next) return;
    run.next = frame.sequence + 1;
    const time = timeOf(run, frame, stored.message, clocks);
    const source = sourceOf(stored, frame, index, time?.at ?? null);
    remember(run, source);
    try {
      const step = interpreter.interpret(run.state, toSessionFrame(frame, source, time?.uncertaintyMs ?? 0));
      run.state = step.state;
      for (const outcome of step.outcomes) results.push({ outcome, source: carrierOf(run, outcome, source) });
    } catch (error) {
      failed(error);
    }
  });
  return results;
}

function toSessionFrame(frame: WireFrame, source: FrameSource, gatewayUncertaintyMs: number): SessionFrame {
  return {
    frameId: frameIdOf(source.session, frame.sequence),
    sequence: frame.sequence,
    how: frame.how,
    service: frame.service ?? null,
    characteristic: source.characteristic,
    bytes: Buffer.from(frame.bytes, 'hex'),
    gatewayAt: source.gatewayAt,
    gatewayUncertaintyMs,
  };
}

/** By the message's own knowledge; else by what another message told about the same boot. */
function timeOf(run: SessionRun, frame: WireFrame, message: FramesMessage, clocks: BootClocks) {
  const own = gatewayTimeOf(frame, message.boots);
  if (own !== null) return own;
  run.unsyncedBoots.add(frame.boot);
  const clock = clocks(message.gateway, frame.boot);
  return clock === undefined ? null : gatewayTimeOf(frame, [{ boot: frame.boot, ...clock }]);
}

function sourceOf(stored: StoredMessage, frame: WireFrame, index: number, gatewayAt: number | null): FrameSource {
  return {
    partition: stored.partition,
    position: stored.position,
    index,
    sourceKind: stored.sourceKind,
    receivedAt: stored.receivedAt,
    device: stored.message.device,
    session: stored.message.session,
    sequence: frame.sequence,
    characteristic: frame.characteristic ?? null,
    bytes: frame.bytes,
    gatewayAt,
  };
}

function remember(run: SessionRun, source: FrameSource): void {
  run.recent.set(source.sequence, source);
  run.recent.delete(source.sequence - RECENT_FRAMES);
}

function carrierOf(run: SessionRun, outcome: Outcome, current: FrameSource): FrameSource {
  const sequence = Number(outcome.frameId.slice(outcome.frameId.lastIndexOf('.') + 1));
  return sequence === current.sequence ? current : (run.recent.get(sequence) ?? current);
}

/** Of several outcomes with the readings of one frame the last holds: its time was told again when the clock was read. */
export function lastWords(results: readonly SourcedOutcome[]): readonly SourcedOutcome[] {
  const last = new Map<string, Outcome>();
  let repeated = false;
  for (const { outcome } of results) {
    if (outcome.kind !== 'readings') continue;
    const key = `${outcome.frameId} ${outcome.measured.profile}`;
    repeated ||= last.has(key);
    last.set(key, outcome);
  }
  if (!repeated) return results;
  return results.filter(
    ({ outcome }) =>
      outcome.kind !== 'readings' || last.get(`${outcome.frameId} ${outcome.measured.profile}`) === outcome,
  );
}
