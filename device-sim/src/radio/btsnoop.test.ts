import { describe, expect, it } from 'vitest';
import { btsnoopRecord } from './btsnoop.ts';

describe('btsnoop', () => {
  it('writes length, direction, kind and time of a packet', () => {
    const record = btsnoopRecord('to-host', Buffer.from('040e0401030c00', 'hex'), 0);
    expect(record.toString('hex')).toBe(
      '00000007' + '00000007' + '00000003' + '00000000' + '00dcddb30f2f8000' + '040e0401030c00',
    );
  });

  it('marks data to the controller', () => {
    const record = btsnoopRecord('to-controller', Buffer.of(0x02), 1);
    expect(record.readUInt32BE(8)).toBe(0);
    expect(record.readBigUInt64BE(16) - 0x00dcddb30f2f8000n).toBe(1000n);
  });
});
