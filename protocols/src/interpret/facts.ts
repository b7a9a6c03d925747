/** What a device says about itself, as facts for the device's record. */
import { toHex } from '../bytes/hex.ts';
import { batteryLevel } from '../gatt/battery.ts';
import { currentTime, localTimeInformation } from '../gatt/current-time.ts';
import {
  firmwareRevision,
  hardwareRevision,
  manufacturerName,
  modelNumber,
  pnpId,
  serialNumber,
  softwareRevision,
  systemId,
  type DeviceString,
} from '../gatt/device-information.ts';
import type { Codec } from '../gatt/codec.ts';
import type { ClockState } from './clock-frames.ts';

type StringFact = 'manufacturer' | 'model' | 'serial' | 'hardware' | 'firmware' | 'software';

export type Fact =
  | { readonly fact: StringFact; readonly value: string }
  /** Eight octets in wire order, hex; see `eui64Of` for the EUI-64. */
  | { readonly fact: 'system-id'; readonly value: string }
  /** `source:vendor:product:version`, hex. */
  | { readonly fact: 'pnp-id'; readonly value: string }
  | { readonly fact: 'battery-percent'; readonly value: number }
  /** Device clock minus true time, ms. */
  | { readonly fact: 'clock-offset-ms'; readonly value: number }
  /** Zone and daylight saving that the device keeps, minutes from UTC. */
  | { readonly fact: 'utc-offset-minutes'; readonly value: number };

const STRINGS: readonly (readonly [Codec<DeviceString>, StringFact])[] = [
  [manufacturerName, 'manufacturer'],
  [modelNumber, 'model'],
  [serialNumber, 'serial'],
  [hardwareRevision, 'hardware'],
  [firmwareRevision, 'firmware'],
  [softwareRevision, 'software'],
];

type Reader = (bytes: Uint8Array, clock: ClockState) => Fact | null;

const READERS = new Map<string, Reader>([
  ...STRINGS.map(([codec, fact]): [string, Reader] => [
    codec.uuid,
    (bytes) => ({ fact, value: codec.decode(bytes).text }),
  ]),
  [systemId.uuid, (bytes) => ({ fact: 'system-id', value: toHex(systemId.encode(systemId.decode(bytes))) })],
  [pnpId.uuid, pnpFact],
  [batteryLevel.uuid, (bytes) => ({ fact: 'battery-percent', value: batteryLevel.decode(bytes).percent })],
  [currentTime.uuid, clockFact],
  [localTimeInformation.uuid, zoneFact],
]);

export function isFactCharacteristic(characteristic: string): boolean {
  return READERS.has(characteristic);
}

/**
 * null when the value says nothing, e.g. an unknown zone.
 * @throws {DecodeError} when the octets can't be decoded.
 */
export function factOf(characteristic: string, bytes: Uint8Array, clock: ClockState): Fact | null {
  return READERS.get(characteristic)?.(bytes, clock) ?? null;
}

function pnpFact(bytes: Uint8Array): Fact {
  const { vendorIdSource, vendorId, productId, productVersion } = pnpId.decode(bytes);
  const parts = [vendorId, productId, productVersion].map((part) => part.toString(16).padStart(4, '0'));
  return { fact: 'pnp-id', value: [String(vendorIdSource), ...parts].join(':') };
}

/** The octets were decoded when the clock was read. */
function clockFact(_bytes: Uint8Array, clock: ClockState): Fact | null {
  const seen = clock.set ?? clock.read;
  return seen === null ? null : { fact: 'clock-offset-ms', value: seen.offsetMs };
}

function zoneFact(bytes: Uint8Array): Fact | null {
  const { timeZoneMinutes, dstMinutes } = localTimeInformation.decode(bytes);
  return timeZoneMinutes === null ? null : { fact: 'utc-offset-minutes', value: timeZoneMinutes + (dstMinutes ?? 0) };
}
