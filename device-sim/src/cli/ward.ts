/** `gaya-sim ward`: the demo ward on a radio that gateways reach through a local socket. */
import { playWard } from '../ward/play-ward.ts';
import { wardPatients } from '../ward/ward.ts';
import { announce, untilStopped } from './lifetime.ts';
import { openRadio } from './open-radio.ts';
import type { RadioOptions } from './open-radio.ts';
import { printTruth } from './truth.ts';

export interface WardOptions extends RadioOptions {
  readonly speed: number;
  readonly seed: number;
  readonly patients: number;
  readonly truth: boolean;
  readonly drops: number;
}

export async function runWard(options: WardOptions): Promise<void> {
  const stopped = untilStopped();
  const radio = await openRadio(options);
  const ward = wardPatients.slice(0, options.patients);
  const { speed, seed, drops } = options;
  const played = playWard(radio.air, {
    ward,
    speed,
    seed,
    dropsPerMinute: drops,
    ...(options.truth && {
      onValue: (device, characteristic, value) => printTruth(device.address, characteristic, value),
    }),
  });
  console.error(
    `${ward.length} patients with ${played.devices.size} devices are on the radio at ${radio.address ?? ''}.`,
  );
  announce({ radio: radio.address, devices: played.devices.size });
  await Promise.race([stopped, radio.lineClosed]);
  played.stop();
  await radio.close();
}
