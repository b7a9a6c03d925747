/** Battery service (0x180F). */
import { DecodeError } from '../bytes/byte-cursor.ts';
import { defineCodec } from './define-codec.ts';

export const BATTERY_SERVICE = '180f';

export interface BatteryLevel {
  /** 0 to 100 %. */
  readonly percent: number;
}

/** @see Battery Service */
export const batteryLevel = defineCodec<BatteryLevel>({
  uuid: '2a19',
  name: 'Battery Level',
  spec: 'Battery Service',
  read: (cursor) => {
    cursor.exactly(1);
    const percent = cursor.u8('percent', (value) => `${value} %`);
    if (percent > 100) throw new DecodeError('out-of-range', 0);
    return { percent };
  },
  write: (writer, value) => {
    writer.u8(value.percent);
  },
});
