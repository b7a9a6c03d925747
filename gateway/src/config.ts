/** The gateway's settings: from a JSON file, the environment and the command line (the last wins), checked. */
import { AllowedDevice, OPAQUE_ID } from '@gaya/protocols/messages';
import { isZone } from '@gaya/protocols/time/local-time';
import { readFileSync } from 'node:fs';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import { parseHciAddress } from './hci/hci-address.ts';

/** Each setting's environment variable and what it means: the README's table is made from this. */
const ConfigSchema = Type.Object(
  {
    id: Type.String({
      env: 'GAYA_GATEWAY_ID',
      pattern: OPAQUE_ID.source,
      default: 'gateway',
      description: 'Id that the hub gave to this gateway; also its MQTT user name and client id.',
    }),
    secret: Type.String({
      env: 'GAYA_GATEWAY_SECRET',
      default: '',
      description: 'Secret that the hub gave out with the id.',
    }),
    broker: Type.String({
      env: 'GAYA_BROKER_URL',
      pattern: '^(mqtts?|wss?)://.+$',
      default: 'mqtt://127.0.0.1:1883',
      description: 'Where the broker is: `mqtt://`, `mqtts://`, `ws://` or `wss://`.',
    }),
    hci: Type.String({
      env: 'GAYA_HCI',
      default: 'native',
      description:
        "Bluetooth controller: `native` or `native:N` (the operating system's adapter N), `uart:PATH` or `uart:PATH@BAUD` (H4 serial port or PTY), `socket:PATH` or `socket:HOST:PORT` (H4 over a socket).",
    }),
    data: Type.String({
      env: 'GAYA_DATA',
      minLength: 1,
      default: 'data/gateway',
      description: 'Folder of the queue and of what must not be forgotten.',
    }),
    zone: Type.String({
      env: 'GAYA_ZONE',
      default: Intl.DateTimeFormat().resolvedOptions().timeZone,
      description: "IANA time zone of the home: device clocks are local. The box's own where not given.",
    }),
    maxConnections: Type.Integer({
      env: 'GAYA_MAX_CONNECTIONS',
      minimum: 1,
      maximum: 64,
      default: 7,
      description: 'Connections that the adapter holds at a time.',
    }),
    testBench: Type.Boolean({
      env: 'GAYA_TEST_BENCH',
      default: false,
      description:
        'Accept any device whose services match a profile, under a provisional id. On with `trace` where not given.',
    }),
    devices: Type.Array(AllowedDevice, {
      env: 'GAYA_DEVICES',
      default: [],
      description: 'Allowed devices (JSON list), besides those that the hub allows.',
    }),
    statusPort: Type.Integer({
      env: 'GAYA_STATUS_PORT',
      minimum: 0,
      maximum: 65_535,
      default: 8_790,
      description: 'Port of the status page on 127.0.0.1; 0: any free one.',
    }),
    maxQueueMiB: Type.Integer({
      env: 'GAYA_MAX_QUEUE_MIB',
      minimum: 1,
      default: 1_024,
      description: 'The queue file lets frames go that the hub has stored, oldest first, to stay below.',
    }),
    trace: Type.Boolean({
      env: 'GAYA_TRACE',
      default: false,
      description: 'Print every received value as a JSON line when it is committed.',
    }),
  },
  { additionalProperties: false },
);
export type Config = Static<typeof ConfigSchema>;

/** One sentence for whoever has to put it right. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConfigError';
  }
}

interface Setting {
  readonly env: string;
  readonly description: string;
  readonly default?: unknown;
  readonly type?: string;
}

export const settings = ConfigSchema.properties as unknown as Readonly<Record<keyof Config, Setting>>;

/** @throws {ConfigError} */
export function readConfig(
  file: string | null,
  env: Readonly<Record<string, string | undefined>>,
  overrides: Partial<Config> = {},
): Config {
  const given: Record<string, unknown> = { ...(file === null ? {} : fromFile(file)), ...fromEnv(env), ...overrides };
  // Who traces looks at a device that no hub has allowed yet.
  const merged = { ...defaults(), testBench: given['trace'] === true, ...given };
  for (const error of Value.Errors(ConfigSchema, merged)) throw new ConfigError(sentence(error, merged));
  const config = merged as Config;
  if (parseHciAddress(config.hci) === null)
    throw new ConfigError(`hci (${settings.hci.env}) must be native[:N], uart:PATH or socket:PATH.`);
  if (!isZone(config.zone))
    throw new ConfigError(`zone (${settings.zone.env}) must be an IANA time zone such as Asia/Seoul.`);
  return config;
}

function defaults(): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, s]) => (s.default === undefined ? [] : [[name, s.default]])),
  );
}

function fromFile(file: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new ConfigError(`The configuration file ${file} cannot be read.`);
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Said below, as for any other value that is not an object.
  }
  throw new ConfigError(`The configuration file ${file} must hold a JSON object.`);
}

function fromEnv(env: Readonly<Record<string, string | undefined>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, setting]) => {
      const text = env[setting.env];
      return text === undefined ? [] : [[name, valueOf(setting, text)]];
    }),
  );
}

/** What does not read as the wanted type stays text, and is refused by the schema. */
function valueOf({ type, env }: Setting, text: string): unknown {
  if (type === 'string') return text;
  if (type === 'boolean' && /^(1|0)$/.test(text)) return text === '1';
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new ConfigError(`${env} cannot be read.`);
  }
}

function sentence(
  error: { readonly instancePath: string; readonly message: string; readonly params?: object },
  merged: object,
): string {
  const name = error.instancePath.split('/')[1] ?? '';
  if (name in settings) return `${name} (${settings[name as keyof Config].env}) ${error.message}.`;
  return `Unknown setting ${Object.keys(merged).find((key) => !(key in settings)) ?? ''}.`;
}
