// The command as it is run: a process of its own.
import { fork, type ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from './testing/temporary-folder.ts';

const COMMAND = fileURLToPath(new URL('testing/run-cli.ts', import.meta.url));
/** Nobody listens there; what is looked at here needs neither radio nor broker. */
const NOWHERE = ['--hci', 'socket:/nowhere/radio.sock', '--broker', 'mqtt://127.0.0.1:1', '--status-port', '0'];

function start(args: readonly string[]) {
  const child = fork(COMMAND, args, {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, ended, errors: () => errors };
}
const ready = (child: ChildProcess): Promise<unknown> => new Promise((resolve) => child.once('message', resolve));

describe('the gateway command', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('says when it is ready, and ends cleanly on %s', async (signal) => {
    const { child, ended } = start([...NOWHERE, '--data', temporaryFolder()]);
    expect(await ready(child)).toMatchObject({ ready: true, statusPort: expect.any(Number) as number });
    child.kill(signal);
    expect(await ended).toBe(0);
  });

  it('ends when its parent goes', async () => {
    const { child } = start([...NOWHERE, '--data', temporaryFolder()]);
    await ready(child);
    // Not 'close': after a disconnect Node does not tell it.
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.disconnect();
    expect(await exited).toBe(0);
  });

  it.each([
    ['a wrong setting', ['--zone', 'Nowhere'], 'zone (GAYA_ZONE) must be an IANA time zone such as Asia/Seoul.\n'],
    [
      'a missing file',
      ['--config', '/nowhere/gateway.json'],
      'The configuration file /nowhere/gateway.json cannot be read.\n',
    ],
  ])('says in one sentence that it cannot start: %s', async (_name, args, sentence) => {
    const { ended, errors } = start([...NOWHERE, '--data', temporaryFolder(), ...args]);
    expect(await ended).toBe(1);
    expect(errors()).toBe(sentence);
  });

  it('says in one sentence that its data folder is of no use', async () => {
    const folder = join(temporaryFolder(), 'data');
    writeFileSync(folder, 'a file');
    const { ended, errors } = start([...NOWHERE, '--data', folder]);
    expect(await ended).toBe(1);
    expect(errors()).toBe(`The data folder ${folder} cannot be written.\n`);
  });

  it('says in one sentence that the port of its page is in use', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'data'));
    const { ended, errors } = start([...NOWHERE, '--data', join(folder, 'data'), '--status-port', String(port)]);
    expect(await ended).toBe(1);
    expect(errors()).toContain(`The status page's port ${port} is in use.\n`);
  });
});
