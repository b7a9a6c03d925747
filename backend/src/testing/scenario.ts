/** A day with everything that makes order matter: late clocks, frames heard twice, streams, a moved cuff, bad octets. */
import type { FramesMessage } from '@gaya/protocols/messages';
import {
  clockRead,
  connect,
  cuff,
  cuffStream,
  disconnect,
  HOUR,
  message,
  MINUTE,
  NINE_AM,
  type FramePart,
} from './frames.ts';

/** The cuff goes from p-1 to p-2 at this time. */
export const MOVED_AT = NINE_AM + 2 * HOUR;

const broken: FramePart = { how: 'indicate', service: '1810', characteristic: '2a35', bytes: '1678' };
const unknown: FramePart = { how: 'notify', service: 'fff0', characteristic: 'fff1', bytes: '00ff' };

/** Cut into messages of these sizes. */
function split(
  parts: readonly FramePart[],
  sizes: readonly number[],
  options: Parameters<typeof message>[1],
): FramesMessage[] {
  let first = 0;
  return sizes.map((size) => {
    const at = (options?.at ?? NINE_AM) + first * 1000;
    const body = message(parts.slice(first, first + size), { ...options, first, at });
    first += size;
    return body;
  });
}

export function scenario(): FramesMessage[] {
  const heardTwice = cuff(131, { deviceAt: NINE_AM - 10 * MINUTE });
  const withClock = [
    connect,
    heardTwice,
    clockRead(NINE_AM + 2000 - 7 * MINUTE),
    broken,
    cuff(132, { deviceAt: NINE_AM - 8 * MINUTE }),
    disconnect,
  ];
  const again = [connect, heardTwice, heardTwice, cuff(133), disconnect];
  const stream = [connect, ...Array.from({ length: 24 }, (_, i) => cuffStream(50 + i)), cuff(140), disconnect];
  return [
    ...split(withClock, [1, 2, 1, 2], { session: 's-10' }),
    // The other gateway heard the same frame, and a frame without a stamp that comes again within a minute.
    ...split(again, [2, 1, 2], { session: 's-20', gateway: 'gw-2', boot: 'boot-2', at: NINE_AM + MINUTE }),
    ...split([connect, cuff(133), unknown], [3], {
      session: 's-21',
      gateway: 'gw-2',
      boot: 'boot-2',
      at: NINE_AM + MINUTE + 40_000,
    }),
    // A box that woke up without the time, and learned it later.
    ...split([connect, cuff(135), cuff(136)], [2, 1], {
      session: 's-30',
      gateway: 'gw-3',
      boot: 'boot-3',
      at: NINE_AM + HOUR,
      synced: false,
    }),
    ...split([connect, cuff(137), disconnect], [3], {
      session: 's-31',
      gateway: 'gw-3',
      boot: 'boot-3',
      at: NINE_AM + 90 * MINUTE,
    }),
    // A stream over the time at which the cuff is moved.
    ...split(stream, [5, 9, 5, 8], { session: 's-40', at: MOVED_AT - 12_000 }),
    ...split([connect, cuff(150)], [2], { session: 's-50', at: MOVED_AT + HOUR }),
  ];
}

/** A message that repeats the end of one message and the beginning of the next, as after a lost acknowledgement. */
export function overlap(messages: readonly FramesMessage[], session: string): FramesMessage {
  const mine = messages.filter((body) => body.session === session);
  const frames = mine.flatMap((body) => body.frames).slice(1, -1);
  const [first] = mine;
  if (first === undefined) throw new Error(`no session ${session}`);
  return { ...first, frames };
}
