import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acksTopic, commandsTopic, framesTopic, OPAQUE_ID, parseTopic, statusTopic } from './topics.ts';

const ids = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);

describe('topics', () => {
  it('are parsed as what they were made from', () => {
    fc.assert(
      fc.property(ids, ids, (gatewayId, deviceId) => {
        expect(parseTopic(framesTopic(gatewayId, deviceId))).toEqual({ kind: 'frames', gatewayId, deviceId });
        expect(parseTopic(statusTopic(gatewayId))).toEqual({ kind: 'status', gatewayId });
        expect(parseTopic(acksTopic(gatewayId))).toEqual({ kind: 'acks', gatewayId });
        expect(parseTopic(commandsTopic(gatewayId))).toEqual({ kind: 'commands', gatewayId });
      }),
    );
  });

  it.each([
    '',
    'rhm/v1/gateways',
    'rhm/v1/gateways/',
    'rhm/v1/gateways/g1',
    'rhm/v2/gateways/g1/status',
    'rhm/v1/gateways//status',
    'rhm/v1/gateways/+/status',
    'rhm/v1/gateways/#',
    'rhm/v1/gateways/g1/status/more',
    'rhm/v1/gateways/g1/other',
    'rhm/v1/gateways/g1/devices/d1',
    'rhm/v1/gateways/g1/devices/+/frames',
    'rhm/v1/gateways/g1/devices//frames',
    'rhm/v1/gateways/g1/devices/d1/frames/x',
    'rhm/v1/gateways/g1/devices/d1/status',
    '/rhm/v1/gateways/g1/status',
  ])('%j is not ours', (topic) => {
    expect(parseTopic(topic)).toBeNull();
  });

  it('of any text are ours with opaque ids, or not ours', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `rhm/v1/gateways/${text}/status`),
        ),
        (topic) => {
          const parsed = parseTopic(topic);
          if (parsed !== null) expect(parsed.gatewayId).toMatch(OPAQUE_ID);
        },
      ),
    );
  });
});
