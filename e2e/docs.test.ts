// The documents say what is there: relative links lead somewhere, and commands exist.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const documents = execFileSync('git', ['ls-files', '*.md'], { cwd: ROOT, encoding: 'utf8' }).trim().split('\n');
const scripts = (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> })
  .scripts;
const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

describe('the documents', () => {
  test('are all looked at', () => {
    expect(documents.length).toBeGreaterThan(10);
    for (const workspace of ['protocols', 'gateway', 'backend', 'dashboard', 'device-sim', 'e2e']) {
      expect(documents).toContain(`${workspace}/README.md`);
    }
  });

  test.each(documents)('%s links to files that exist', (file) => {
    const targets = [...textOf(file).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map((match) => match[1] ?? '');
    const relative = targets.filter((target) => !/^[a-z]+:/.test(target));
    expect(relative.filter((target) => !existsSync(join(ROOT, dirname(file), target)))).toEqual([]);
  });

  test.each(documents)('%s names commands that exist', (file) => {
    const text = textOf(file);
    const npm = [...text.matchAll(/\bnpm run ([a-z][a-z0-9:-]*)/g)].map((match) => match[1] ?? '');
    expect(npm.filter((name) => !(name in scripts))).toEqual([]);
    const tools = [...text.matchAll(/node tools\/run\.mjs ([a-z][a-z-]*)/g)].map((match) => match[1] ?? '');
    const known = (name: string): boolean =>
      existsSync(join(ROOT, 'tools', `${name}.ts`)) || existsSync(join(ROOT, 'node_modules', '.bin', name));
    expect(tools.filter((name) => !known(name))).toEqual([]);
  });
});
