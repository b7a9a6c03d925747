/** Names of the ATT protocol. @see Bluetooth Core 5.4 Vol 3 Part F §3.4 */
import { octets, u16 } from './octets.ts';

export const AttOpcode = {
  errorResponse: 0x01,
  exchangeMtuRequest: 0x02,
  exchangeMtuResponse: 0x03,
  findInformationRequest: 0x04,
  findInformationResponse: 0x05,
  findByTypeValueRequest: 0x06,
  findByTypeValueResponse: 0x07,
  readByTypeRequest: 0x08,
  readByTypeResponse: 0x09,
  readRequest: 0x0a,
  readResponse: 0x0b,
  readBlobRequest: 0x0c,
  readBlobResponse: 0x0d,
  readByGroupTypeRequest: 0x10,
  readByGroupTypeResponse: 0x11,
  writeRequest: 0x12,
  writeResponse: 0x13,
  prepareWriteRequest: 0x16,
  prepareWriteResponse: 0x17,
  executeWriteRequest: 0x18,
  executeWriteResponse: 0x19,
  notification: 0x1b,
  indication: 0x1d,
  confirmation: 0x1e,
  writeCommand: 0x52,
} as const;

/** A PDU with this bit is a command: it gets no answer, not even an error. */
export const COMMAND_FLAG = 0x40;

export const AttError = {
  invalidHandle: 0x01,
  readNotPermitted: 0x02,
  writeNotPermitted: 0x03,
  invalidPdu: 0x04,
  insufficientAuthentication: 0x05,
  requestNotSupported: 0x06,
  invalidOffset: 0x07,
  prepareQueueFull: 0x09,
  attributeNotFound: 0x0a,
  invalidAttributeLength: 0x0d,
  unsupportedGroupType: 0x10,
} as const;

/** Every LE device begins with this MTU. */
export const DEFAULT_MTU = 23;
/** Longest attribute value. */
export const MAX_VALUE_OCTETS = 512;

export function errorResponse(request: number, handle: number, error: number): Buffer {
  return octets(AttOpcode.errorResponse, request, u16(handle), error);
}
