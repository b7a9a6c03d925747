/**
 * Closed from the first run: the hub answers only to its own pages on this machine. A page of another origin, a name that was
 * re-bound to 127.0.0.1, and a form (which cannot send JSON) are refused before any route is reached.
 */
import helmet from '@fastify/helmet';
import type { FastifyRequest } from 'fastify';
import type { App } from './app-types.ts';
import { ProblemError } from './problem.ts';

const LOOPBACK_NAMES: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
/** For everything that is no page. */
const NO_CONTENT_POLICY = "default-src 'none'; frame-ancestors 'none'";

export async function security(app: App): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: false, // set below and by the page itself, with its nonce
    strictTransportSecurity: false, // 127.0.0.1 speaks plain HTTP
    referrerPolicy: { policy: 'same-origin' },
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.header('content-security-policy', NO_CONTENT_POLICY);
    if (isData(request)) reply.header('cache-control', 'no-store');
    checkHost(request);
    checkOrigin(request);
    checkContentType(request);
    await Promise.resolve();
  });
  app.addHook('preValidation', async (request) => {
    checkText([request.params, request.query, request.body]);
    await Promise.resolve();
  });
}

const isData = ({ url }: FastifyRequest): boolean => /^\/(api|fhir|metrics)\b/.test(url);

/** Against DNS re-binding: a foreign name may point to 127.0.0.1, but it stays in the Host header. */
function checkHost(request: FastifyRequest): void {
  const name = (request.headers.host ?? '').toLowerCase().replace(/:\d{1,5}$/, '');
  if (!LOOPBACK_NAMES.has(name)) throw new ProblemError(421, 'host-not-allowed');
}

function checkOrigin(request: FastifyRequest): void {
  const { origin, host = '' } = request.headers;
  if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`) {
    throw new ProblemError(403, 'origin-not-allowed');
  }
  if (!SAFE_METHODS.has(request.method) && request.headers['sec-fetch-site'] === 'cross-site') {
    throw new ProblemError(403, 'origin-not-allowed');
  }
}

/** Also of a request without a body: a form cannot name this type, and no page of another origin can without asking. */
function checkContentType(request: FastifyRequest): void {
  if (SAFE_METHODS.has(request.method)) return;
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') throw new ProblemError(415, 'json-required');
}

/** Text that no store keeps unchanged: the NUL character, half of a surrogate pair. @throws {ProblemError} invalid-text */
function checkText(value: unknown): void {
  if (typeof value === 'string') {
    if (value.includes('\0') || !value.isWellFormed()) throw new ProblemError(400, 'invalid-text');
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      checkText(key);
      checkText(inner);
    }
  }
}
