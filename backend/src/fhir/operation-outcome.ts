/** Errors of /fhir. @see FHIR R4 OperationOutcome */
import type { ProblemError } from '../http/problem.ts';

/** A type and not an interface, so that it is FhirJson too. */
export type OperationOutcome = {
  readonly resourceType: 'OperationOutcome';
  readonly issue: readonly Issue[];
};

type Issue = {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  /** The hub's own code; a client writes the sentence. */
  readonly details: { readonly text: string };
  readonly expression?: readonly string[];
};

/** @see FHIR R4 ValueSet issue-type */
function issueType(status: number): string {
  switch (status) {
    case 404:
      return 'not-found';
    case 403:
    case 421:
      return 'forbidden';
    case 400:
    case 414:
    case 422:
      return 'invalid';
    case 409:
      return 'conflict';
    default:
      return status >= 500 ? 'exception' : 'not-supported';
  }
}

export function toOperationOutcome(
  { statusCode, code, fields = [] }: ProblemError,
  severity: Issue['severity'] = 'error',
): OperationOutcome {
  const expression = fields.map((field) => field.pointer.replace(/^\//, ''));
  const issue = { severity, code: issueType(statusCode), details: { text: code } } as const;
  return { resourceType: 'OperationOutcome', issue: [expression.length === 0 ? issue : { ...issue, expression }] };
}
