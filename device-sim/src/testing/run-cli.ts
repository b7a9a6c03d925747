/** The command line as a process of its own, for tests; tools/gaya-sim.ts is the one that people call. */
import { runCli } from '../cli.ts';

await runCli(process.argv);
