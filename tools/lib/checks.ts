// The fast part of the proof: types, lint, form, boundaries, unused code.
import { join } from 'node:path';
import { ROOT, type Step } from './steps.ts';

const dashboard = join(ROOT, 'dashboard');

export const checks: readonly Step[] = [
  { name: 'types', command: 'tsc', args: ['-b'] },
  { name: 'types of the dashboard', command: 'ngc', args: ['-p', 'tsconfig.app.json', '--noEmit'], cwd: dashboard },
  { name: 'lint', command: 'eslint', args: ['.'] },
  { name: 'form', command: 'prettier', args: ['--check', '--log-level=warn', '.'] },
  {
    name: 'boundaries',
    command: 'depcruise',
    args: [
      '--config',
      '.dependency-cruiser.mjs',
      'protocols/src',
      'gateway/src',
      'backend/src',
      'device-sim/src',
      'dashboard/src',
    ],
  },
  { name: 'unused code', command: 'knip', args: [] },
];
