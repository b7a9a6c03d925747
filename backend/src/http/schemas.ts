/** Pieces of route schemas: parameters, refusals. */
import { Id, Problem } from '@gaya/protocols/api';
import { Type, type Static, type TObject } from 'typebox';
import { PROBLEM_JSON } from './problem.ts';

export const PatientPath = Type.Object({ patientId: Id });
export const DevicePath = Type.Object({ deviceId: Id });
export const ReadingPath = Type.Object({ readingId: Id });
export const BindingPath = Type.Object({ bindingId: Id });

const refusal = (description: string) => ({ description, content: { [PROBLEM_JSON]: { schema: Problem } } });

/** Refusals that any route may give. */
export const refusals = {
  '4xx': refusal('Refused; the code says why.'),
  '5xx': refusal('The hub failed.'),
} as const;

/** The properties that a schema names and no other: what only the hub may know stays in the hub. */
export function only<T extends TObject>(schema: T, value: Readonly<Record<string, unknown>>): Static<T> {
  const named = Object.keys(schema.properties).filter((key) => value[key] !== undefined);
  return Object.fromEntries(named.map((key) => [key, value[key]])) as Static<T>;
}
