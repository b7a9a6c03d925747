import { TypeBoxValidatorCompiler, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastify from 'fastify';
import { Type } from 'typebox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from './app-types.ts';
import { toProblem, toProblemError } from './problem.ts';
import { security } from './security.ts';

let app: App;
let stored = 0;

beforeAll(async () => {
  app = fastify({ bodyLimit: 1000 }).withTypeProvider<TypeBoxTypeProvider>();
  app.setValidatorCompiler(TypeBoxValidatorCompiler);
  app.removeContentTypeParser('text/plain');
  app.setErrorHandler((error, _request, reply) => {
    const problem = toProblemError(error);
    void reply.code(problem.statusCode).send(toProblem(problem));
  });
  await security(app);
  app.get('/api/x/:name', () => ({ ok: true }));
  app.post('/api/y', () => ({ ok: true }));
  const body = Type.Object({ name: Type.String(), n: Type.Optional(Type.Integer()) });
  app.post('/api/x', { schema: { body } }, (request) => {
    stored += 1;
    return request.body;
  });
});
afterAll(() => app.close());

const get = (headers: Record<string, string>, url = '/api/x/a') => app.inject({ url, headers });
const post = (headers: Record<string, string>, payload = '{"name":"a"}') =>
  app.inject({ method: 'POST', url: '/api/x', headers: { 'content-type': 'application/json', ...headers }, payload });
const refusal = (response: { statusCode: number; json: () => unknown }) => [
  response.statusCode,
  (response.json() as { code: string }).code,
];

describe('Host', () => {
  it.each(['localhost', 'localhost:8080', '127.0.0.1:1', '[::1]:8080', 'LOCALHOST'])(
    '%s is this machine',
    async (host) => {
      expect((await get({ host })).statusCode).toBe(200);
    },
  );

  it.each([
    'evil.example',
    '127.0.0.1.evil.example',
    'localhost.evil.example:8080',
    '10.0.0.1',
    'localhost:8080:1',
    'a@localhost',
  ])('%s is refused, against DNS re-binding', async (host) => {
    expect(refusal(await get({ host }))).toEqual([421, 'host-not-allowed']);
  });
});

describe('Origin', () => {
  it.each([
    'http://evil.example',
    'null',
    'http://localhost:4444',
    'https://localhost:8080',
    'http://localhost:8080.evil.example',
  ])('a page of %s is refused', async (origin) => {
    const before = stored;
    expect(refusal(await post({ host: 'localhost:8080', origin }))).toEqual([403, 'origin-not-allowed']);
    expect(refusal(await get({ host: 'localhost:8080', origin }))).toEqual([403, 'origin-not-allowed']);
    expect(stored).toBe(before);
  });

  it('the own page and a client that is no browser are served', async () => {
    expect((await post({ host: 'localhost:8080', origin: 'http://localhost:8080' })).statusCode).toBe(200);
    expect((await post({ host: 'localhost:8080' })).statusCode).toBe(200);
  });

  it('a browser that says cross-site is refused', async () => {
    expect(refusal(await post({ 'sec-fetch-site': 'cross-site' }))).toEqual([403, 'origin-not-allowed']);
  });

  it('gives no page of another origin leave to read', async () => {
    const response = await app.inject({
      method: 'OPTIONS',
      url: '/api/x',
      headers: { origin: 'http://evil.example', 'access-control-request-method': 'POST' },
    });
    expect(response.headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('content type', () => {
  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    '',
    'application/jsonx',
    'text/plain; application/json',
  ])('a change as "%s", which a form could send, is refused', async (type) => {
    expect(refusal(await post({ 'content-type': type }))).toEqual([415, 'json-required']);
  });

  it('a change without a body needs it too', async () => {
    expect(refusal(await app.inject({ method: 'POST', url: '/api/y' }))).toEqual([415, 'json-required']);
    expect((await app.inject({ method: 'POST', url: '/api/y', payload: {} })).statusCode).toBe(200);
  });

  it('JSON with a charset is taken', async () => {
    expect((await post({ 'content-type': 'application/json; charset=utf-8' })).statusCode).toBe(200);
  });
});

describe('bodies', () => {
  it('are neither stripped nor coerced', async () => {
    expect((await post({}, '{"name":"a","later":[1]}')).json()).toEqual({ name: 'a', later: [1] });
    expect(refusal(await post({}, '{"name":1}'))).toEqual([400, 'invalid-request']);
    expect(refusal(await post({}, '{"name":"a","n":"1"}'))).toEqual([400, 'invalid-request']);
  });

  it.each([
    ['not JSON', '{"name":', 400, 'invalid-json'],
    ['empty', '', 400, 'invalid-json'],
    ['with a prototype', '{"name":"a","__proto__":{"x":1}}', 400, 'invalid-json'],
    ['with NUL', '{"name":"a\\u0000b"}', 400, 'invalid-text'],
    ['with half a surrogate pair', '{"name":"\\ud800"}', 400, 'invalid-text'],
    ['with NUL in a key that nobody reads', '{"name":"a","b":{"\\u0000":1}}', 400, 'invalid-text'],
    ['too large', JSON.stringify({ name: 'x'.repeat(2000) }), 413, 'body-too-large'],
    ['an array', '[]', 400, 'invalid-request'],
    ['null', 'null', 400, 'invalid-request'],
  ])('%s are refused', async (_what, payload, status, code) => {
    expect(refusal(await post({}, payload))).toEqual([status, code]);
  });

  it('say which field is wrong, by its pointer', async () => {
    expect((await post({}, '{"n":"x"}')).json()).toMatchObject({
      status: 400,
      fields: expect.arrayContaining([
        expect.objectContaining({ pointer: '/name' }),
        expect.objectContaining({ pointer: '/n' }),
      ]) as unknown,
    });
  });

  it('refuse NUL in addresses', async () => {
    expect(refusal(await get({}, '/api/x/%00'))).toEqual([400, 'invalid-text']);
  });
});

describe('headers', () => {
  it('keep answers out of caches, frames and other pages', async () => {
    const { headers } = await get({});
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'same-origin',
    });
    expect(headers).not.toHaveProperty('x-powered-by');
  });
});
