/** Errors of /api: RFC 9457 problem details with a code; the client writes the sentence in the user's language. */
import type { Problem } from '@gaya/protocols/api';
import { RecordError, type RecordErrorCode } from '../hub.ts';

export const PROBLEM_JSON = 'application/problem+json';

/** Refuses a request. Its message is its code: nothing that the client sent stands in it. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly statusCode: number;
  readonly code: string;
  readonly fields: Problem['fields'];

  constructor(statusCode: number, code: string, fields?: Problem['fields']) {
    super(code);
    this.statusCode = statusCode;
    this.code = code;
    this.fields = fields;
  }
}

/** Answers with the value, or refuses with 404. @throws {ProblemError} not-found */
export function found<T>(value: T | null): T {
  if (value === null) throw new ProblemError(404, 'not-found');
  return value;
}

const STATUS_OF_RECORD_ERROR: Record<RecordErrorCode, number> = {
  'not-found': 404,
  'already-exists': 409,
  'overlapping-binding': 409,
  'already-ended': 409,
  'already-set-aside': 409,
  'not-set-aside': 409,
  superseded: 409,
  'unknown-patient': 422,
  'unknown-device': 422,
  'unknown-metric': 422,
  'unknown-component': 422,
  'invalid-value': 422,
  'invalid-interval': 422,
  'in-the-future': 422,
};

/** Fastify's own error codes that a client can cause. */
const FRAMEWORK_ERRORS: Readonly<Record<string, readonly [status: number, code: string]>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: [400, 'invalid-json'],
  FST_ERR_CTP_EMPTY_JSON_BODY: [400, 'invalid-json'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [400, 'invalid-length'],
  FST_ERR_CTP_BODY_TOO_LARGE: [413, 'body-too-large'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [415, 'json-required'],
  FST_ERR_BAD_URL: [400, 'invalid-url'],
  FST_ERR_MAX_PARAM_LENGTH: [414, 'invalid-url'],
};

/** What is answered to an error of any kind; an error that nobody foresaw is 500 `internal` and tells nothing. */
export function toProblemError(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof RecordError) {
    const { code, pointer } = error;
    return new ProblemError(STATUS_OF_RECORD_ERROR[code], code, pointer === null ? undefined : [{ pointer, code }]);
  }
  if (!(error instanceof Error)) return new ProblemError(500, 'internal');
  if ('validation' in error && Array.isArray(error.validation)) return invalidRequest(error.validation);
  const known = FRAMEWORK_ERRORS['code' in error ? String(error.code) : ''];
  if (known !== undefined) return new ProblemError(...known);
  // secure-json-parse and the HTTP parser give plain errors with a status.
  const status = 'statusCode' in error ? Number(error.statusCode) : 500;
  return status >= 400 && status < 500
    ? new ProblemError(status, 'invalid-request')
    : new ProblemError(500, 'internal');
}

function invalidRequest(
  errors: readonly { instancePath?: string; keyword?: string; params?: unknown }[],
): ProblemError {
  const fields = errors.slice(0, 20).map((e) => ({ pointer: pointerOf(e), code: e.keyword ?? 'invalid' }));
  return new ProblemError(400, 'invalid-request', fields);
}

/** For a missing property the pointer of the property, not of the object that lacks it. */
function pointerOf({ instancePath = '', params }: { instancePath?: string; params?: unknown }): string {
  const missing =
    typeof params === 'object' &&
    params !== null &&
    'requiredProperties' in params &&
    Array.isArray(params.requiredProperties)
      ? String(params.requiredProperties[0])
      : null;
  return missing === null ? instancePath : `${instancePath}/${missing}`;
}

export function toProblem({ statusCode, code, fields }: ProblemError): Problem {
  return {
    type: 'about:blank',
    title: code.replaceAll('-', ' '),
    status: statusCode,
    code,
    ...(fields === undefined ? {} : { fields }),
  };
}
