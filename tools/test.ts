// npm test: everything. Types, lint, boundaries, unused code, unit, whole-system and browser tests.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checks } from './lib/checks.ts';
import { buildDashboard } from './lib/dashboard.ts';
import { ROOT, runSteps, type Step } from './lib/steps.ts';

const results = join(ROOT, '.cache', 'results');
mkdirSync(results, { recursive: true });
const vitestJson = (name: string): string[] => [
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${join(results, `${name}.json`)}`,
];

const tests: readonly Step[] = [
  { name: 'unit and whole-system tests', command: 'vitest', args: ['run', ...vitestJson('vitest')] },
  { name: 'dashboard unit tests', command: 'ng', args: ['test', '--watch=false'], cwd: join(ROOT, 'dashboard') },
  { name: 'browser tests', command: 'playwright', args: ['test'], cwd: join(ROOT, 'e2e') },
];

const since = performance.now();
const failed = await runSteps(checks);
if (failed.length === 0) {
  if (!(await buildDashboard())) failed.push('dashboard build');
  failed.push(...(await runSteps(tests, true)));
}
const minutes = ((performance.now() - since) / 60_000).toFixed(1);
printCounts();
console.log(
  failed.length === 0
    ? `Everything passed in ${minutes} minutes.`
    : `Failed: ${failed.join(', ')} (${minutes} minutes).`,
);
process.exit(failed.length === 0 ? 0 : 1);

/** One line with the counts of the runners that write a report. */
function printCounts(): void {
  const vitest = readReport('vitest.json') as { numPassedTests?: number; numFailedTests?: number } | null;
  const browser = readReport('playwright.json') as { stats?: { expected: number; unexpected: number } } | null;
  const passed = (vitest?.numPassedTests ?? 0) + (browser?.stats?.expected ?? 0);
  console.log(`\n${passed} passed, ${(vitest?.numFailedTests ?? 0) + (browser?.stats?.unexpected ?? 0)} failed`);
}

function readReport(file: string): unknown {
  try {
    return JSON.parse(readFileSync(join(results, file), 'utf8'));
  } catch {
    return null;
  }
}
