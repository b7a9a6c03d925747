/** A thermometer with a hand-made attribute table, so that the radio's tests need no profile. */
import type { ServiceDefinition } from '../radio/gatt-database.ts';

/** 36.4 Cel, flags 0: the FLOAT example 0xFF00016C of IEEE 11073-20601. */
export const TEMPERATURE = Buffer.from('006c0100ff', 'hex');

export function thermometer(options: { secure?: boolean } = {}): ServiceDefinition {
  return {
    uuid: '1809',
    characteristics: [
      { uuid: '2a1c', properties: ['indicate'], ...options },
      { uuid: '2a1d', properties: ['read'], value: Buffer.of(2), ...options },
    ],
  };
}
