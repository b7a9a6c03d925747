// npm run check: types, lint, form, boundaries, unused code. `--keep-going` runs all of them.
import { checks } from './lib/checks.ts';
import { runSteps } from './lib/steps.ts';

const failed = await runSteps(checks, process.argv.includes('--keep-going'));
if (failed.length > 0) console.error(`\nFailed: ${failed.join(', ')}`);
process.exit(failed.length === 0 ? 0 : 1);
