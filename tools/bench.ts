// npm run bench -- [name ...]: what the hub can do on this machine. Sizes and goals: docs/benchmarks.md.
import { Argument, Command } from 'commander';
import { benchIngest } from './lib/bench/bench-ingest.ts';
import { benchLatency } from './lib/bench/bench-latency.ts';
import { benchSeries } from './lib/bench/bench-series.ts';
import { benchStream } from './lib/bench/bench-stream.ts';
import { machine } from './lib/bench/machine.ts';
import { print, write, type Report } from './lib/bench/report.ts';
import type { BenchOptions } from './lib/bench/stage.ts';

const BENCHES: Readonly<Record<string, (options: BenchOptions) => Promise<Report>>> = {
  ingest: benchIngest,
  stream: benchStream,
  series: benchSeries,
  latency: benchLatency,
};

const program = new Command('npm run bench --')
  .description('Measures the hub on this machine, each bench with processes and a folder of its own.')
  .addArgument(new Argument('[name...]', 'which ones; all by default').choices(Object.keys(BENCHES)))
  .option('--quick', 'a tenth of the sizes, to see that everything runs', false)
  .option('--full', 'also 30 million stored values (many minutes, some GB in the temporary folder)', false)
  .option('--write', 'put the results into docs/benchmarks.md', false)
  .parse();

const options = program.opts<BenchOptions & { write: boolean }>();
const wanted = program.args.length > 0 ? program.args : Object.keys(BENCHES);
const on = machine();
console.log(
  `${on.cpu}, ${on.cores} cores, ${on.memoryGb} GiB; ${on.os}; Node ${on.node}, SQLite ${on.sqlite}, mosquitto ${on.mosquitto}`,
);

let failed = false;
for (const name of wanted) {
  try {
    const report = await BENCHES[name]?.(options);
    if (report === undefined) continue;
    print(name, report);
    if (options.write && !options.quick) write(name, report, on, new Date().toISOString().slice(0, 10));
  } catch (error) {
    failed = true;
    console.error(`\n== ${name} failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}
process.exit(failed ? 1 : 0);
