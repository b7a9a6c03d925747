// One gateway: node tools/run.mjs gateway --help
import { enableCompileCache } from 'node:module';

// A gateway that comes back after a power cut should hear its devices soon: its code is compiled once, not at each start.
enableCompileCache();
const { runCli } = await import('../gateway/src/cli.ts');
await runCli(process.argv.slice(2), process.env);
