/** The command line: `gateway --hci ... --id ... --broker ... --data DIR`. */
import { Command } from 'commander';
import { ConfigError, readConfig, settings, type Config } from './config.ts';
import { startGateway } from './main.ts';

export async function runCli(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  try {
    await run(configOf(argv, env));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
    process.channel?.unref();
  }
}

function configOf(argv: readonly string[], env: NodeJS.ProcessEnv): Config {
  const command = new Command('gateway')
    .description('Reads Bluetooth LE medical devices and brings every value to the hub.')
    .option('--config <file>', 'JSON file with the settings below')
    .option('--id <id>', settings.id.description)
    .option('--secret <secret>', settings.secret.description)
    .option('--broker <url>', settings.broker.description)
    .option('--hci <address>', settings.hci.description)
    .option('--data <folder>', settings.data.description)
    .option('--zone <zone>', settings.zone.description)
    .option('--max-connections <number>', settings.maxConnections.description, Number)
    .option('--test-bench', settings.testBench.description)
    .option('--no-test-bench', 'not even when tracing')
    .option('--status-port <port>', settings.statusPort.description, Number)
    .option('--trace', settings.trace.description)
    .parse([...argv], { from: 'user' });
  const { config: file, ...overrides } = command.opts<Partial<Config> & { config?: string }>();
  return readConfig(file ?? null, env, overrides);
}

async function run(config: Config): Promise<void> {
  let stop: () => Promise<void> = () => Promise.resolve();
  let stopping = false;
  const end = (): void => {
    if (stopping) return;
    stopping = true;
    void stop().then(() => process.exit());
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  // Forked: the parent is gone.
  process.on('disconnect', end);
  process.channel?.unref();
  const started = startGateway(
    config,
    (line) => process.stdout.write(`${line}\n`),
    (line) => process.stderr.write(`${line}\n`),
  );
  stop = () => started.then((gateway) => gateway.stop()).catch(() => undefined);
  const { statusPort } = await started;
  process.send?.({ ready: true, statusPort });
  process.stderr.write(`Gateway ${config.id}: status page http://127.0.0.1:${statusPort}\n`);
}
