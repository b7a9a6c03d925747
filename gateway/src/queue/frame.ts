import type { How } from '@gaya/protocols/messages';

/** A frame before its commit: session and sequence are given to it there. */
export interface NewFrame {
  readonly session: string;
  readonly how: How;
  readonly service?: string;
  readonly characteristic?: string;
  readonly bytes: Uint8Array;
  /** The box's own clock, UTC ms. */
  readonly wall: number;
  /** ms of the boot. */
  readonly mono: number;
  readonly boot: string;
  readonly synced: boolean;
}

export interface NewSession {
  readonly session: string;
  readonly device: string;
  readonly provisional: boolean;
}

export type QueueErrorCode = 'queue-full' | 'queue-unwritable' | 'queue-too-new' | 'no-such-session';

export class QueueError extends Error {
  readonly code: QueueErrorCode;

  constructor(code: QueueErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'QueueError';
    this.code = code;
  }
}
