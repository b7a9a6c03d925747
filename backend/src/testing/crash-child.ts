/**
 * A hub that its parent kills: takes messages from the parent and tells each acknowledgement when it is given. It knows
 * nothing of when it will die.
 */
import { randomBytes } from 'node:crypto';
import { openHub } from '../hub.ts';

const [dataDir] = process.argv.slice(2);
if (dataDir === undefined) throw new Error('a data folder is needed');

const hub = await openHub({
  dataDir,
  organisation: 'default',
  clock: Date.now,
  random: (octets) => randomBytes(octets),
});
hub.ingest.onAck((_gateway, ack) => process.send?.({ stored: ack.stored }));
process.on('message', ([topic, body]: [string, string]) => hub.ingest.receive(topic, Buffer.from(body)));
process.send?.('ready');
