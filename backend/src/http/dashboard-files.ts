/**
 * The dashboard's files. Every address that is no file and belongs to no API is a page of the dashboard, so it gets index.html,
 * with a nonce of its own in the page and in the header.
 */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App } from './app-types.ts';
import { ProblemError } from './problem.ts';

const NONCE_MARK = '__CSP_NONCE__';
/** The build puts a hash of the content in these names, so their content never changes. */
const HASHED_NAME = /-[A-Za-z0-9_-]{8}\.(js|css|woff2)$/;

const pagePolicy = (nonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types angular angular#bundler angular#components gaya-sw',
  ].join('; ');

const NOT_BUILT_PAGE =
  '<!doctype html><html lang="en"><meta charset="utf-8"><title>Gaya</title>' +
  '<p>The hub runs, but its dashboard has not been built yet: run <code>npm start</code>.</p></html>';

export async function dashboardFiles(app: App, folder: string): Promise<void> {
  await app.register(fastifyStatic, {
    root: folder,
    index: false,
    dotfiles: 'ignore',
    cacheControl: false,
    setHeaders: (reply, path) => {
      reply.header('cache-control', HASHED_NAME.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  const page = (request: FastifyRequest, reply: FastifyReply) => sendPage(folder, request, reply);
  app.get('/', { schema: { hide: true } }, page);
  app.get('/index.html', { schema: { hide: true } }, page);
}

/** Whether an unknown address is a page of the dashboard. */
export function isPage({ method, url }: FastifyRequest): boolean {
  const path = url.split('?')[0] ?? '';
  return (
    (method === 'GET' || method === 'HEAD') &&
    !/^\/(api|fhir|metrics)(\/|$)/.test(path) &&
    !/\/\.|\.[a-z0-9]+$/i.test(path)
  );
}

export async function sendPage(folder: string, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const html = await readFile(join(folder, 'index.html'), 'utf8').catch(() => null);
  reply.header('cache-control', 'no-store');
  if (html === null) {
    if (request.headers.accept?.includes('text/html') !== true) throw new ProblemError(503, 'dashboard-not-built');
    return reply.code(503).type('text/html; charset=utf-8').send(NOT_BUILT_PAGE);
  }
  const nonce = randomBytes(16).toString('base64');
  reply.header('content-security-policy', pagePolicy(nonce));
  return reply.code(200).type('text/html; charset=utf-8').send(html.replaceAll(NONCE_MARK, nonce));
}
