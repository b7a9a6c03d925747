/** What a load process is told to do, and what it tells. */
import type { Fleet } from './fleet.ts';

export interface LoadPlan {
  readonly mqttPort: number;
  readonly fleet: Fleet;
  readonly kind: 'spot' | 'stream';
  readonly messagesPerDevice: number;
  /** Of a stream. */
  readonly framesPerMessage: number;
  /** From one frame of a device to its next. */
  readonly frameIntervalMs: number;
  readonly pace:
    | { /** Messages of a connection that the hub has not acknowledged yet. */ readonly window: number }
    | {
        /** All connections together, whatever the hub does; frames are of the time at which they are sent. */ readonly perSecond: number;
      };
  /** A message without ack is published again after this time. */
  readonly resendAfterMs: number;
  /** The page's live feed is read beside it: `http://127.0.0.1:port`. */
  readonly feed: string | null;
}

/** To the load process. */
export type LoadOrder =
  { readonly order: 'plan'; readonly plan: LoadPlan } | { readonly order: 'go' } | { readonly order: 'outage' };

/** From the load process. */
export type LoadNews =
  /** Connected, every session opened, all messages made. */
  { readonly news: 'ready' } | { readonly news: 'half' } | { readonly news: 'done'; readonly result: LoadResult };

export interface LoadResult {
  /** Messages and octets of their bodies, re-sent ones once, with those that opened the sessions. */
  readonly messages: number;
  readonly octets: number;
  /** SHA-256 over all bodies in the order of session and sequence. */
  readonly digest: string;
  readonly timedMessages: number;
  readonly timedOctets: number;
  readonly resent: number;
  readonly rejected: number;
  /** From the first publish to the last ack. */
  readonly seconds: number;
  /** Of the load process in that time. */
  readonly cpuSeconds: number;
  readonly ackMs: Spread;
  /** Without the messages that were under way while the hub was away; null when it was not. */
  readonly ackMsOutsideOutage: Spread | null;
  /** From the order `outage` to the next ack. */
  readonly outageMs: number | null;
  /** From publish to the event at the page's client; null when no feed was read. */
  readonly feedMs: (Spread & { readonly missing: number }) | null;
}

export interface Spread {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}
