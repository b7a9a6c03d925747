/** The only place where MQTT topics are written. No patient data in a topic: gateways know devices, never patients. */

const ROOT = 'rhm/v1/gateways';

/** Ids that may stand in a topic or client id: no slash, no wildcard, no space. */
export const OPAQUE_ID = /^[A-Za-z0-9_-]{1,64}$/;

export const framesTopic = (gatewayId: string, deviceId: string): string =>
  `${ROOT}/${gatewayId}/devices/${deviceId}/frames`;
export const statusTopic = (gatewayId: string): string => `${ROOT}/${gatewayId}/status`;
export const acksTopic = (gatewayId: string): string => `${ROOT}/${gatewayId}/acks`;
export const commandsTopic = (gatewayId: string): string => `${ROOT}/${gatewayId}/commands`;

export const ALL_FRAMES = `${ROOT}/+/devices/+/frames`;
export const ALL_STATUS = `${ROOT}/+/status`;

export type ParsedTopic =
  | { readonly kind: 'frames'; readonly gatewayId: string; readonly deviceId: string }
  | { readonly kind: 'status' | 'acks' | 'commands'; readonly gatewayId: string };

/** What a topic means; null for any topic that is not ours. */
export function parseTopic(topic: string): ParsedTopic | null {
  const [rhm, v1, gateways, gatewayId, ...rest] = topic.split('/');
  if (rhm !== 'rhm' || v1 !== 'v1' || gateways !== 'gateways') return null;
  if (gatewayId === undefined || !OPAQUE_ID.test(gatewayId)) return null;
  const [first, deviceId, last] = rest;
  if (rest.length === 3 && first === 'devices' && last === 'frames') {
    return deviceId !== undefined && OPAQUE_ID.test(deviceId) ? { kind: 'frames', gatewayId, deviceId } : null;
  }
  if (rest.length === 1 && (first === 'status' || first === 'acks' || first === 'commands'))
    return { kind: first, gatewayId };
  return null;
}
