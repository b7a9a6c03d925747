/**
 * `GET /fhir/Observation?patient=&code=&date=&_sort=&_count=`: what is asked for, read strictly. Never a silent subset: a
 * parameter that the hub does not know is an error, unless the client asked for lenient handling.
 * @see FHIR R4 Search §3.1.1
 */
import { ProblemError } from '../http/problem.ts';
import { hubIdOf } from './render.ts';
import { readTokens, type CodeFilter } from './observation-codes.ts';

export interface ObservationSearch {
  /** Null: an id that no patient of the hub can have. */
  readonly patientId: string | null;
  /** Empty: any code. */
  readonly codes: CodeFilter;
  readonly dates: readonly string[];
  readonly newestFirst: boolean;
  readonly count: number;
  readonly offset: number;
}

const MAX_COUNT = 1000;
const DEFAULT_COUNT = 50;
const MAX_OFFSET = 10_000_000;

export const KNOWN_PARAMETERS: ReadonlySet<string> = new Set([
  'patient',
  'subject',
  'code',
  'date',
  '_sort',
  '_count',
  '_offset',
  '_format',
]);

/** @throws {ProblemError} 400 with the parameter's name */
export function readObservationSearch(query: Readonly<Record<string, unknown>>, lenient: boolean): ObservationSearch {
  const values = new Map(Object.entries(query).map(([key, value]) => [key, texts(key, value)]));
  const unknown = [...values.keys()].filter((key) => !KNOWN_PARAMETERS.has(key));
  if (unknown.length > 0 && !lenient) throw refusal('unknown-parameter', unknown);
  return {
    patientId: patientOf(single(values, 'patient') ?? single(values, 'subject')),
    codes: codesOf(values.get('code') ?? []),
    dates: values.get('date') ?? [],
    newestFirst: newestFirst(single(values, '_sort') ?? '-date'),
    count: wholeNumber(single(values, '_count'), '_count', DEFAULT_COUNT, Number.MAX_SAFE_INTEGER, MAX_COUNT),
    offset: wholeNumber(single(values, '_offset'), '_offset', 0, MAX_OFFSET, MAX_OFFSET),
  };
}

/** A query parameter comes as text, or as texts when it is repeated. */
function texts(key: string, value: unknown): string[] {
  const all: unknown[] = Array.isArray(value) ? value : [value];
  return all.map((text) => {
    if (typeof text !== 'string') throw refusal('invalid-value', [key]);
    return text;
  });
}

function single(values: ReadonlyMap<string, readonly string[]>, key: string): string | undefined {
  const all = values.get(key) ?? [];
  if (all.length > 1) throw refusal('repeated-parameter', [key]);
  return all[0];
}

/** `Patient/id` or the id alone. */
function patientOf(text: string | undefined): string | null {
  if (text === undefined) throw refusal('patient-required', ['patient']);
  const id = text.replace(/^Patient\//, '');
  if (!/^[A-Za-z0-9.-]{1,64}$/.test(id)) throw refusal('invalid-value', ['patient']);
  return hubIdOf(id);
}

function codesOf(values: readonly string[]): CodeFilter {
  return values.map((text) => {
    const tokens = readTokens(text);
    if (tokens === null) throw refusal('invalid-value', ['code']);
    return tokens;
  });
}

function newestFirst(sort: string): boolean {
  if (sort !== 'date' && sort !== '-date') throw refusal('unknown-sort', ['_sort']);
  return sort === '-date';
}

/** A server may give fewer than asked for, so a large count is lowered. */
function wholeNumber(text: string | undefined, key: string, fallback: number, allowed: number, most: number): number {
  if (text === undefined) return fallback;
  if (!/^\d{1,15}$/.test(text) || Number(text) > allowed) throw refusal('invalid-value', [key]);
  return Math.min(Number(text), most);
}

function refusal(code: string, parameters: readonly string[]): ProblemError {
  // A name is echoed only where it is one: free text could carry anything.
  const named = parameters.filter((p) => /^[A-Za-z_:.-]{1,40}$/.test(p));
  return new ProblemError(
    400,
    code,
    named.map((pointer) => ({ pointer, code })),
  );
}
