/** What broker and load can do at most on this machine. */
import { end, forkBeside, nextMessage } from './child.ts';
import { LoadProcess } from './load.ts';
import type { LoadResult } from './load-plan.ts';
import { startMosquitto } from './mosquitto.ts';
import type { NullHubReady } from './null-hub-process.ts';
import { backlogFleet, spotPlan } from './spot-load.ts';
import { inFolder } from './stage.ts';

/** The same load, and nobody but a process that acknowledges. */
export async function ceiling(messagesPerDevice: number): Promise<LoadResult> {
  return inFolder(async (folder) => {
    const broker = await startMosquitto(folder);
    const sink = forkBeside('null-hub-process.ts', [String(broker.port)]);
    try {
      await nextMessage(
        sink,
        (message): message is NullHubReady => typeof message === 'object' && message !== null && 'ready' in message,
      );
      const load = await LoadProcess.prepare(spotPlan(broker.port, backlogFleet(messagesPerDevice), messagesPerDevice));
      load.go();
      return await load.done();
    } finally {
      await end(sink, 'SIGKILL');
      await broker.stop();
    }
  });
}
