import { HttpErrorResponse } from '@angular/common/http';
import type { Problem } from '@gaya/protocols/api';

/** What went wrong, as a code that the screen has words for. */
export type ProblemCode = 'offline' | 'not-found' | 'forbidden' | 'conflict' | 'invalid' | 'unknown';

/** The code of a failed call: by status, because the screen says the same for all causes of one kind. */
export function problemCode(error: unknown): ProblemCode {
  if (!(error instanceof HttpErrorResponse)) return 'unknown';
  if (error.status === 0 || error.status >= 502) return 'offline';
  if (error.status === 404) return 'not-found';
  if (error.status === 401 || error.status === 403) return 'forbidden';
  if (error.status === 409) return 'conflict';
  if (error.status === 400 || error.status === 422) return 'invalid';
  return 'unknown';
}

/** What the hub said against single fields: JSON pointer of each and a code; empty where it said nothing of the kind. */
export function fieldFaults(error: unknown): NonNullable<Problem['fields']> {
  if (!(error instanceof HttpErrorResponse) || typeof error.error !== 'object' || error.error === null) return [];
  const { fields } = error.error as Partial<Problem>;
  return Array.isArray(fields) ? fields : [];
}
