import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cuffMessage, NOW } from './testing/test-app.ts';

interface Ready {
  readonly httpPort: number;
  readonly mqttPort: number;
}

interface ServerProcess {
  readonly child: ChildProcess;
  readonly errors: () => string;
  /** Rejects when the process ends before it is ready. */
  readonly ready: Promise<Ready>;
  readonly ended: Promise<number | null>;
}

let folder: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gaya-server-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const end = once(child, 'exit');
    child.kill('SIGKILL');
    await end;
  }
  rmSync(folder, { recursive: true });
});

/** The server as Node runs it, without any transform: this also finds syntax that cannot be erased. */
function start(env: Record<string, string> = {}, args: string[] = []): ServerProcess {
  const child = fork(fileURLToPath(new URL('server.ts', import.meta.url)), args, {
    env: {
      ...process.env,
      GAYA_DATA: join(folder, 'data'),
      GAYA_HTTP_PORT: '0',
      GAYA_MQTT_PORT: '0',
      GAYA_DASHBOARD: join(folder, 'dist'),
      ...env,
    },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  children.push(child);
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const ready = new Promise<Ready>((resolve, reject) => {
    child.once('message', (message) => resolve(message as Ready));
    void ended.then((code) => reject(new Error(`ended with ${String(code)}: ${errors}`)));
  });
  ready.catch(() => undefined);
  return { child, ready, ended, errors: () => errors };
}

async function occupied(): Promise<{ server: Server; port: string }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: String((server.address() as AddressInfo).port) };
}

/** One sentence, no stack. */
async function expectSentence(server: ServerProcess, sentence: RegExp): Promise<void> {
  expect(await server.ended).toBe(1);
  expect(server.errors().trim()).toMatch(sentence);
  expect(server.errors().trim().split('\n')).toHaveLength(1);
}

describe('the server process', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'says when it is ready and ends cleanly by %s, also with an open feed',
    async (signal) => {
      const server = start();
      const { httpPort, mqttPort } = await server.ready;
      expect(mqttPort).toBeGreaterThan(0);
      const health = await fetch(`http://127.0.0.1:${httpPort}/api/health`);
      expect(await health.json()).toMatchObject({ status: 'ok', broker: { kind: 'embedded', connected: true } });
      const feed = await new Promise<NodeJS.ReadableStream>((resolve) =>
        get({ host: '127.0.0.1', port: httpPort, path: '/api/feed', agent: false }, resolve),
      );
      feed.on('error', () => undefined);
      feed.resume();
      server.child.kill(signal);
      expect(await server.ended).toBe(0);
      expect(server.errors()).toBe('');
    },
  );

  it('ends when whoever started it is gone', async () => {
    const server = start();
    await server.ready;
    server.child.disconnect();
    expect(await server.ended).toBe(0);
  });

  it('keeps its data over SIGKILL and needs no cleaning up', async () => {
    const first = start();
    const { httpPort } = await first.ready;
    const body = JSON.stringify({ gatewayId: 'gw1', label: 'Home' });
    const headers = { 'content-type': 'application/json' };
    expect((await fetch(`http://127.0.0.1:${httpPort}/api/gateways`, { method: 'POST', body, headers })).status).toBe(
      201,
    );
    first.child.kill('SIGKILL');
    await first.ended;
    const second = await start().ready;
    const gateways = (await (await fetch(`http://127.0.0.1:${second.httpPort}/api/gateways`)).json()) as {
      gatewayId: string;
    }[];
    expect(gateways.map((g) => g.gatewayId)).toEqual(['gw1']);
  });

  it('takes history in when it is asked to', async () => {
    const file = join(folder, 'history.ndjson');
    writeFileSync(file, [1, 2, 3].map((n) => `${JSON.stringify(cuffMessage('d1', `s${n}`, NOW))}\n`).join(''));
    const server = start();
    await server.ready;
    const answered = once(server.child, 'message');
    server.child.send({ seed: file });
    expect((await answered)[0]).toEqual({ seeded: 3, total: 3 });
  });

  it('says in one sentence that a port is in use', async () => {
    const { server, port } = await occupied();
    await expectSentence(start({ GAYA_HTTP_PORT: port }), new RegExp(`^Port ${port} is in use: .* GAYA_HTTP_PORT\\.$`));
    await expectSentence(start({ GAYA_MQTT_PORT: port }), new RegExp(`^Port ${port} is in use: .* GAYA_MQTT_PORT\\.$`));
    server.close();
  });

  it('says in one sentence that another hub uses the folder', async () => {
    await start().ready;
    await expectSentence(start(), /^Another hub uses the folder .*\.$/);
  });

  it('says in one sentence that the folder cannot be used', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expectSentence(start({ GAYA_DATA: join(folder, 'file') }), /is no folder: .*GAYA_DATA\.$/);
    await expectSentence(start({ GAYA_DATA: join(folder, 'file', 'data') }), /is no folder: .*GAYA_DATA\.$/);
  });

  it('refuses to listen to other machines, and says why', async () => {
    await expectSentence(start({ GAYA_HTTP_HOST: '0.0.0.0' }), /there is no sign-in yet/);
  });

  it('explains its options', async () => {
    const server = start({}, ['--help']);
    let help = '';
    server.child.stdout?.on('data', (chunk: Buffer) => (help += chunk.toString()));
    expect(await server.ended).toBe(0);
    await vi.waitFor(() => expect(help).toContain('--http-port'));
  });
});
