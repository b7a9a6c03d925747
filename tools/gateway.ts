// One gateway: node tools/run.mjs gateway --help
import { runCli } from '../gateway/src/cli.ts';

await runCli(process.argv.slice(2), process.env);
