// node tools/run.mjs gaya-sim: simulated Bluetooth LE health devices on a virtual radio.
import { runCli } from '@gaya/device-sim/cli';

await runCli(process.argv);
