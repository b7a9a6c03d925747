/** Connections of a controller: handles, data in both directions, and the commands that name a handle. */
import { leFeatures, versionOctets } from './controller-information.ts';
import type { Command, ControllerSettings } from './controller-options.ts';
import type { DeviceAddress } from './air.ts';
import type { HciOutput } from './hci-output.ts';
import { connectionBody, EventCode, LeEvent, MAX_TX_OCTETS, MAX_TX_TIME_US, Opcode, Status } from './hci-packets.ts';
import type { ConnectionReport } from './hci-packets.ts';
import { DisconnectReason } from './link.ts';
import type { Link, LinkEnd, Role } from './link.ts';
import { octets, u16 } from './octets.ts';

interface Connection {
  readonly handle: number;
  readonly link: Link;
  readonly role: Role;
  readonly rssiDbm: number;
}

type LtkAnswer = (key: Uint8Array | null) => void;

const FIRST_HANDLE = 0x0040;
/** Highest handle that a controller may give. */
const LAST_HANDLE = 0x0eff;
/** Packet boundary flag of a continuing fragment from the host. */
const BOUNDARY_CONTINUING = 0b01;
/** Where the peer is another host, no signal strength is modelled. */
const DEFAULT_RSSI_DBM = -55;

export class Connections {
  private readonly settings: ControllerSettings;
  private readonly output: HciOutput;
  private readonly byHandle = new Map<number, Connection>();
  private readonly ltkAnswers = new Map<number, LtkAnswer>();
  private nextHandle = FIRST_HANDLE;

  constructor(settings: ControllerSettings, output: HciOutput) {
    this.settings = settings;
    this.output = output;
  }

  get count(): number {
    return this.byHandle.size;
  }

  get full(): boolean {
    return this.count >= this.settings.maxConnections;
  }

  /** Gives the new link a handle and tells the host. */
  add(link: Link, role: Role, peer: DeviceAddress & { rssiDbm?: number }, enhanced: boolean): LinkEnd {
    const handle = this.takeHandle();
    this.byHandle.set(handle, { handle, link, role, rssiDbm: peer.rssiDbm ?? DEFAULT_RSSI_DBM });
    const { address, addressType } = peer;
    const report = {
      status: Status.success,
      handle,
      peer: address,
      peerType: addressType,
      parameters: link.parameters,
    };
    this.report({ ...report, role: role === 'central' ? 0 : 1 }, enhanced);
    return this.linkEnd(handle);
  }

  report(report: ConnectionReport, enhanced: boolean): void {
    const event = enhanced ? LeEvent.enhancedConnectionComplete : LeEvent.connectionComplete;
    this.output.leEvent(event, connectionBody(report, enhanced));
  }

  /** As a power cut of the adapter would: the peers find out by their supervision timeout, the host is not told. */
  dropAll(): void {
    const all = [...this.byHandle.values()];
    this.byHandle.clear();
    this.ltkAnswers.clear();
    for (const { link } of all) link.lose();
  }

  /** Data from the host. Each packet is answered by Number Of Completed Packets, or the host stalls. */
  send(packet: Buffer): void {
    const header = packet.readUInt16LE(1);
    const connection = this.byHandle.get(header & 0x0fff);
    if (!connection) return;
    const { handle, link, role } = connection;
    const start = ((header >> 12) & 0b11) !== BOUNDARY_CONTINUING;
    link.send(role, start, packet.subarray(5), () => {
      if (this.byHandle.has(handle)) this.output.event(EventCode.numberOfCompletedPackets, 1, u16(handle), u16(1));
    });
  }

  commands(): Command[] {
    const dataLength: Command = { opcode: Opcode.leSetDataLength, octets: 6, run: (p) => this.setDataLength(p) };
    return [
      { opcode: Opcode.disconnect, octets: 3, run: (p) => this.disconnect(p) },
      { opcode: Opcode.readRssi, octets: 2, run: (p) => this.readRssi(p) },
      { opcode: Opcode.readRemoteVersion, octets: 2, run: (p) => this.readRemoteVersion(p) },
      { opcode: Opcode.leConnectionUpdate, octets: 14, run: (p) => this.update(p) },
      { opcode: Opcode.leReadRemoteFeatures, octets: 2, run: (p) => this.readRemoteFeatures(p) },
      { opcode: Opcode.leStartEncryption, octets: 28, run: (p) => this.startEncryption(p) },
      {
        opcode: Opcode.leLtkRequestReply,
        octets: 18,
        run: (p, opcode) => this.answerLtk(opcode, p, p.subarray(2, 18)),
      },
      { opcode: Opcode.leLtkRequestNegativeReply, octets: 2, run: (p, opcode) => this.answerLtk(opcode, p, null) },
      ...(this.settings.dataLength ? [dataLength] : []),
    ];
  }

  private takeHandle(): number {
    let handle = this.nextHandle;
    while (this.byHandle.has(handle)) handle = following(handle);
    this.nextHandle = following(handle);
    return handle;
  }

  private linkEnd(handle: number): LinkEnd {
    return {
      onAcl: (start, data) => {
        if (this.byHandle.has(handle)) this.output.acl(handle, start, data);
      },
      onDisconnect: (reason) => {
        this.ltkAnswers.delete(handle);
        if (!this.byHandle.delete(handle)) return;
        this.output.event(EventCode.disconnectionComplete, Status.success, u16(handle), reason);
      },
      onLtkRequest: (random, ediv, answer) => {
        this.ltkAnswers.set(handle, answer);
        this.output.leEvent(LeEvent.ltkRequest, u16(handle), random, u16(ediv));
      },
      onEncrypted: (on) => {
        const status = on ? Status.success : Status.keyMissing;
        this.output.event(EventCode.encryptionChange, status, u16(handle), on ? 1 : 0);
      },
    };
  }

  /** Command Status, and the connection if there is one. */
  private accept(opcode: number, p: Buffer): Connection | undefined {
    const connection = this.byHandle.get(p.readUInt16LE(0) & 0x0fff);
    this.output.status(opcode, connection ? Status.success : Status.unknownConnection);
    return connection;
  }

  private disconnect(p: Buffer): void {
    const connection = this.accept(Opcode.disconnect, p);
    connection?.link.close(connection.role, p.readUInt8(2));
  }

  private readRssi(p: Buffer): void {
    const handle = p.readUInt16LE(0);
    const connection = this.byHandle.get(handle);
    const status = connection ? Status.success : Status.unknownConnection;
    this.output.complete(Opcode.readRssi, status, u16(handle), (connection?.rssiDbm ?? 0) & 0xff);
  }

  private readRemoteVersion(p: Buffer): void {
    const connection = this.accept(Opcode.readRemoteVersion, p);
    if (!connection) return;
    const version = [Status.success, u16(connection.handle), versionOctets()];
    this.output.event(EventCode.readRemoteVersionComplete, ...version);
  }

  private readRemoteFeatures(p: Buffer): void {
    const connection = this.accept(Opcode.leReadRemoteFeatures, p);
    if (!connection) return;
    const features = [Status.success, u16(connection.handle), leFeatures({ ...this.settings, extended: false })];
    this.output.leEvent(LeEvent.readRemoteFeaturesComplete, ...features);
  }

  private update(p: Buffer): void {
    const connection = this.accept(Opcode.leConnectionUpdate, p);
    if (!connection) return;
    // Handle, minimum interval, then maximum interval, latency and timeout: the maximum is taken.
    const parameters = { interval: p.readUInt16LE(4), latency: p.readUInt16LE(6), timeout: p.readUInt16LE(8) };
    connection.link.parameters = parameters;
    const granted = octets(u16(parameters.interval), u16(parameters.latency), u16(parameters.timeout));
    this.output.leEvent(LeEvent.connectionUpdateComplete, Status.success, u16(connection.handle), granted);
  }

  private setDataLength(p: Buffer): void {
    const handle = p.readUInt16LE(0);
    const connection = this.byHandle.get(handle);
    const status = connection ? Status.success : Status.unknownConnection;
    this.output.complete(Opcode.leSetDataLength, status, u16(handle));
    if (!connection) return;
    const length = Math.min(MAX_TX_OCTETS, Math.max(27, p.readUInt16LE(2)));
    connection.link.maxOctets = length;
    const direction = octets(u16(length), u16(MAX_TX_TIME_US));
    this.output.leEvent(LeEvent.dataLengthChange, u16(handle), direction, direction);
  }

  private startEncryption(p: Buffer): void {
    const connection = this.accept(Opcode.leStartEncryption, p);
    if (!connection) return;
    const { link } = connection;
    // Copies: the answer may come later, from another host.
    const random = Buffer.from(p.subarray(2, 10));
    const key = Buffer.from(p.subarray(12, 28));
    link.end('peripheral')?.onLtkRequest(random, p.readUInt16LE(10), (answer) => encrypt(link, key, answer));
  }

  private answerLtk(opcode: number, p: Buffer, key: Uint8Array | null): void {
    const handle = p.readUInt16LE(0);
    const answer = this.ltkAnswers.get(handle);
    this.output.complete(opcode, answer ? Status.success : Status.commandDisallowed, u16(handle));
    this.ltkAnswers.delete(handle);
    answer?.(key && Buffer.from(key));
  }
}

function following(handle: number): number {
  return handle >= LAST_HANDLE ? FIRST_HANDLE : handle + 1;
}

/** No cipher runs on the virtual radio: both ends must hold the same key, as its outcome would show. */
function encrypt(link: Link, key: Buffer, peerKey: Uint8Array | null): void {
  if (!link.open) return;
  if (!peerKey) return link.end('central')?.onEncrypted(false);
  if (!key.equals(peerKey)) {
    link.close('radio', DisconnectReason.micFailure);
    return;
  }
  link.encrypted = true;
  link.end('central')?.onEncrypted(true);
  link.end('peripheral')?.onEncrypted(true);
}
