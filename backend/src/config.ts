/** Settings of the server: environment and command line, checked once. The README's table is held against these options by a test. */
import { Command, CommanderError, Option } from 'commander';
import { Type, type Static } from 'typebox';
import { Check } from 'typebox/value';

const Port = Type.Integer({ minimum: 0, maximum: 65_535 });

const ConfigSchema = Type.Object({
  dataDir: Type.String({ minLength: 1 }),
  organisation: Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' }),
  httpHost: Type.String({ pattern: '^(127\\.0\\.0\\.1|localhost|::1)$' }),
  httpPort: Port,
  mqttPort: Port,
  /** Null: the embedded broker. */
  mqttUrl: Type.Union([Type.Null(), Type.String({ pattern: '^mqtts?://[^/\\s]+/?$' })]),
  mqttClientId: Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' }),
  dashboard: Type.String({ minLength: 1 }),
  seed: Type.Union([Type.Null(), Type.String({ minLength: 1 })]),
  logLevel: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']),
});
export type Config = Static<typeof ConfigSchema>;

interface Setting {
  readonly key: keyof Config;
  readonly flag: string;
  readonly env: string;
  readonly fallback: string | null;
  readonly help: string;
  /** What is allowed, as the end of a sentence. */
  readonly allowed: string;
}

const port = 'must be a whole number from 0 to 65535 (0: any free port)';
const name = 'may have up to 64 letters, digits, _ and -';

export const SETTINGS: readonly Setting[] = [
  {
    key: 'dataDir',
    flag: '--data <folder>',
    env: 'GAYA_DATA',
    fallback: 'data',
    help: "folder of the hub's files",
    allowed: 'must name a folder',
  },
  {
    key: 'organisation',
    flag: '--organisation <name>',
    env: 'GAYA_ORGANISATION',
    fallback: 'default',
    help: 'scope of all records',
    allowed: name,
  },
  {
    key: 'httpHost',
    flag: '--http-host <address>',
    env: 'GAYA_HTTP_HOST',
    fallback: '127.0.0.1',
    help: 'address on which pages and API are served',
    allowed:
      'must be 127.0.0.1, ::1 or localhost: there is no sign-in yet, so the hub does not listen to other machines',
  },
  {
    key: 'httpPort',
    flag: '--http-port <number>',
    env: 'GAYA_HTTP_PORT',
    fallback: '8080',
    help: 'port of pages and API',
    allowed: port,
  },
  {
    key: 'mqttPort',
    flag: '--mqtt-port <number>',
    env: 'GAYA_MQTT_PORT',
    fallback: '1883',
    help: 'port of the embedded broker on 127.0.0.1',
    allowed: port,
  },
  {
    key: 'mqttUrl',
    flag: '--mqtt-url <url>',
    env: 'GAYA_MQTT_URL',
    fallback: null,
    help: 'external broker instead of the embedded one; may carry user name and password',
    allowed: 'must look like mqtt://host:1883 or mqtts://host:8883',
  },
  {
    key: 'mqttClientId',
    flag: '--mqtt-client-id <name>',
    env: 'GAYA_MQTT_CLIENT_ID',
    fallback: 'gaya-hub',
    help: 'client id at an external broker',
    allowed: name,
  },
  {
    key: 'dashboard',
    flag: '--dashboard <folder>',
    env: 'GAYA_DASHBOARD',
    fallback: 'dashboard/dist',
    help: 'folder of the built dashboard',
    allowed: 'must name a folder',
  },
  {
    key: 'seed',
    flag: '--seed <file>',
    env: 'GAYA_SEED',
    fallback: null,
    help: 'history to take in at start, one FramesMessage a line',
    allowed: 'must name a file',
  },
  {
    key: 'logLevel',
    flag: '--log-level <level>',
    env: 'GAYA_LOG_LEVEL',
    fallback: 'info',
    help: 'trace, debug, info, warn, error or silent',
    allowed: 'must be trace, debug, info, warn, error or silent',
  },
];

const NUMBERS: ReadonlySet<keyof Config> = new Set<keyof Config>(['httpPort', 'mqttPort']);

/** A setting that cannot be used; its message is one sentence for whoever set it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'bad-config';
}

/**
 * @param args of the command line, without node and script; they go before the environment
 * @throws {ConfigError} bad-config
 * @throws {CommanderError} with exitCode 0 after `--help`
 */
export function readConfig(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Config {
  const given = parseArguments(args);
  const config: Record<string, unknown> = {};
  for (const setting of SETTINGS) {
    const text =
      given[optionName(setting.flag)] ?? (env[setting.env] === '' ? undefined : env[setting.env]) ?? setting.fallback;
    const value = NUMBERS.has(setting.key) ? wholeNumber(text) : text;
    if (!Check(ConfigSchema.properties[setting.key], value)) {
      throw new ConfigError(`${setting.env} (${setting.flag.split(' ')[0] ?? ''}) ${setting.allowed}.`);
    }
    config[setting.key] = value;
  }
  return config as Config;
}

function parseArguments(args: readonly string[]): Record<string, string | undefined> {
  const command = new Command('server').description('Runs the hub: broker, log, API and pages.').exitOverride();
  command.configureOutput({ writeErr: () => undefined });
  for (const { flag, env, help, fallback } of SETTINGS) {
    command.addOption(new Option(flag, `${help} [${env}]${fallback === null ? '' : ` (default: ${fallback})`}`));
  }
  try {
    return command.parse([...args], { from: 'user' }).opts();
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode !== 0)
      throw new ConfigError(`${error.message.replace(/^error: /, '')}.`);
    throw error;
  }
}

/** `--http-port <number>` -> `httpPort` */
const optionName = (flag: string): string =>
  (flag.split(' ')[0] ?? '').slice(2).replace(/-([a-z])/g, (_dash, letter: string) => letter.toUpperCase());

const wholeNumber = (text: string | null): number | null =>
  text !== null && /^\d{1,5}$/.test(text) ? Number(text) : null;
