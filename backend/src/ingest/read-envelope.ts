/** Checks the envelope of a frames message. The frames' octets are not looked at here: what can't be decoded is stored all the same. */
import {
  FRAMES_SCHEMA,
  FRAMES_VERSION,
  FramesMessage,
  GatewayStatus,
  MAX_MESSAGE_BYTES,
  type AckMessage,
} from '@gaya/protocols/messages';
import { Compile } from 'typebox/compile';
import { runsOf } from '../log/ranges.ts';

export type Rejection = AckMessage['rejected'][number];
export type RejectReason = Rejection['reason'];

export type Envelope =
  | { readonly ok: true; readonly message: FramesMessage; readonly first: number; readonly last: number }
  | { readonly ok: false; readonly reason: RejectReason; readonly rejected: readonly Rejection[] };

/** Bigger bodies are not even parsed. */
const MAX_PARSED_BYTES = 4 * MAX_MESSAGE_BYTES;

const framesValidator = Compile(FramesMessage);
const statusValidator = Compile(GatewayStatus);
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Never throws; tells as well as it can which frames a bad message named, so that the gateway can mark them. */
export function readFramesEnvelope(topic: { gatewayId: string; deviceId: string }, body: Uint8Array): Envelope {
  const json = body.length <= MAX_PARSED_BYTES ? parse(body) : undefined;
  if (body.length > MAX_MESSAGE_BYTES) return refuse('too-large', json);
  if (!isObject(json) || json['schema'] !== FRAMES_SCHEMA) return refuse('unreadable', json);
  if (Number.isInteger(json['version']) && json['version'] !== FRAMES_VERSION) return refuse('unknown-version', json);
  if (!framesValidator.Check(json)) return refuse('unreadable', json);
  return checkMessage(topic, json);
}

function checkMessage(topic: { gatewayId: string; deviceId: string }, message: FramesMessage): Envelope {
  if (message.gateway !== topic.gatewayId || message.device !== topic.deviceId) return refuse('wrong-topic', message);
  const first = message.frames[0]?.sequence ?? 0;
  let next = first;
  for (const frame of message.frames) {
    if (frame.sequence !== next) return refuse('sequence-gap', message);
    next += 1;
  }
  return { ok: true, message, first, last: next - 1 };
}

/** @returns null when the status cannot be read */
export function readStatus(body: Uint8Array): GatewayStatus | null {
  if (body.length > MAX_MESSAGE_BYTES) return null;
  const json = parse(body);
  return statusValidator.Check(json) ? json : null;
}

/** A stored body again; its envelope was checked when it was appended, unknown fields are kept. */
export function parseStoredFrames(body: Uint8Array): FramesMessage {
  return JSON.parse(decoder.decode(body)) as FramesMessage;
}

/** The rejection of a whole message, one per run of consecutive sequences. */
export function rejectionsOf(message: FramesMessage, reason: RejectReason): Rejection[] {
  return rejections(message, reason);
}

function refuse(reason: RejectReason, json: unknown): Envelope {
  return { ok: false, reason, rejected: rejections(json, reason) };
}

function rejections(json: unknown, reason: RejectReason): Rejection[] {
  if (!isObject(json)) return [];
  const { session, frames } = json;
  if (typeof session !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(session) || !Array.isArray(frames)) return [];
  const sequences = frames
    .slice(0, 10_000)
    .map((frame: unknown) => (isObject(frame) ? frame['sequence'] : undefined))
    .filter((sequence): sequence is number => Number.isSafeInteger(sequence) && (sequence as number) >= 0);
  return runsOf(sequences).map((run) => ({ session, ...run, reason }));
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(body)) as unknown;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
