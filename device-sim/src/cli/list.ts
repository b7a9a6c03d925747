/** `gaya-sim list`: what can be simulated. */
import { profiles } from '@gaya/protocols/profiles';
import { wardPatients } from '../ward/ward.ts';

export function listText(): string {
  const kinds = profiles.map((profile) => `  ${profile.id.padEnd(16)} ${profile.service}  ${profile.label.en}`);
  const patients = wardPatients.flatMap(({ record, story, devices }) => [
    `  ${record.identifier}  ${record.name} (${record.nameLatin}): ${story.en}`,
    ...devices.map(
      ({ profile, address, serial, gateway }) => `      ${address}  ${profile.padEnd(16)} ${serial}  ${gateway}`,
    ),
  ]);
  return ['Profiles (for: gaya-sim device PROFILE)', ...kinds, 'Ward (fictional patients)', ...patients].join('\n');
}
