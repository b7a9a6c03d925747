/** Who is in a bench: gateways, their devices, the patients that the devices are bound to. Ids follow from numbers, so that every process knows them. */
import { timeOrderedId } from '@gaya/protocols/messages/session-id';

export interface Fleet {
  readonly gateways: number;
  readonly devicesPerGateway: number;
  /** UTC ms of the first frame of every device. */
  readonly startAt: number;
  /** Tells the sessions of one run from those of another on the same store. */
  readonly run: number;
}

export const ZONE = 'Asia/Seoul';
/** Devices of one patient: a cuff for blood pressure and an oximeter, say. */
const DEVICES_PER_PATIENT = 2;

export const devicesOf = (fleet: Fleet): number => fleet.gateways * fleet.devicesPerGateway;
export const patientsOf = (fleet: Fleet): number => Math.ceil(devicesOf(fleet) / DEVICES_PER_PATIENT);

const padded = (n: number): string => String(n).padStart(4, '0');
export const gatewayId = (gateway: number): string => `gw${padded(gateway)}`;
export const deviceId = (device: number): string => `dev${padded(device)}`;
export const patientId = (patient: number): string => `pat${padded(patient)}`;
export const patientOfDevice = (device: number): number => Math.floor(device / DEVICES_PER_PATIENT);
/** Devices are numbered through, gateway after gateway. */
export const gatewayOfDevice = (fleet: Fleet, device: number): number => Math.floor(device / fleet.devicesPerGateway);

/** The one session that a device has in a run; sorts by device. */
export function sessionId(fleet: Fleet, device: number): string {
  const random = new Uint8Array(10);
  const view = new DataView(random.buffer);
  view.setUint16(0, fleet.run);
  view.setUint32(2, device);
  return timeOrderedId(fleet.startAt, random);
}
