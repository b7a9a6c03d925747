/** Errors of /fhir. @see FHIR R4 OperationOutcome */
import type { FhirJson } from '@gaya/protocols/fhir';
import type { ProblemError } from '../http/problem.ts';

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
  severity: 'error' | 'warning' = 'error',
): FhirJson {
  const expression = fields.map((field) => field.pointer.replace(/^\//, ''));
  // The text is the hub's own code; a client writes the sentence.
  const issue = { severity, code: issueType(statusCode), details: { text: code } } as const;
  return { resourceType: 'OperationOutcome', issue: [expression.length === 0 ? issue : { ...issue, expression }] };
}
