/** How the parts of the controller answer and report to the host. */
import { aclPacket, EventCode, eventPacket, Status } from './hci-packets.ts';
import { octets, u16 } from './octets.ts';

/** The host may always send one more command: they are worked off in order. */
const ALLOWED_COMMANDS = 1;

export class HciOutput {
  private readonly emit: (packet: Buffer) => void;

  constructor(emit: (packet: Buffer) => void) {
    this.emit = emit;
  }

  event(code: number, ...body: readonly (number | Uint8Array)[]): void {
    this.emit(eventPacket(code, octets(...body)));
  }

  leEvent(subevent: number, ...body: readonly (number | Uint8Array)[]): void {
    this.event(EventCode.leMeta, subevent, ...body);
  }

  /** Command Complete; `returned` begins with the status. */
  complete(opcode: number, ...returned: readonly (number | Uint8Array)[]): void {
    const parameters = returned.length > 0 ? returned : [Status.success];
    this.event(EventCode.commandComplete, ALLOWED_COMMANDS, u16(opcode), ...parameters);
  }

  /** Command Status: the outcome follows as an event of its own. */
  status(opcode: number, status: number): void {
    this.event(EventCode.commandStatus, status, ALLOWED_COMMANDS, u16(opcode));
  }

  acl(handle: number, start: boolean, data: Uint8Array): void {
    this.emit(aclPacket(handle, start, data));
  }
}
