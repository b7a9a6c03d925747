/** What the hub's answers do to the queue. */
import type { AckMessage, ResendCommand } from '@gaya/protocols/messages';
import type { FrameRange, Queue } from '../queue/queue.ts';

const EPOCH = 'epoch';
const RESENT = 'resent';

/**
 * A new epoch means that the hub was restored from a backup: what it had stored may be gone, so all that is kept is sent
 * again (it folds duplicates). Only then the answer's own ranges count.
 * @returns the ranges that need no further answer
 */
export function applyAck(queue: Queue, ack: AckMessage): readonly FrameRange[] {
  const known = queue.meta(EPOCH);
  if (known !== null && known !== ack.epoch) {
    queue.requeueStored();
    queue.setMeta(RESENT, resentKey(ack.epoch, 0));
  }
  if (known !== ack.epoch) queue.setMeta(EPOCH, ack.epoch);
  if (ack.stored.length > 0) queue.markStored(ack.stored, ack.serverTime);
  if (ack.rejected.length > 0) queue.markDead(ack.rejected, ack.serverTime);
  return [...ack.stored, ...ack.rejected];
}

/** The broker may deliver a command twice, and the epoch of an ack may have come before it. @returns how many frames are queued again */
export function applyResend(queue: Queue, { epoch, since }: ResendCommand): number {
  const [resentEpoch, resentSince] = JSON.parse(queue.meta(RESENT) ?? '[null, 0]') as [string | null, number];
  if (resentEpoch === epoch && resentSince <= since) return 0;
  queue.setMeta(EPOCH, epoch);
  const requeued = queue.requeueStored(since);
  queue.setMeta(RESENT, resentKey(epoch, since));
  return requeued;
}

function resentKey(epoch: string, since: number): string {
  return JSON.stringify([epoch, since]);
}
