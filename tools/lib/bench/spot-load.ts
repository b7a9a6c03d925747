/** The load of spot values that several benches use: one blood pressure a message, a minute of each device's time between them. */
import { devicesOf, sessionId, type Fleet } from './fleet.ts';
import type { LoadPlan } from './load-plan.ts';

export const CONNECTIONS = 50;
const DEVICES_PER_CONNECTION = 20;
/** Unanswered messages per connection; a gateway has at most 16. */
export const WINDOW = 64;
const MINUTE_MS = 60_000;

/** Of values that the gateways gathered while they were away, one a minute of each device. */
export function backlogFleet(messagesPerDevice: number, shape?: Partial<Fleet>): Fleet {
  return {
    name: 'a',
    gateways: CONNECTIONS,
    devicesPerGateway: DEVICES_PER_CONNECTION,
    startAt: Date.now() - (messagesPerDevice + 1) * MINUTE_MS,
    ...shape,
  };
}

export function spotPlan(mqttPort: number, fleet: Fleet, messagesPerDevice: number): LoadPlan {
  return {
    mqttPort,
    fleet,
    kind: 'spot',
    messagesPerDevice,
    framesPerMessage: 1,
    frameIntervalMs: MINUTE_MS,
    pace: { window: WINDOW },
    resendAfterMs: 5_000,
    feed: null,
  };
}

export const sessionsOf = (fleet: Fleet): string[] =>
  Array.from({ length: devicesOf(fleet) }, (_, device) => sessionId(fleet, device));
