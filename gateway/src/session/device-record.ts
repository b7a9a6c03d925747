/** What the gateway knows of one device, for its own decisions and for the heartbeat. */
import type { DeviceLink, LinkState } from '@gaya/protocols/messages';
import type { Admission } from './allow-list.ts';

export interface DeviceRecord {
  readonly address: string;
  admission: Admission;
  /** That it advertises, as far as heard. */
  services: readonly string[];
  state: LinkState;
  /** Monotonic ms; null: not in this boot. */
  lastSeenMono: number | null;
  rssiDbm: number | null;
  batteryPercent: number | null;
  clockOffsetMs: number | null;
  lastError: string | null;
  /** Sessions that failed in a row. */
  failures: number;
  /** Monotonic ms before which it is left alone. */
  notBefore: number;
  systemId: string | null;
  serial: string | null;
  /** Ends the session in progress. */
  hangUp: (() => void) | null;
}

/** A device that has said nothing for so long is away. */
const AWAY_AFTER_MS = 60_000;

export function newRecord(address: string, admission: Admission, services: readonly string[]): DeviceRecord {
  return {
    address,
    admission,
    services,
    state: 'never-seen',
    lastSeenMono: null,
    rssiDbm: null,
    batteryPercent: null,
    clockOffsetMs: null,
    lastError: null,
    failures: 0,
    notBefore: 0,
    systemId: null,
    serial: null,
    hangUp: null,
  };
}

/** @param utcAt the gateway's best knowledge of UTC at a monotonic time */
export function linkOf(
  record: DeviceRecord,
  device: string,
  mono: number,
  utcAt: (mono: number) => number,
): DeviceLink {
  const { lastSeenMono, rssiDbm, batteryPercent, clockOffsetMs, lastError } = record;
  return {
    device,
    state: stateAt(record, mono),
    lastSeenAt: lastSeenMono === null ? null : Math.round(utcAt(lastSeenMono)),
    rssiDbm,
    batteryPercent,
    clockOffsetMs,
    lastError,
  };
}

function stateAt(record: DeviceRecord, mono: number): LinkState {
  const { state, lastSeenMono, notBefore } = record;
  if (state === 'back-off' && mono < notBefore) return state;
  if (state !== 'advertising' && state !== 'back-off') return state;
  return lastSeenMono !== null && mono - lastSeenMono > AWAY_AFTER_MS ? 'away' : 'advertising';
}
