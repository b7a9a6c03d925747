import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastify from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { App } from './app-types.ts';
import { dashboardFiles, isPage, sendPage } from './dashboard-files.ts';
import { ProblemError, toProblem, toProblemError } from './problem.ts';

const INDEX =
  '<html><body><app-root ngCspNonce="__CSP_NONCE__"></app-root><script nonce="__CSP_NONCE__"></script></body></html>';

let folder: string;
let app: App;

async function open(): Promise<void> {
  app = fastify().withTypeProvider<TypeBoxTypeProvider>();
  app.setErrorHandler((error, _request, reply) => {
    const problem = toProblemError(error);
    void reply.code(problem.statusCode).send(toProblem(problem));
  });
  const dist = join(folder, 'dist');
  await dashboardFiles(app, dist);
  app.setNotFoundHandler((request, reply) => {
    if (isPage(request)) return sendPage(dist, request, reply);
    throw new ProblemError(404, 'not-found');
  });
}

function build(): void {
  mkdirSync(join(folder, 'dist', 'media'), { recursive: true });
  writeFileSync(join(folder, 'dist', 'index.html'), INDEX);
  writeFileSync(join(folder, 'dist', 'main-ABCD1234.js'), 'export {};');
  writeFileSync(join(folder, 'dist', 'favicon.svg'), '<svg/>');
  writeFileSync(join(folder, 'dist', '.built-from'), 'private');
  writeFileSync(join(folder, 'secret.txt'), 'private');
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gaya-dist-'));
});
afterEach(async () => {
  await app.close();
  rmSync(folder, { recursive: true });
});

const html = { accept: 'text/html,*/*' };

describe('dashboard files', () => {
  it.each(['/', '/index.html', '/patients/p1', '/patients/p1?range=30d', '/unassigned/'])(
    '%s is the page, with a nonce that is in its policy too',
    async (url) => {
      build();
      await open();
      const response = await app.inject({ url, headers: html });
      const nonce = /'nonce-([^']+)'/.exec(String(response.headers['content-security-policy']))?.[1] ?? 'none';
      expect(response.body).toBe(INDEX.replaceAll('__CSP_NONCE__', nonce));
      expect(nonce).toMatch(/^[A-Za-z0-9+/]{22}==$/);
      expect(response.headers).toMatchObject({
        'cache-control': 'no-store',
        'content-type': 'text/html; charset=utf-8',
      });
    },
  );

  it('has another nonce each time, and the policy of a page that trusts its own files only', async () => {
    build();
    await open();
    const policies = [await app.inject('/'), await app.inject('/')].map((r) =>
      String(r.headers['content-security-policy']),
    );
    expect(policies[0]).not.toBe(policies[1]);
    expect(policies[0]?.replace(/nonce-[^']+/, 'nonce')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self' 'nonce'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
        "manifest-src 'self'; worker-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; " +
        "require-trusted-types-for 'script'; trusted-types angular angular#bundler angular#components gaya-sw",
    );
  });

  it('knows both forms of hashes that the build uses, and no picture by its name', async () => {
    build();
    for (const name of [
      'chunk-D-gx5Hhm.js',
      'chunk-um_RSLEt.js',
      'styles-ATQCRKCY.css',
      'icon-maskable.png',
      'sw.js',
    ]) {
      writeFileSync(join(folder, 'dist', name), 'x');
    }
    await open();
    const kept = async (name: string) =>
      String((await app.inject(`/${name}`)).headers['cache-control']).includes('immutable');
    expect(await Promise.all(['chunk-D-gx5Hhm.js', 'chunk-um_RSLEt.js', 'styles-ATQCRKCY.css'].map(kept))).toEqual([
      true,
      true,
      true,
    ]);
    expect(await Promise.all(['icon-maskable.png', 'sw.js'].map(kept))).toEqual([false, false]);
  });

  it('keeps hashed files for ever and asks again for the others', async () => {
    build();
    await open();
    expect((await app.inject('/main-ABCD1234.js')).headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-type': expect.stringContaining('javascript') as unknown,
    });
    expect((await app.inject('/favicon.svg')).headers['cache-control']).toBe('no-cache');
  });

  it.each([
    '/missing.js',
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/.built-from',
    '/media',
    '/api/nothing',
  ])('%s shows nothing private', async (url) => {
    build();
    await open();
    const response = await app.inject({ url, headers: html });
    expect(response.body).not.toContain('private');
    if (url !== '/media') expect(response.statusCode).toBeGreaterThanOrEqual(400);
  });

  it('says that it has not been built, to a person and to a program', async () => {
    await open();
    const page = await app.inject({ url: '/', headers: html });
    expect([page.statusCode, page.headers['content-type']]).toEqual([503, 'text/html; charset=utf-8']);
    expect(page.body).toContain('npm start');
    const answer = await app.inject('/');
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([503, 'dashboard-not-built']);
  });

  it('shows a dashboard that was built after the start', async () => {
    await open();
    build();
    expect((await app.inject({ url: '/', headers: html })).statusCode).toBe(200);
    expect((await app.inject('/main-ABCD1234.js')).statusCode).toBe(200);
  });
});
