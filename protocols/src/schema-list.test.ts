import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import * as api from './api/index.ts';
import * as messages from './messages/index.ts';
import { committedSchemas, schemaText } from './schema-list.ts';

const FOLDER = join(import.meta.dirname, '../schemas');
const REGENERATE =
  'not as committed: run `node tools/run.mjs schemas`, and look at the difference as a change of contract';

const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.replaceAll('\\', '/').slice(0, -'.json'.length));

describe('committed schemas', () => {
  it('are those of the list', () => {
    expect(files.sort(), REGENERATE).toEqual(Object.keys(committedSchemas).sort());
  });

  it.each(Object.entries(committedSchemas))('%s is as committed', (name, schema) => {
    expect(readFileSync(join(FOLDER, `${name}.json`), 'utf8'), REGENERATE).toBe(schemaText(schema));
  });

  it('contain every schema that has a name of its own', () => {
    const named = [...Object.values(api), ...Object.values(messages)].filter(
      (value: unknown) => typeof value === 'object' && value !== null && '$id' in value,
    );
    expect(named.length).toBeGreaterThan(10);
    for (const schema of named) expect(Object.values(committedSchemas)).toContain(schema);
  });
});

const frame = { sequence: 0, how: 'connect', bytes: '', wall: 0, mono: 1.5, boot: 'b', synced: false };
const message = {
  schema: 'gaya.frames',
  version: 1,
  gateway: 'g1',
  device: 'd1',
  session: 's1',
  zone: 'Asia/Seoul',
  boots: [],
  frames: [frame],
};
const accepts = (value: unknown): boolean => Value.Check(messages.FramesMessage, value);

describe('a frames message', () => {
  it('is accepted, also with fields that are not known yet', () => {
    expect(accepts(message)).toBe(true);
    expect(accepts({ ...message, later: true, frames: [{ ...frame, later: 1 }] })).toBe(true);
  });

  it.each([
    ['another version', { version: 2 }],
    ['no frames', { frames: [] }],
    ['too many frames', { frames: new Array(501).fill(frame) }],
    ['an id with a wildcard', { device: '+' }],
    ['octets that are not hex', { frames: [{ ...frame, bytes: 'xyz' }] }],
    ['half an octet', { frames: [{ ...frame, bytes: '0' }] }],
    ['a negative sequence', { frames: [{ ...frame, sequence: -1 }] }],
    ['an unknown how', { frames: [{ ...frame, how: 'guess' }] }],
    ['a characteristic in capitals', { frames: [{ ...frame, characteristic: '2A35' }] }],
    ['a date beyond all dates', { frames: [{ ...frame, wall: 8.64e15 + 1 }] }],
  ])('is refused with %s', (_name, change) => {
    expect(accepts({ ...message, ...change })).toBe(false);
  });
});
