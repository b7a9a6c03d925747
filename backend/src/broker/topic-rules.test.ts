import { acksTopic, ALL_FRAMES, commandsTopic, framesTopic, statusTopic } from '@gaya/protocols/messages';
import { describe, expect, it } from 'vitest';
import { maySubscribe, mayPublish } from './topic-rules.ts';

describe('topic rules', () => {
  it('lets a gateway publish its own frames and status', () => {
    expect(mayPublish('gw1', framesTopic('gw1', 'd1'))).toBe(true);
    expect(mayPublish('gw1', statusTopic('gw1'))).toBe(true);
  });

  it('keeps a gateway off other topics', () => {
    const topics = [
      framesTopic('gw2', 'd1'),
      statusTopic('gw2'),
      acksTopic('gw1'),
      commandsTopic('gw1'),
      '$SYS/x',
      'a',
      '',
    ];
    expect(topics.filter((topic) => mayPublish('gw1', topic))).toEqual([]);
  });

  it('lets a gateway listen to its own acks and commands, to nothing else and to no wildcard', () => {
    expect(maySubscribe('gw1', acksTopic('gw1'))).toBe(true);
    expect(maySubscribe('gw1', commandsTopic('gw1'))).toBe(true);
    const filters = [
      acksTopic('gw2'),
      framesTopic('gw1', 'd1'),
      ALL_FRAMES,
      acksTopic('+'),
      '#',
      `$share/g/${acksTopic('gw1')}`,
    ];
    expect(filters.filter((filter) => maySubscribe('gw1', filter))).toEqual([]);
  });
});
