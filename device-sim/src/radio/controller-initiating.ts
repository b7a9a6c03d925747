/** Initiating: the controller waits for one device to advertise, and connects. */
import type { Advertiser, Air } from './air.ts';
import type { Connections } from './controller-connections.ts';
import { ownAddress } from './controller-options.ts';
import type { Command, ControllerSettings, OwnAddresses } from './controller-options.ts';
import type { HciOutput } from './hci-output.ts';
import { Opcode, Status } from './hci-packets.ts';
import type { LinkEnd, LinkParameters } from './link.ts';
import { addressText } from './octets.ts';

interface Attempt {
  /** null: any device of the filter accept list. */
  readonly peer: string | null;
  readonly ownType: number;
  readonly parameters: LinkParameters;
  readonly enhanced: boolean;
}

const ACCEPT_LIST_SIZE = 16;
const NO_ADDRESS = '00:00:00:00:00:00';
/** Stands in for the central until its end is known. */
const NOBODY: LinkEnd = {
  onAcl: () => undefined,
  onDisconnect: () => undefined,
  onLtkRequest: (_random, _ediv, answer) => answer(null),
  onEncrypted: () => undefined,
};

export class Initiator {
  private attempt: Attempt | null = null;
  private readonly acceptList = new Set<string>();
  private readonly air: Air;
  private readonly settings: ControllerSettings;
  private readonly own: OwnAddresses;
  private readonly output: HciOutput;
  private readonly connections: Connections;
  private readonly changed: () => void;

  /** @param changed called when initiating starts or stops */
  constructor(
    air: Air,
    settings: ControllerSettings,
    own: OwnAddresses,
    output: HciOutput,
    connections: Connections,
    changed: () => void,
  ) {
    this.air = air;
    this.settings = settings;
    this.own = own;
    this.output = output;
    this.connections = connections;
    this.changed = changed;
  }

  get initiating(): boolean {
    return this.attempt !== null;
  }

  reset(): void {
    this.attempt = null;
    this.acceptList.clear();
    this.changed();
  }

  commands(): Command[] {
    const complete = (opcode: number, octets: number, run: (p: Buffer) => void): Command => ({
      opcode,
      octets,
      run: (p) => {
        run(p);
        this.output.complete(opcode);
      },
    });
    const legacy: Command[] = [
      { opcode: Opcode.leCreateConnection, octets: 25, run: (p, opcode) => this.create(opcode, legacyAttempt(p)) },
      { opcode: Opcode.leCreateConnectionCancel, octets: 0, run: (_, opcode) => this.cancel(opcode) },
      {
        opcode: Opcode.leReadFilterAcceptListSize,
        octets: 0,
        run: (_, opcode) => this.output.complete(opcode, Status.success, ACCEPT_LIST_SIZE),
      },
      complete(Opcode.leClearFilterAcceptList, 0, () => this.acceptList.clear()),
      complete(Opcode.leAddToFilterAcceptList, 7, (p) => this.acceptList.add(addressText(p.subarray(1, 7)))),
      complete(Opcode.leRemoveFromFilterAcceptList, 7, (p) => this.acceptList.delete(addressText(p.subarray(1, 7)))),
    ];
    const extended: Command = {
      opcode: Opcode.leExtendedCreateConnection,
      octets: 26,
      run: (p, opcode) => this.create(opcode, extendedAttempt(p)),
    };
    return this.settings.extended ? [...legacy, extended] : legacy;
  }

  /** Connects if this is the device waited for; true when it did. */
  hear(advertiser: Advertiser): boolean {
    const attempt = this.attempt;
    const { advertisement, address } = advertiser;
    if (!attempt || !advertisement.connectable) return false;
    if (advertisement.pdu === 'extended' && !attempt.enhanced) return false;
    if (attempt.peer === null ? !this.acceptList.has(address) : attempt.peer !== address) return false;
    this.attempt = null;
    this.changed();
    this.connect(advertiser, attempt);
    return true;
  }

  private create(opcode: number, attempt: Attempt): void {
    if (this.attempt) {
      this.output.status(opcode, Status.commandDisallowed);
      return;
    }
    if (this.connections.full) {
      this.output.status(opcode, Status.connectionLimit);
      return;
    }
    this.output.status(opcode, Status.success);
    this.attempt = attempt;
    this.changed();
  }

  private cancel(opcode: number): void {
    const attempt = this.attempt;
    if (!attempt) {
      this.output.complete(opcode, Status.commandDisallowed);
      return;
    }
    this.attempt = null;
    this.changed();
    this.output.complete(opcode);
    const cancelled = { status: Status.unknownConnection, handle: 0, role: 0, peerType: 0, peer: NO_ADDRESS } as const;
    this.connections.report({ ...cancelled, parameters: { interval: 0, latency: 0, timeout: 0 } }, attempt.enhanced);
  }

  private connect(advertiser: Advertiser, attempt: Attempt): void {
    const link = this.air.createLink(attempt.parameters);
    const peripheral = advertiser.accept(link, ownAddress(this.own, attempt.ownType));
    // The device may speak at once: its end is attached before the host hears of the connection.
    link.attach(NOBODY, peripheral);
    link.attach(this.connections.add(link, 'central', advertiser, attempt.enhanced), peripheral);
  }
}

function legacyAttempt(p: Buffer): Attempt {
  return {
    peer: p[4] === 1 ? null : addressText(p.subarray(6, 12)),
    ownType: p.readUInt8(12),
    parameters: parametersAt(p, 15),
    enhanced: false,
  };
}

function extendedAttempt(p: Buffer): Attempt {
  return {
    peer: p[0] === 1 ? null : addressText(p.subarray(3, 9)),
    ownType: p.readUInt8(1),
    // Filter, own type, peer type, peer, PHYs, scan interval and window, then these for the first PHY.
    parameters: parametersAt(p, 16),
    enhanced: true,
  };
}

/** Maximum interval, latency and supervision timeout, as both commands hold them. */
function parametersAt(p: Buffer, offset: number): LinkParameters {
  return {
    interval: p.readUInt16LE(offset),
    latency: p.readUInt16LE(offset + 2),
    timeout: p.readUInt16LE(offset + 4),
  };
}
