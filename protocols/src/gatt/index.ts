/** Every codec, one file per service. */
import { bloodPressureFeature, bloodPressureMeasurement, intermediateCuffPressure } from './blood-pressure.ts';
import type { Codec } from './codec.ts';

export type { Codec, Field } from './codec.ts';

export const codecs: readonly Codec<unknown>[] = [
  bloodPressureMeasurement,
  intermediateCuffPressure,
  bloodPressureFeature,
] as readonly Codec<unknown>[];

const byUuid = new Map(codecs.map((codec) => [codec.uuid, codec]));

/** Codec of a characteristic by its four lower-case hex digits; undefined for one that we do not know. */
export function codecOf(uuid: string): Codec<unknown> | undefined {
  return byUuid.get(uuid);
}
