/** Commands by which a host asks what the controller is, and sets what has no effect here. */
import type { Command, ControllerSettings } from './controller-options.ts';
import type { HciOutput } from './hci-output.ts';
import { MAX_TX_OCTETS, MAX_TX_TIME_US, Opcode, Status } from './hci-packets.ts';
import { supportedCommands } from './hci-supported-commands.ts';
import { addressOctets, octets, u16 } from './octets.ts';

/** HCI and link-layer version 5.2; company identifier of the Linux Foundation, as BlueZ's own emulator uses. */
const VERSION = 0x0b;
const COMPANY = 0x05f1;

/** LE feature bits, octets 0 and 1. @see Bluetooth Core 5.4 Vol 6 Part B §4.6 */
const FEATURE_ENCRYPTION = 0x01;
const FEATURE_DATA_LENGTH = 0x20;
const FEATURE_EXTENDED_ADVERTISING = 0x10;

/** States that the link layer supports, as a Bluetooth 4.x adapter reports them. */
const SUPPORTED_STATES = Buffer.from('ffffffffff030000', 'hex');

export function leFeatures(settings: ControllerSettings): Buffer {
  const first = FEATURE_ENCRYPTION | (settings.dataLength ? FEATURE_DATA_LENGTH : 0);
  return octets(first, settings.extended ? FEATURE_EXTENDED_ADVERTISING : 0, Buffer.alloc(6));
}

export function versionOctets(): Buffer {
  return octets(VERSION, u16(COMPANY), u16(0));
}

/** @param known opcodes of all commands of the controller, asked for when the host asks */
export function informationCommands(
  settings: ControllerSettings,
  output: HciOutput,
  known: () => Iterable<number>,
): Command[] {
  const answer = (opcode: number, ...returned: readonly (number | Uint8Array)[]): Command => ({
    opcode,
    octets: 0,
    run: () => output.complete(opcode, Status.success, ...returned),
  });
  const maximum = [u16(MAX_TX_OCTETS), u16(MAX_TX_TIME_US)];
  const dataLength = [
    answer(Opcode.leReadMaximumDataLength, ...maximum, ...maximum),
    answer(Opcode.leReadDefaultDataLength, ...maximum),
    answer(Opcode.leWriteDefaultDataLength),
  ];
  return [
    answer(Opcode.setEventMask),
    answer(Opcode.leSetEventMask),
    answer(Opcode.writeLeHostSupport),
    answer(Opcode.readLeHostSupport, 1, 0),
    answer(Opcode.readLocalVersion, VERSION, u16(0), VERSION, u16(COMPANY), u16(0)),
    {
      opcode: Opcode.readLocalSupportedCommands,
      octets: 0,
      run: (_, opcode) => output.complete(opcode, Status.success, supportedCommands(known())),
    },
    answer(Opcode.readBufferSize, u16(settings.aclLength), 0, u16(settings.aclBuffers), u16(0)),
    answer(Opcode.readBdAddr, addressOctets(settings.address)),
    answer(Opcode.leReadBufferSize, u16(settings.aclLength), settings.aclBuffers),
    answer(Opcode.leReadLocalFeatures, leFeatures(settings)),
    answer(Opcode.leReadSupportedStates, SUPPORTED_STATES),
    ...(settings.dataLength ? dataLength : []),
  ];
}
