import { aDevice, HOUR, MINUTE, NOON } from '../testing/samples.ts';
import { linkOf } from './link.ts';

describe('link of a patient’s devices', () => {
  const link = (state: string) => ({ gateway: 'gw-1', state, rssiDbm: null, lastSeenAt: NOON - MINUTE });

  it('names the worst trouble and the joint that is broken', () => {
    const devices = [
      aDevice(),
      aDevice({ deviceId: 'd-2', batteryPercent: 4 }),
      aDevice({ deviceId: 'd-3', link: link('offline') }),
    ];
    expect(linkOf(devices, NOON)).toMatchObject({ word: 'gateway-off', broken: 'gateway' });
    expect(linkOf(devices.slice(0, 2), NOON)).toMatchObject({ word: 'battery-low', broken: 'device' });
    expect(linkOf(devices.slice(0, 1), NOON)).toMatchObject({ word: 'fine', broken: null });
    expect(linkOf([], NOON).word).toBe('none');
  });

  it('lets a device that sleeps between measurements be fine for a day', () => {
    const asleep = aDevice({ link: link('away') });
    expect(linkOf([asleep], NOON).word).toBe('fine');
    expect(linkOf([asleep], NOON + 30 * HOUR).word).toBe('away');
  });
});
