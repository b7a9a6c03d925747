/**
 * A gateway's queue in a process of its own that kills itself at one step: `crash-child.ts FILE STEP`.
 * Prints each value once its commit has returned: from then on a device may have forgotten it.
 */
import { writeSync } from 'node:fs';
import { nextBatch } from '../queue/next-batch.ts';
import { Queue } from '../queue/queue.ts';
import { applyAck } from '../uplink/answers.ts';
import { ack, connectFrame, frame, SESSION, session } from './frames.ts';

export const STEPS = [
  'before-commit',
  'after-commit',
  'before-published',
  'after-published',
  'before-stored',
  'after-stored',
  'in-new-epoch',
  'never',
] as const;

const BEFORE_DEATH = 5;
const [file = '', step = 'never'] = process.argv.slice(2);

const die = (): void => void process.kill(process.pid, 'SIGKILL');
const at = (here: (typeof STEPS)[number]): void => {
  if (step === here) die();
};
const say = (line: string): void => void writeSync(1, `${line}\n`);

const queue = new Queue(file);
queue.openSession(session(), connectFrame());
for (let i = 0; i < BEFORE_DEATH; i++) commit(i);
if (step === 'before-commit') dieInsteadOf('commit', () => commit(BEFORE_DEATH));
commit(BEFORE_DEATH);
at('after-commit');

const batch = nextBatch(queue, 'gateway-1', 'UTC', []);
if (batch === null) throw new Error('nothing to publish');
if (step === 'before-published') dieInsteadOf('commit', () => queue.markPublished(batch, 0));
queue.markPublished(batch, 0);
at('after-published');

const answer = ack({ stored: [{ session: SESSION, first: 0, last: 3 }] });
if (step === 'before-stored') dieInsteadOf('commit', () => queue.markStored(answer.stored, answer.serverTime));
say('acknowledged 3');
applyAck(queue, answer);
at('after-stored');
if (step === 'in-new-epoch') {
  // The answers of the restored hub: queued again, then the end in the middle of the next statement.
  const setMeta = queue.setMeta.bind(queue);
  queue.setMeta = (key, value) => {
    die();
    setMeta(key, value);
  };
  applyAck(queue, ack({ epoch: 'epoch-2' }));
}
// The parent kills this process.
for (let i = BEFORE_DEATH + 1; ; i++) commit(i);

function commit(i: number): void {
  const value = i.toString(16).padStart(8, '0');
  queue.commit([frame(value)]);
  say(`committed ${value}`);
}

function dieInsteadOf(statement: string, work: () => void): void {
  const exec = queue.db.exec.bind(queue.db);
  queue.db.exec = (sql) => {
    if (sql === statement) die();
    exec(sql);
  };
  work();
}
