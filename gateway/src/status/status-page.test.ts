import { request } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openStatusPage, type StatusPage, type StatusView } from './status-page.ts';

const view: StatusView = {
  status: {
    schema: 'gaya.gateway-status',
    version: 1,
    gateway: 'gateway-1',
    state: 'online',
    detail: {
      software: 'gaya-gateway',
      boot: 'boot-1',
      mono: 1,
      wall: 1,
      synced: true,
      adapter: { hci: 'native', state: 'poweredOn' },
      queue: { queued: 3, published: 2, stored: 1, dead: 0, oldestUnstoredMs: null },
      devices: [
        {
          device: 'cuff',
          state: 'connected',
          lastSeenAt: 0,
          rssiDbm: -60,
          batteryPercent: 80,
          clockOffsetMs: null,
          lastError: '<script>alert(1)</script>',
        },
      ],
    },
  },
  broker: { online: false, lastError: 'refused' },
  clock: { utc: null, uncertaintyMs: null },
  refusedSamples: 0,
  errors: [{ at: '2026-11-25T00:00:00.000Z', what: 'radio: poweredOff' }],
};

async function open(): Promise<StatusPage> {
  const page = await openStatusPage(0, () => view);
  onTestFinished(() => page.close());
  return page;
}

function get(
  port: number,
  path: string,
  { host = 'localhost', method = 'GET' } = {},
): Promise<{ code: number; body: string }> {
  return new Promise((resolve, reject) => {
    const call = request({ port, path, method, host: '127.0.0.1', headers: { host } }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve({ code: response.statusCode ?? 0, body }));
    });
    call.on('error', reject);
    call.end();
  });
}

describe('the status page', () => {
  it('shows queue, radio, devices and errors', async () => {
    const { body } = await get((await open()).port, '/');
    for (const text of [
      'gateway-1',
      'native: poweredOn',
      'not connected: refused',
      'not known yet',
      'cuff',
      '-60 dBm',
      '80 %',
      'radio: poweredOff',
    ]) {
      expect(body).toContain(text);
    }
  });

  it('shows what others sent as text', async () => {
    const { body } = await get((await open()).port, '/');
    expect(body).not.toContain('<script>');
  });

  it('gives the same as JSON', async () => {
    const { body } = await get((await open()).port, '/status.json');
    expect(JSON.parse(body)).toEqual(view);
  });

  it('answers nobody who came by another name, and only to GET', async () => {
    const { port } = await open();
    expect(await get(port, '/', { host: 'evil.example' })).toEqual({ code: 403, body: '' });
    expect(await get(port, '/', { method: 'POST' })).toEqual({ code: 405, body: '' });
    expect((await get(port, '/other')).code).toBe(404);
    expect((await get(port, '/', { host: `127.0.0.1:${port}` })).code).toBe(200);
  });

  it('says when its port is in use', async () => {
    const { port } = await open();
    await expect(openStatusPage(port, () => view)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
