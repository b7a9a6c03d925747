/** The process: opens the hub, its broker and its pages, says when it is ready, and stops cleanly. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CommanderError } from 'commander';
import { pino, type Logger } from 'pino';
import { buildApp } from './app.ts';
import { aedesEmbedded } from './broker/aedes-embedded.ts';
import type { HubBroker } from './broker/hub-broker.ts';
import { linkHub } from './broker/hub-link.ts';
import { mqttHubClient } from './broker/mqtt-hub-client.ts';
import { readConfig, type Config } from './config.ts';
import { lockData } from './data-lock.ts';
import type { App } from './http/app-types.ts';
import { openHub, type Hub } from './hub.ts';
import { startupSentence } from './startup-error.ts';

/** After this the process ends, whatever is still open. */
const STOP_WITHIN_MS = 2_000;

const config = configOrEnd();
const log = pino({ level: config.logLevel, base: null });
/** What to close, newest last. */
const open: (() => Promise<void> | void)[] = [];
const state = { step: 'data' as 'data' | 'http' | 'mqtt', stopping: false };

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(0));
process.on('disconnect', () => void stop(0)); // whoever started this process is gone
const hub = await start(config).catch(failed);
process.on('message', (message) => void seedOnRequest(message));
// The channel keeps the process alive only as long as something else does.
process.channel?.unref();

async function start(settings: Config): Promise<Hub> {
  mkdirSync(settings.dataDir, { recursive: true });
  const lock = lockData(settings.dataDir);
  open.push(() => lock.release());
  const opened = await openHub({
    dataDir: settings.dataDir,
    organisation: settings.organisation,
    clock: Date.now,
    random: (octets) => randomBytes(octets),
    log: ({ level, code, detail }) => log[level](detail ?? {}, code),
  });
  open.push(() => opened.close());

  state.step = 'mqtt';
  const mqtt = await startBroker(settings, opened);
  state.step = 'http';
  const app = await startApp(settings, opened, mqtt.broker);
  const address = app.server.address();
  const httpPort = typeof address === 'object' && address !== null ? address.port : settings.httpPort;
  log.info({ httpPort, mqttPort: mqtt.port, broker: mqtt.broker.kind, epoch: opened.epoch }, 'ready');
  process.send?.({ ready: true, httpPort, mqttPort: mqtt.port });
  if (settings.seed !== null) void seed(opened, settings.seed);
  return opened;
}

async function startBroker(settings: Config, opened: Hub): Promise<{ broker: HubBroker; port: number | null }> {
  const { mqttUrl: url, mqttPort, mqttClientId: clientId } = settings;
  if (url !== null) {
    const broker: HubBroker = mqttHubClient({
      url,
      clientId,
      onState: (connected, code) => brokerState(log, connected, code, () => link.announce()),
    });
    const link = linkHub(opened, broker);
    open.push(
      () => broker.close(),
      () => link.close(),
    );
    await broker.start();
    return { broker, port: null };
  }
  const broker = aedesEmbedded({ host: '127.0.0.1', port: mqttPort, keys: opened.gateways });
  const link = linkHub(opened, broker);
  open.push(
    () => broker.close(),
    () => link.close(),
  );
  await link.disconnectAll();
  await broker.start();
  await link.announce();
  return { broker, port: broker.port() };
}

function brokerState(logger: Logger, connected: boolean, code: string | null, announce: () => Promise<void>): void {
  logger[connected ? 'info' : 'warn']({ code }, connected ? 'broker-connected' : 'broker-away');
  if (connected) announce().catch((error: unknown) => logger.error({ err: error }, 'announce-failed'));
}

async function startApp(settings: Config, opened: Hub, broker: HubBroker): Promise<App> {
  const { dashboard, httpHost: host, httpPort: port } = settings;
  const app = await buildApp({
    hub: opened,
    broker,
    dashboard: resolve(dashboard),
    version: productVersion(),
    clock: Date.now,
    logger: log,
  });
  open.push(() => app.close());
  await app.listen({ host, port });
  return app;
}

/** `{ seed: file }` from whoever started this process; answered with `{ seeded, total }`. */
async function seedOnRequest(message: unknown): Promise<void> {
  if (typeof message !== 'object' || message === null || !('seed' in message) || typeof message.seed !== 'string')
    return;
  await seed(hub, message.seed);
}

async function seed(into: Hub, file: string): Promise<void> {
  try {
    const { done, total } = await into.seed(file);
    log.info({ done, total }, 'seeded');
    process.send?.({ seeded: done, total });
  } catch (error) {
    if (!state.stopping) log.error({ err: error }, 'seed-failed');
  }
}

async function failed(error: unknown): Promise<never> {
  console.error(startupSentence(error, state.step, config));
  log.debug({ err: error }, 'start-failed');
  await stop(1);
  throw error;
}

/** Newest first: no page and no gateway is served while the hub closes. */
async function stop(code: number): Promise<void> {
  if (state.stopping) return;
  state.stopping = true;
  setTimeout(() => process.exit(code === 0 ? 1 : code), STOP_WITHIN_MS).unref();
  for (const close of open.reverse()) {
    try {
      await close();
    } catch (error) {
      log.error({ err: error }, 'close-failed');
    }
  }
  process.exit(code);
}

function configOrEnd(): Config {
  try {
    return readConfig(process.argv.slice(2), process.env);
  } catch (error) {
    if (error instanceof CommanderError) process.exit(0); // --help
    console.error(startupSentence(error, 'data', null));
    process.exit(1);
  }
}

function productVersion(): string {
  const file = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
  return file.version;
}
