import { request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  cuffMessage,
  enrol,
  measure,
  NOW,
  openTestApp,
  PATIENT,
  post,
  type Enrolled,
  type TestApp,
} from '../testing/test-app.ts';

let test: TestApp;
let enrolled: Enrolled;
let port: number;
const open: IncomingMessage[] = [];

interface Stream {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  text(): string;
  ids(): number[];
  readonly ended: Promise<void>;
}

beforeEach(async () => {
  test = await openTestApp({ feed: { heartbeatMs: 20, maxStreams: 3 } });
  enrolled = await enrol(test.app);
  await test.app.listen({ host: '127.0.0.1', port: 0 });
  port = (test.app.server.address() as AddressInfo).port;
});
afterEach(async () => {
  for (const response of open.splice(0)) response.destroy();
  await test.close();
});

function connect(path: string, headers: Record<string, string> = {}): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, headers, agent: false }, (response) => {
      open.push(response);
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('error', () => undefined);
      const ended = new Promise<void>((end) => response.once('close', () => end()));
      const ids = () => [...text.matchAll(/^id: (\d+)$/gm)].map((m) => Number(m[1]));
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text: () => text, ids, ended });
    });
    asked.once('error', reject);
    asked.end();
  });
}

const newPatient = (identifier: string) => post(test.app, '/api/patients', { ...PATIENT, identifier });

describe('GET /api/feed', () => {
  it('gives what happens from now on, as events with their position', async () => {
    const before = test.hub.feed.position();
    const stream = await connect('/api/feed');
    expect([stream.status, stream.headers['content-type'], stream.headers['cache-control']]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
      'no-store',
    ]);
    await measure(test.hub, cuffMessage(enrolled.deviceId, 's1', NOW));
    await vi.waitFor(() => expect(stream.text()).toContain('"metric":"blood-pressure"'));
    expect(stream.ids().every((id) => id > before)).toBe(true);
    expect(stream.text()).toContain('"value":"120"');
  });

  it('goes on after ?after= and, on reconnecting, after Last-Event-ID, without a gap and without a repeat', async () => {
    const start = test.hub.feed.position();
    await newPatient('F-1');
    await newPatient('F-2');
    const first = await connect(`/api/feed?after=${start}`);
    const newest = test.hub.feed.position();
    const all = Array.from({ length: newest - start }, (_, i) => start + i + 1);
    await vi.waitFor(() => expect(first.ids()).toEqual(all));
    const second = await connect(`/api/feed?after=0`, { 'last-event-id': String(start + 1) });
    await vi.waitFor(() => expect(second.ids()).toEqual(all.slice(1)));
  });

  it.each([
    ['of another store', '999999999'],
    ['unreadable', 'x'],
    ['negative', '-1'],
  ])('resets a client whose Last-Event-ID is %s', async (_what, id) => {
    const stream = await connect('/api/feed', { 'last-event-id': id });
    await vi.waitFor(() => expect(stream.text()).toContain('"type":"reset"'));
    expect(stream.ids()).toEqual([test.hub.feed.position()]);
  });

  it('beats with comments', async () => {
    const stream = await connect('/api/feed');
    await vi.waitFor(() => expect(stream.text()).toMatch(/:\n\n:\n\n/));
  });

  it('refuses a page of another origin and a foreign host', async () => {
    expect((await connect('/api/feed', { origin: 'http://evil.example' })).status).toBe(403);
    expect((await connect('/api/feed', { host: 'evil.example' })).status).toBe(421);
  });

  it('refuses a position that is none, and more streams than it has room for', async () => {
    expect((await connect('/api/feed?after=x')).status).toBe(400);
    for (let i = 0; i < 3; i++) expect((await connect('/api/feed')).status).toBe(200);
    expect((await connect('/api/feed')).status).toBe(503);
    open.pop()?.destroy();
    open.pop()?.destroy();
    await vi.waitFor(async () => expect((await connect('/api/feed')).status).toBe(200));
  });

  it('ends its streams in order when the server closes', async () => {
    const stream = await connect('/api/feed');
    await test.app.close();
    await stream.ended;
    expect(open.at(-1)?.complete).toBe(true);
  });
});
