/** Frames and acknowledgements for tests. */
import type { AckMessage } from '@gaya/protocols/messages';
import type { NewFrame, NewSession } from '../queue/frame.ts';

export const SESSION = 'session-1';

export function frame(bytes: string, more: Partial<NewFrame> = {}): NewFrame {
  return {
    session: SESSION,
    how: 'indicate',
    service: '1809',
    characteristic: '2a1c',
    bytes: Uint8Array.from(Buffer.from(bytes, 'hex')),
    wall: 1_700_000_000_000,
    mono: 1_000,
    boot: 'boot-1',
    synced: false,
    ...more,
  };
}

export function connectFrame(session = SESSION): NewFrame {
  const { wall, mono, boot, synced } = frame('');
  return { session, how: 'connect', bytes: new Uint8Array(), wall, mono, boot, synced };
}

export function session(id = SESSION, more: Partial<NewSession> = {}): NewSession {
  return { session: id, device: 'device-1', provisional: false, ...more };
}

export function ack(more: Partial<AckMessage> = {}): AckMessage {
  return {
    schema: 'gaya.acks',
    version: 1,
    epoch: 'epoch-1',
    serverTime: 1_700_000_100_000,
    stored: [],
    rejected: [],
    ...more,
  };
}
