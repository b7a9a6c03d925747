/** The way from a patient's devices to the hub, in one word: the first trouble, or that there is none. Pure. */
import type { Device } from '@gaya/protocols/api';
import { DAY_MS } from './age.ts';

type LinkWord = 'none' | 'fine' | 'battery-low' | 'gateway-off' | 'away' | 'never-seen' | 'searching';

export interface LinkSummary {
  readonly word: LinkWord;
  /** Which joint of device – gateway – hub is broken. */
  readonly broken: 'device' | 'gateway' | null;
  readonly device: Device | null;
}

/** Below this the device may fall silent within days; percent. */
export const LOW_BATTERY_PERCENT = 20;
const RANK: Readonly<Record<LinkWord, number>> = {
  'gateway-off': 0,
  'battery-low': 1,
  away: 2,
  'never-seen': 3,
  searching: 4,
  fine: 5,
  none: 6,
};

/** A cuff or thermometer sleeps between measurements: it is away only when it was silent for this long. */
const AWAY_AFTER_MS = DAY_MS;

/** The worst of a patient's devices. */
export function linkOf(devices: readonly Device[], nowMs: number): LinkSummary {
  const all = devices.map((device) => deviceLink(device, nowMs)).sort((a, b) => RANK[a.word] - RANK[b.word]);
  return all[0] ?? { word: 'none', broken: null, device: null };
}

export function deviceLink(device: Device, nowMs: number): LinkSummary {
  const word = wordOf(device, nowMs);
  const broken = word === 'gateway-off' ? 'gateway' : word === 'fine' || word === 'searching' ? null : 'device';
  return { word, broken, device };
}

function wordOf(device: Device, nowMs: number): LinkWord {
  if (device.batteryPercent !== null && device.batteryPercent < LOW_BATTERY_PERCENT) return 'battery-low';
  switch (device.link?.state) {
    case 'connected':
    case 'advertising':
    case 'waiting':
      return 'fine';
    case 'connecting':
    case 'back-off':
      return device.lastFrameAt === null ? 'searching' : 'fine';
    case 'offline':
      return 'gateway-off';
    case 'never-seen':
      return device.lastFrameAt === null ? 'never-seen' : 'fine';
    case 'away':
      return nowMs - Math.max(device.link.lastSeenAt ?? 0, device.lastFrameAt ?? 0) > AWAY_AFTER_MS ? 'away' : 'fine';
    default:
      return device.lastFrameAt === null ? 'never-seen' : 'fine';
  }
}
