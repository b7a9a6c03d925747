// Builds the dashboard when its sources are newer than the last build.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, run } from './steps.ts';

const SOURCES = [
  'dashboard/src',
  'dashboard/public',
  'protocols/src',
  'dashboard/angular.json',
  'dashboard/package.json',
  'package-lock.json',
];
export const DASHBOARD_DIST = join(ROOT, 'dashboard', 'dist');
const STAMP = join(DASHBOARD_DIST, '.built-from');

function* filesOf(path: string): Generator<string> {
  if (!existsSync(path)) return;
  if (statSync(path).isFile()) yield path;
  else for (const name of readdirSync(path).toSorted()) yield* filesOf(join(path, name));
}

function fingerprint(): string {
  const hash = createHash('sha256');
  for (const source of SOURCES) {
    for (const file of filesOf(join(ROOT, source))) hash.update(file.slice(ROOT.length)).update(readFileSync(file));
  }
  return hash.digest('hex');
}

/** @returns false when the build failed; its message is on the terminal */
export async function buildDashboard(): Promise<boolean> {
  const wanted = fingerprint();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return true;
  console.error('Building the dashboard (about half a minute the first time) ...');
  const code = await run({ name: 'dashboard', command: 'ng', args: ['build'], cwd: join(ROOT, 'dashboard') });
  if (code !== 0) return false;
  writeFileSync(STAMP, wanted);
  return true;
}
