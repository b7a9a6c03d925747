import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig, settings } from './config.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

function fileOf(text: string): string {
  const file = join(temporaryFolder(), 'gateway.json');
  writeFileSync(file, text);
  return file;
}
function complaint(file: string | null, env: Record<string, string>): string {
  try {
    readConfig(file, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('the configuration', () => {
  it('works without any setting', () => {
    expect(readConfig(null, {})).toMatchObject({ id: 'gateway', hci: 'native', testBench: false, devices: [] });
  });

  it('takes the file, then the environment, then the command line', () => {
    const file = fileOf('{ "id": "from-file", "zone": "Asia/Seoul", "maxConnections": 3 }');
    const env = { GAYA_GATEWAY_ID: 'from-env', GAYA_MAX_CONNECTIONS: '5' };
    expect(readConfig(file, env, { maxConnections: 9 })).toMatchObject({
      id: 'from-env',
      zone: 'Asia/Seoul',
      maxConnections: 9,
    });
  });

  it('reads lists and switches from the environment', () => {
    const devices = [{ device: 'cuff', address: 'c0:00:00:00:00:01' }];
    const env = {
      GAYA_DEVICES: JSON.stringify(devices),
      GAYA_TEST_BENCH: '1',
      GAYA_TRACE: 'false',
      GAYA_GATEWAY_SECRET: '123',
    };
    expect(readConfig(null, env)).toMatchObject({ devices, testBench: true, trace: false, secret: '123' });
  });

  it('opens the test bench for whoever traces, unless told otherwise', () => {
    expect(readConfig(null, {}, { trace: true }).testBench).toBe(true);
    expect(readConfig(null, {}, { trace: true, testBench: false }).testBench).toBe(false);
  });

  it.each<[string | null, Record<string, string>, RegExp]>([
    [null, { GAYA_GATEWAY_ID: 'with space' }, /^id \(GAYA_GATEWAY_ID\) .*\.$/],
    [null, { GAYA_BROKER_URL: 'http://x' }, /^broker \(GAYA_BROKER_URL\) .*\.$/],
    [null, { GAYA_HCI: 'usb:1' }, /^hci \(GAYA_HCI\) must be native/],
    [null, { GAYA_ZONE: 'Seoul' }, /^zone \(GAYA_ZONE\) must be an IANA time zone/],
    [null, { GAYA_MAX_CONNECTIONS: '0' }, /^maxConnections \(GAYA_MAX_CONNECTIONS\) .*\.$/],
    [null, { GAYA_MAX_CONNECTIONS: 'many' }, /^GAYA_MAX_CONNECTIONS cannot be read\.$/],
    [null, { GAYA_STATUS_PORT: '70000' }, /^statusPort \(GAYA_STATUS_PORT\) .*\.$/],
    [null, { GAYA_DEVICES: '[{"address":"x"}]' }, /^devices \(GAYA_DEVICES\) .*\.$/],
    ['{ "colour": "red" }', {}, /^Unknown setting colour\.$/],
    ['[1]', {}, /must hold a JSON object\.$/],
    ['{', {}, /must hold a JSON object\.$/],
  ])('says in one sentence what is wrong with %s %j', (text, env, sentence) => {
    expect(complaint(text === null ? null : fileOf(text), env)).toMatch(sentence);
  });

  it('says when the file is not there', () => {
    expect(complaint(join(temporaryFolder(), 'none.json'), {})).toMatch(/cannot be read\.$/);
  });

  it('is described once, and the README has the same table', () => {
    const rows = Object.entries(settings).map(([name, { env, default: value, description }]) => {
      const shown = name === 'zone' ? 'of the box' : `\`${JSON.stringify(value)}\``;
      return `| \`${name}\` | \`${env}\` | ${shown} | ${description} |`;
    });
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8').replace(/ +/g, ' ');
    for (const row of rows) expect(readme).toContain(row);
  });
});
