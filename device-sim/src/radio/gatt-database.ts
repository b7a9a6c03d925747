/** A device's attribute table, from its services and characteristics. @see Bluetooth Core 5.4 Vol 3 Part G §3 */
import { octets, u16, uuidOctets } from './octets.ts';

type Property = 'broadcast' | 'read' | 'writeWithoutResponse' | 'write' | 'notify' | 'indicate';

const PROPERTY_BITS: Readonly<Record<Property, number>> = {
  broadcast: 0x01,
  read: 0x02,
  writeWithoutResponse: 0x04,
  write: 0x08,
  notify: 0x10,
  indicate: 0x20,
};

export interface CharacteristicDefinition {
  /** 4 or 32 lower-case hex digits. */
  readonly uuid: string;
  readonly properties: readonly Property[];
  readonly value?: Uint8Array | (() => Uint8Array);
  /** Gives the ATT error code; 0: written. */
  readonly onWrite?: (value: Uint8Array) => number;
  /** Value, and subscriptions, only over an encrypted link. */
  readonly secure?: boolean;
  /** ATT error code with which subscribing is refused. */
  readonly refuseSubscription?: number;
}

export interface ServiceDefinition {
  readonly uuid: string;
  readonly characteristics: readonly CharacteristicDefinition[];
}

export const AttributeType = {
  primaryService: '2800',
  characteristic: '2803',
  clientConfiguration: '2902',
} as const;

interface Numbered {
  readonly handle: number;
  /** UUID of the attribute's type. */
  readonly type: string;
}

export type Attribute = Numbered &
  (
    | { readonly kind: 'service'; readonly value: Uint8Array; readonly endHandle: number }
    | { readonly kind: 'declaration'; readonly value: Uint8Array }
    | { readonly kind: 'value'; readonly characteristic: CharacteristicDefinition }
    | {
        readonly kind: 'configuration';
        readonly characteristic: CharacteristicDefinition;
        readonly valueHandle: number;
      }
  );

export class GattDatabase {
  /** In handle order; handles count from 1 without gaps. */
  readonly attributes: readonly Attribute[];

  constructor(services: readonly ServiceDefinition[]) {
    const attributes: Attribute[] = [];
    for (const service of services) attributes.push(...serviceAttributes(service, attributes.length + 1));
    this.attributes = attributes;
  }

  at(handle: number): Attribute | undefined {
    return this.attributes[handle - 1];
  }

  /** Attributes of a handle range, the range as a client asks for it. */
  range(first: number, last: number): readonly Attribute[] {
    return this.attributes.slice(Math.max(0, first - 1), last);
  }

  /** Handle of a characteristic's value; undefined: the device has none. */
  valueHandle(uuid: string): number | undefined {
    return this.attributes.find((attribute) => attribute.kind === 'value' && attribute.type === uuid)?.handle;
  }
}

function serviceAttributes(service: ServiceDefinition, first: number): Attribute[] {
  const members: Attribute[] = [];
  for (const characteristic of service.characteristics) {
    members.push(...characteristicAttributes(characteristic, first + 1 + members.length));
  }
  const type = AttributeType.primaryService;
  const endHandle = first + members.length;
  return [{ handle: first, type, kind: 'service', value: uuidOctets(service.uuid), endHandle }, ...members];
}

function characteristicAttributes(characteristic: CharacteristicDefinition, handle: number): Attribute[] {
  const { uuid, properties } = characteristic;
  const bits = properties.reduce((sum, property) => sum | PROPERTY_BITS[property], 0);
  const valueHandle = handle + 1;
  const declaration = octets(bits, u16(valueHandle), uuidOctets(uuid));
  const attributes: Attribute[] = [
    { handle, type: AttributeType.characteristic, kind: 'declaration', value: declaration },
    { handle: valueHandle, type: uuid, kind: 'value', characteristic },
  ];
  if (properties.includes('notify') || properties.includes('indicate')) {
    const type = AttributeType.clientConfiguration;
    attributes.push({ handle: valueHandle + 1, type, kind: 'configuration', characteristic, valueHandle });
  }
  return attributes;
}
