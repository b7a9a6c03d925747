// gaya replay | backup | restore: care for a hub's data.
import { runCli } from '../backend/src/cli.ts';

process.exitCode = await runCli(process.argv.slice(2), {
  out: (line) => console.log(line),
  error: (line) => console.error(line),
});
