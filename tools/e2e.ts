// npm run test:e2e: the browser tests on the whole hub. Arguments go to Playwright.
import { join } from 'node:path';
import { buildDashboard } from './lib/dashboard.ts';
import { ROOT, run } from './lib/steps.ts';

if (!(await buildDashboard())) process.exit(1);
process.exit(
  await run({
    name: 'browser tests',
    command: 'playwright',
    args: ['test', ...process.argv.slice(2)],
    cwd: join(ROOT, 'e2e'),
  }),
);
