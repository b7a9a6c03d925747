/** Golden vectors: octets with what a foreign source says that they mean. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Vector {
  readonly characteristic: string;
  readonly name: string;
  readonly hex: string;
  readonly expected: Readonly<Record<string, unknown>>;
  readonly source: string;
  readonly origin: string;
  readonly note?: string;
}

export const VECTOR_FOLDER = join(import.meta.dirname, '../../vectors');

const ORIGINS = ['unit-test', 'device-capture', 'spec-table', 'derived'];

/** @throws {Error} for a vector that proves nothing: without a source, or made by the encoder that it should check. */
export function checkVector(vector: Vector): Vector {
  if (vector.source.trim() === '') throw new Error('vector without source');
  if (/\bown encoder\b|\bgaya\b/i.test(vector.source)) throw new Error('a vector may not come from our own encoder');
  if (!ORIGINS.includes(vector.origin)) throw new Error(`unknown origin ${vector.origin}`);
  if (!/^([0-9A-Fa-f]{2})+$/.test(vector.hex)) throw new Error('vector without octets');
  return vector;
}

/** Vectors of one file, e.g. `2a35`. */
export function loadVectors(name: string): readonly Vector[] {
  const vectors = JSON.parse(readFileSync(join(VECTOR_FOLDER, `${name}.json`), 'utf8')) as Vector[];
  return vectors.map(checkVector);
}

export function vectorNames(): readonly string[] {
  return readdirSync(VECTOR_FOLDER)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
}
