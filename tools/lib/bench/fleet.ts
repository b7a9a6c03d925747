/** Who is in a bench: gateways, their devices, the patients that the devices are bound to. Ids follow from numbers, so that every process knows them. */
import { timeOrderedId } from '@gaya/protocols/messages/session-id';

export interface Fleet {
  /** Begins the ids of all its members. */
  readonly name: string;
  readonly gateways: number;
  readonly devicesPerGateway: number;
  /** UTC ms of the first frame of every device. */
  readonly startAt: number;
}

export const ZONE = 'Asia/Seoul';

/** Devices are numbered through, gateway after gateway; each has a patient of its own, of the same number. */
export const devicesOf = (fleet: Fleet): number => fleet.gateways * fleet.devicesPerGateway;
export const gatewayOfDevice = (fleet: Fleet, device: number): number => Math.floor(device / fleet.devicesPerGateway);

const padded = (n: number): string => String(n).padStart(4, '0');
export const gatewayId = (fleet: Fleet, gateway: number): string => `${fleet.name}-gw${padded(gateway)}`;
export const deviceId = (fleet: Fleet, device: number): string => `${fleet.name}-dev${padded(device)}`;
export const patientId = (fleet: Fleet, device: number): string => `${fleet.name}-pat${padded(device)}`;

/** The one session that a device has; sorts by device. */
export function sessionId(fleet: Fleet, device: number): string {
  const random = new Uint8Array(10);
  const view = new DataView(random.buffer);
  for (const letter of fleet.name) view.setUint16(0, (view.getUint16(0) * 31 + (letter.codePointAt(0) ?? 0)) & 0xffff);
  view.setUint32(2, device);
  return timeOrderedId(fleet.startAt, random);
}
