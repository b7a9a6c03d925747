import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.ts';
import { DataLockError } from './data-lock.ts';
import { startupSentence } from './startup-error.ts';

const config = { ...readConfig([], {}), dataDir: '/data' };
const failure = (fields: object) => Object.assign(new Error('internal detail'), fields);

describe('sentences for what goes wrong at start', () => {
  it.each([
    ['a full disk', { code: 'ENOSPC' }, /^The disk of the folder \/data is full/],
    [
      'a full disk, as SQLite says it',
      { code: 'ERR_SQLITE_ERROR', errcode: 13 },
      /^The disk of the folder \/data is full/,
    ],
    ['no permission', { code: 'EACCES' }, /^The folder \/data cannot be written/],
    [
      'no permission, as SQLite says it',
      { code: 'ERR_SQLITE_ERROR', errcode: 1032 },
      /^The folder \/data cannot be written/,
    ],
    ['a file that cannot be opened', { code: 'ERR_SQLITE_ERROR', errcode: 14 }, /^The folder \/data cannot be written/],
    ['a read-only disk', { code: 'EROFS' }, /^The folder \/data cannot be written/],
    ['a damaged file', { code: 'ERR_SQLITE_ERROR', errcode: 26 }, /damaged/],
    ['a failing disk', { code: 'ERR_SQLITE_ERROR', errcode: 778 }, /cannot be read or written/],
    ['a file in place of the folder', { code: 'ENOTDIR' }, /is no folder/],
  ])('%s', (_what, fields, sentence) => {
    const text = startupSentence(failure(fields), 'data', config);
    expect(text).toMatch(sentence);
    expect(text).not.toContain('internal detail');
  });

  it('names the port and the setting that changes it', () => {
    expect(startupSentence(failure({ code: 'EADDRINUSE' }), 'http', config)).toContain('Port 8080 is in use');
    expect(startupSentence(failure({ code: 'EADDRINUSE' }), 'mqtt', config)).toContain('GAYA_MQTT_PORT');
    expect(startupSentence(failure({ code: 'EACCES' }), 'http', config)).toContain('from 1024');
  });

  it('passes on the sentence of a wrong setting, and names another hub', () => {
    expect(startupSentence(new ConfigError('X must be Y.'), 'data', null)).toBe('X must be Y.');
    expect(startupSentence(new DataLockError('data-locked'), 'data', config)).toMatch(
      /^Another hub uses the folder \/data/,
    );
  });

  it('says at least what it knows of something unforeseen', () => {
    expect(startupSentence(new Error('strange'), 'http', config)).toBe('The hub could not start (strange).');
    expect(startupSentence('x', 'data', config)).toBe('The hub could not start (unknown error).');
  });
});
