/** Every device type; a new one is one file here, its codecs and its vectors. */
import { bloodPressure } from './blood-pressure.ts';
import type { DeviceProfile } from './define-profile.ts';
import { pulseOximeter } from './pulse-oximeter.ts';
import { thermometer } from './thermometer.ts';

export * from './common.ts';
export type * from './define-profile.ts';

export const profiles: readonly DeviceProfile[] = [bloodPressure, thermometer, pulseOximeter];

/** Profile by its id; undefined for one that we do not know. */
export function profileOf(id: string): DeviceProfile | undefined {
  return profiles.find((profile) => profile.id === id);
}

const byCharacteristic = Map.groupBy(
  profiles.flatMap((profile) => profile.characteristics.map(({ characteristic }) => ({ characteristic, profile }))),
  ({ characteristic }) => characteristic,
);

/** All profiles that use a characteristic. */
export function profilesFor(characteristic: string): readonly DeviceProfile[] {
  return byCharacteristic.get(characteristic)?.map(({ profile }) => profile) ?? [];
}

/** All profiles whose service is among those that a device advertises or offers. */
export function profilesMatching(services: readonly string[]): readonly DeviceProfile[] {
  return profiles.filter((profile) => services.includes(profile.service));
}
