/** Advertising data structures. @see Bluetooth Core 5.4 Vol 3 Part C §11 */
import { octets, uuidOctets } from './octets.ts';

const AdType = { flags: 0x01, services16: 0x03, completeName: 0x09 } as const;

/** General discoverable, no BR/EDR. */
const FLAGS = 0x06;

function structure(type: number, ...value: readonly (number | Uint8Array)[]): Buffer {
  const body = octets(type, ...value);
  return octets(body.length, body);
}

/** Flags and the 16 bit services that tell what the device is. */
export function identityData(services: readonly string[]): Buffer {
  const flags = structure(AdType.flags, FLAGS);
  return services.length > 0 ? octets(flags, structure(AdType.services16, ...services.map(uuidOctets))) : flags;
}

/** Cut to what a legacy packet holds. */
export function nameData(name: string): Buffer {
  return structure(AdType.completeName, Buffer.from(name).subarray(0, 29));
}
