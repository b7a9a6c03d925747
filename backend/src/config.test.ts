import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig, SETTINGS } from './config.ts';

const refusalOf = (args: string[], env: Record<string, string> = {}): string => {
  try {
    readConfig(args, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'accepted';
};

describe('settings of the server', () => {
  it('has a closed hub without any setting', () => {
    expect(readConfig([], {})).toEqual({
      dataDir: 'data',
      organisation: 'default',
      httpHost: '127.0.0.1',
      httpPort: 8080,
      mqttPort: 1883,
      mqttUrl: null,
      mqttClientId: 'gaya-hub',
      dashboard: 'dashboard/dist',
      seed: null,
      logLevel: 'info',
    });
  });

  it('takes the command line before the environment, and an empty variable as none', () => {
    const config = readConfig(['--http-port', '1', '--seed', 'x.ndjson'], {
      GAYA_HTTP_PORT: '2',
      GAYA_MQTT_PORT: '3',
      GAYA_DATA: '',
    });
    expect(config).toMatchObject({ httpPort: 1, mqttPort: 3, dataDir: 'data', seed: 'x.ndjson' });
  });

  it.each(['0.0.0.0', '::', '192.168.0.10', '10.0.0.1', 'example.org', '127.0.0.1.example.org'])(
    'does not listen on %s without sign-in',
    (host) => {
      expect(refusalOf([], { GAYA_HTTP_HOST: host })).toBe(
        'GAYA_HTTP_HOST (--http-host) must be 127.0.0.1, ::1 or localhost: there is no sign-in yet, so the hub does not listen to other machines.',
      );
    },
  );

  it.each([
    ['GAYA_HTTP_PORT', '65536'],
    ['GAYA_HTTP_PORT', '-1'],
    ['GAYA_MQTT_PORT', '80.5'],
    ['GAYA_MQTT_PORT', 'x'],
    ['GAYA_MQTT_URL', 'http://broker'],
    ['GAYA_MQTT_URL', 'mqtt://user:secret@host/path with space'],
    ['GAYA_MQTT_CLIENT_ID', 'a/b'],
    ['GAYA_ORGANISATION', '../x'],
    ['GAYA_LOG_LEVEL', 'loud'],
  ])('refuses %s=%s in one sentence that does not repeat the value', (env, value) => {
    const sentence = refusalOf([], { [env]: value });
    expect(sentence).toMatch(new RegExp(`^${env} \\(--[a-z-]+\\) .*\\.$`));
    if (value.length > 5) expect(sentence).not.toContain(value);
  });

  it('refuses an unknown option and a missing value', () => {
    expect(refusalOf(['--nonsense'])).toBe("unknown option '--nonsense'.");
    expect(refusalOf(['--data'])).toBe("option '--data <folder>' argument missing.");
  });

  it('documents every variable in the README, once', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const rows = [...readme.matchAll(/^\| `(GAYA_[A-Z_]+)` +\| `(--[a-z-]+)` +\|/gm)].map(
      (m) => `${m[1] ?? ''} ${m[2] ?? ''}`,
    );
    expect(rows).toEqual(SETTINGS.map((s) => `${s.env} ${s.flag.split(' ')[0] ?? ''}`));
  });
});
