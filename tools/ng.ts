// node tools/run.mjs ng ...: Angular's command line, which only works from within the dashboard's folder.
import { join } from 'node:path';
import { ROOT, run } from './lib/steps.ts';

process.exit(await run({ name: 'ng', command: 'ng', args: process.argv.slice(2), cwd: join(ROOT, 'dashboard') }));
