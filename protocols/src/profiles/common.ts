/** What every session reads besides its device's own characteristics. */
import type { CharacteristicUse } from './define-profile.ts';

const read = (service: string, characteristic: string): CharacteristicUse => ({
  service,
  characteristic,
  use: 'read',
  required: false,
});

/** The clock first: its offset dates the stored values that follow. */
export const commonCharacteristics: readonly CharacteristicUse[] = [
  read('1805', '2a2b'),
  read('1805', '2a0f'),
  read('180f', '2a19'),
  read('180a', '2a23'),
  read('180a', '2a29'),
  read('180a', '2a24'),
  read('180a', '2a25'),
  read('180a', '2a27'),
  read('180a', '2a26'),
  read('180a', '2a28'),
  read('180a', '2a50'),
];
