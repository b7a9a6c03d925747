/** Asks a device of unknown address who it is, without subscribing to anything: it keeps its values until it is known. */
import { BleError, type BleLink, type CharacteristicRef } from '../ble/ble-central.ts';
import type { Identity } from './allow-list.ts';

const SYSTEM_ID: CharacteristicRef = { service: '180a', characteristic: '2a23' };
const SERIAL_NUMBER: CharacteristicRef = { service: '180a', characteristic: '2a25' };

/** @throws {BleError} when the link is lost */
export async function readIdentity(link: BleLink): Promise<Identity> {
  await link.discover();
  const systemId = await readIfThere(link, SYSTEM_ID);
  const serial = await readIfThere(link, SERIAL_NUMBER);
  return {
    systemId: systemId === null ? null : systemIdText(systemId),
    serial: serial === null ? null : serialText(serial),
  };
}

export function systemIdText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Some devices fill up with zeros. */
export function serialText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8').replace(/\0+$/, '').trim();
}

async function readIfThere(link: BleLink, ref: CharacteristicRef): Promise<Uint8Array | null> {
  try {
    return await link.read(ref);
  } catch (error) {
    if (error instanceof BleError && (error.code === 'att-error' || error.code === 'no-such-characteristic'))
      return null;
    throw error;
  }
}
