/** A virtual Bluetooth LE controller: HCI packets to and from a host on one side, the virtual radio on the other. */
import type { Advertiser, Air, Listener } from './air.ts';
import { HostAdvertising } from './controller-advertising.ts';
import { Connections } from './controller-connections.ts';
import { informationCommands } from './controller-information.ts';
import { Initiator } from './controller-initiating.ts';
import { controllerSettings } from './controller-options.ts';
import type { Command, ControllerOptions, OwnAddresses } from './controller-options.ts';
import { Scanner } from './controller-scanning.ts';
import { HciOutput } from './hci-output.ts';
import { Opcode, PacketType, Status } from './hci-packets.ts';

/** Sees every packet between host and controller, e.g. to record it. */
export type HciTap = (direction: 'to-controller' | 'to-host', packet: Uint8Array) => void;

export class VirtualController implements Listener {
  readonly address: string;
  /** Opcodes that a host asked for and that are not implemented. */
  readonly unknownOpcodes = new Set<number>();
  tap: HciTap | null = null;
  private readonly air: Air;
  private readonly own: OwnAddresses;
  private readonly output: HciOutput;
  private readonly scanner: Scanner;
  private readonly connections: Connections;
  private readonly initiator: Initiator;
  private readonly advertising: HostAdvertising;
  private readonly commands: ReadonlyMap<number, Command>;
  private host: ((packet: Buffer) => void) | null = null;

  constructor(air: Air, options: ControllerOptions) {
    const settings = controllerSettings(options);
    this.air = air;
    this.address = settings.address;
    this.own = { public: settings.address, random: settings.address };
    this.output = new HciOutput((packet) => this.toHost(packet));
    const changed = () => this.listenWhenNeeded();
    this.connections = new Connections(settings, this.output);
    this.scanner = new Scanner(settings, this.output, changed);
    this.initiator = new Initiator(air, settings, this.own, this.output, this.connections, changed);
    this.advertising = new HostAdvertising(air, this.own, this.output, this.connections);
    const all: readonly Command[] = [
      { opcode: Opcode.reset, octets: 0, run: (_, opcode) => this.onReset(opcode) },
      ...informationCommands(settings, this.output, () => this.commands.keys()),
      ...this.scanner.commands(),
      ...this.initiator.commands(),
      ...this.advertising.commands(),
      ...this.connections.commands(),
    ];
    this.commands = new Map(all.map((command) => [command.opcode, command]));
  }

  get connectionCount(): number {
    return this.connections.count;
  }

  /** Where packets for the host go, from now on. */
  attachHost(host: (packet: Buffer) => void): void {
    this.host = host;
  }

  /** The host has gone (its port is closed): everything is dropped, as by a power cut of the adapter. */
  detachHost(): void {
    this.host = null;
    this.reset();
  }

  /** A whole H4 packet from the host; what is no command and no ACL data is ignored. */
  receive(packet: Uint8Array): void {
    this.tap?.('to-controller', packet);
    const octets = Buffer.from(packet.buffer, packet.byteOffset, packet.length);
    if (octets[0] === PacketType.command && octets.length >= 4)
      this.command(octets.readUInt16LE(1), octets.subarray(4));
    if (octets[0] === PacketType.acl && octets.length >= 5) this.connections.send(octets);
  }

  onAdvertisement(advertiser: Advertiser): void {
    if (this.advertising.isOwn(advertiser)) return;
    if (!this.initiator.hear(advertiser)) this.scanner.hear(advertiser);
  }

  private command(opcode: number, parameters: Buffer): void {
    const command = this.commands.get(opcode);
    if (!command) {
      this.unknownOpcodes.add(opcode);
      this.output.complete(opcode, Status.unknownCommand);
      return;
    }
    if (parameters.length < command.octets) {
      this.output.complete(opcode, Status.invalidParameters);
      return;
    }
    command.run(parameters, opcode);
  }

  private onReset(opcode: number): void {
    this.reset();
    this.output.complete(opcode);
  }

  private reset(): void {
    this.scanner.enable(false);
    this.initiator.reset();
    this.advertising.stop();
    this.connections.dropAll();
  }

  private listenWhenNeeded(): void {
    if (this.scanner.scanning || this.initiator.initiating) this.air.listen(this);
    else this.air.stopListening(this);
  }

  private toHost(packet: Buffer): void {
    if (!this.host) return;
    this.tap?.('to-host', packet);
    this.host(packet);
  }
}
