/** Where a command stands in the bit field of Read Local Supported Commands. @see Bluetooth Core 5.4 Vol 4 Part E §6.27 */
import { Opcode } from './hci-packets.ts';

const POSITION: ReadonlyMap<number, readonly [octet: number, bit: number]> = new Map([
  [Opcode.disconnect, [0, 5]],
  [Opcode.readRemoteVersion, [2, 7]],
  [Opcode.setEventMask, [5, 6]],
  [Opcode.reset, [5, 7]],
  [Opcode.readLocalVersion, [14, 3]],
  [Opcode.readBufferSize, [14, 7]],
  [Opcode.readBdAddr, [15, 1]],
  [Opcode.readRssi, [15, 5]],
  [Opcode.readLeHostSupport, [24, 5]],
  [Opcode.writeLeHostSupport, [24, 6]],
  [Opcode.leSetEventMask, [25, 0]],
  [Opcode.leReadBufferSize, [25, 1]],
  [Opcode.leReadLocalFeatures, [25, 2]],
  [Opcode.leSetRandomAddress, [25, 4]],
  [Opcode.leSetAdvertisingParameters, [25, 5]],
  [Opcode.leReadAdvertisingTxPower, [25, 6]],
  [Opcode.leSetAdvertisingData, [25, 7]],
  [Opcode.leSetScanResponseData, [26, 0]],
  [Opcode.leSetAdvertisingEnable, [26, 1]],
  [Opcode.leSetScanParameters, [26, 2]],
  [Opcode.leSetScanEnable, [26, 3]],
  [Opcode.leCreateConnection, [26, 4]],
  [Opcode.leCreateConnectionCancel, [26, 5]],
  [Opcode.leReadFilterAcceptListSize, [26, 6]],
  [Opcode.leClearFilterAcceptList, [26, 7]],
  [Opcode.leAddToFilterAcceptList, [27, 0]],
  [Opcode.leRemoveFromFilterAcceptList, [27, 1]],
  [Opcode.leConnectionUpdate, [27, 2]],
  [Opcode.leReadRemoteFeatures, [27, 5]],
  [Opcode.leStartEncryption, [28, 0]],
  [Opcode.leLtkRequestReply, [28, 1]],
  [Opcode.leLtkRequestNegativeReply, [28, 2]],
  [Opcode.leReadSupportedStates, [28, 3]],
  [Opcode.leSetDataLength, [33, 6]],
  [Opcode.leReadDefaultDataLength, [33, 7]],
  [Opcode.leWriteDefaultDataLength, [34, 0]],
  [Opcode.leReadMaximumDataLength, [35, 3]],
  [Opcode.leSetExtendedScanParameters, [37, 5]],
  [Opcode.leSetExtendedScanEnable, [37, 6]],
  [Opcode.leExtendedCreateConnection, [37, 7]],
]);

/** The 64 octets for these commands; one that has no place in the field (Read Local Supported Commands itself) sets no bit. */
export function supportedCommands(opcodes: Iterable<number>): Buffer {
  const field = Buffer.alloc(64);
  for (const opcode of opcodes) {
    const position = POSITION.get(opcode);
    if (position) field[position[0]] = (field[position[0]] ?? 0) | (1 << position[1]);
  }
  return field;
}
