/** Services that every health device has beside its own: Device Information, Battery, Current Time. */
import { batteryLevel, BATTERY_SERVICE } from '@gaya/protocols/gatt/battery';
import { CURRENT_TIME_SERVICE, currentTime, localTimeInformation } from '@gaya/protocols/gatt/current-time';
import { DEVICE_INFORMATION_SERVICE } from '@gaya/protocols/gatt/device-information';
import * as information from '@gaya/protocols/gatt/device-information';
import { fromHex } from '@gaya/protocols/bytes/hex';
import type { CharacteristicDefinition, ServiceDefinition } from '../radio/gatt-database.ts';
import type { DeviceClock } from './device-clock.ts';

export interface DeviceIdentity {
  readonly model: string;
  readonly serial: string;
  /** Sixteen hex digits, octets in wire order. */
  readonly systemId: string;
}

const MANUFACTURER = 'Gaya Simulated Devices';
const REVISIONS = { hardware: 'sim-1', firmware: '1.0.0', software: '1.0.0' };
/** Vendor 0xFFFF of the Bluetooth SIG is for tests. */
const PNP_ID = { vendorIdSource: 1, vendorId: 0xffff, productId: 1, productVersion: 0x0100 };

export function deviceInformation(identity: DeviceIdentity): ServiceDefinition {
  const text = (codec: typeof information.serialNumber, value: string): CharacteristicDefinition =>
    readable(codec.uuid, codec.encode({ text: value, octets: null }));
  return {
    uuid: DEVICE_INFORMATION_SERVICE,
    characteristics: [
      readable(information.systemId.uuid, fromHex(identity.systemId)),
      text(information.manufacturerName, MANUFACTURER),
      text(information.modelNumber, identity.model),
      text(information.serialNumber, identity.serial),
      text(information.hardwareRevision, REVISIONS.hardware),
      text(information.firmwareRevision, REVISIONS.firmware),
      text(information.softwareRevision, REVISIONS.software),
      readable(information.pnpId.uuid, information.pnpId.encode(PNP_ID)),
    ],
  };
}

export function battery(percent: () => number): ServiceDefinition {
  const value = () => batteryLevel.encode({ percent: percent() });
  return {
    uuid: BATTERY_SERVICE,
    characteristics: [{ uuid: batteryLevel.uuid, properties: ['read', 'notify'], value }],
  };
}

/** @param now UTC ms */
export function currentTimeService(clock: DeviceClock, now: () => number): ServiceDefinition {
  return {
    uuid: CURRENT_TIME_SERVICE,
    characteristics: [
      {
        uuid: currentTime.uuid,
        properties: ['read', 'write', 'notify'],
        value: () => clock.read(now()),
        onWrite: (octets) => clock.write(octets, now()),
      },
      { uuid: localTimeInformation.uuid, properties: ['read'], value: () => clock.localTimeInformation(now()) },
    ],
  };
}

function readable(uuid: string, value: Uint8Array): CharacteristicDefinition {
  return { uuid, properties: ['read'], value };
}
