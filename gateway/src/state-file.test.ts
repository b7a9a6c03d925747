import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { StateFile } from './state-file.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const SALT = '0123456789abcdef0123456789abcdef';

describe('the state file', () => {
  it('keeps what was put in, for its owner only', () => {
    const file = join(temporaryFolder(), 'state.json');
    new StateFile(file, () => SALT).update({ learned: { 'c0:00:00:00:00:01': 'cuff' } });
    expect(new StateFile(file, () => 'not used').state).toEqual({
      salt: SALT,
      learned: { 'c0:00:00:00:00:01': 'cuff' },
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it.each(['', '{"salt":', '{"salt":"short","learned":{}}', '[]'])('begins anew when it holds %j', (text) => {
    const file = join(temporaryFolder(), 'state.json');
    writeFileSync(file, text);
    expect(new StateFile(file, () => SALT).state).toEqual({ salt: SALT, learned: {} });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ salt: SALT, learned: {} });
  });
});
