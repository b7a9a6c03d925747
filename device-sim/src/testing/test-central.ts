/** A central on the virtual radio that a test moves step by step: it connects to the first device that it hears. */
import type { Advertiser, Air, Listener } from '../radio/air.ts';
import { AttOpcode } from '../radio/att-packets.ts';
import { Channel, FrameAssembler, sendFrame } from '../radio/l2cap.ts';
import type { Link } from '../radio/link.ts';
import { octets, u16 } from '../radio/octets.ts';
import type { VirtualPeripheral } from '../radio/peripheral.ts';

const ADDRESS = { address: '00:11:22:33:44:55', addressType: 0 } as const;

export class TestCentral implements Listener {
  /** `characteristic hex` of each value that came, in order. */
  readonly received: string[] = [];
  readonly answers: string[] = [];
  readonly disconnects: number[] = [];
  /** Confirms indications at once. */
  confirms = true;
  link: Link | null = null;
  private readonly air: Air;
  private readonly peripheral: VirtualPeripheral;

  constructor(air: Air, peripheral: VirtualPeripheral) {
    this.air = air;
    this.peripheral = peripheral;
  }

  /** Connects as soon as the device advertises. */
  listen(): void {
    this.air.listen(this);
  }

  onAdvertisement(advertiser: Advertiser): void {
    if (advertiser !== this.peripheral) return;
    this.air.stopListening(this);
    const link = this.air.createLink({ interval: 24, latency: 0, timeout: 200 });
    const frames = new FrameAssembler((channel, payload) => {
      if (channel === Channel.att) this.onPdu(payload);
    });
    this.link = link;
    const end = {
      onAcl: (start: boolean, data: Uint8Array) => frames.push(start, data),
      onDisconnect: (reason: number) => {
        this.link = null;
        this.disconnects.push(reason);
      },
      onLtkRequest: () => undefined,
      onEncrypted: () => undefined,
    };
    link.attach(end, advertiser.accept(link, ADDRESS));
  }

  send(...pdu: readonly (number | Uint8Array)[]): void {
    if (this.link) sendFrame(this.link, 'central', Channel.att, octets(...pdu));
  }

  subscribe(characteristic: string, bits: 1 | 2): void {
    const handle = this.handle(characteristic) + 1;
    this.send(AttOpcode.writeRequest, u16(handle), u16(bits));
  }

  read(characteristic: string): void {
    this.send(AttOpcode.readRequest, u16(this.handle(characteristic)));
  }

  write(characteristic: string, value: Uint8Array): void {
    this.send(AttOpcode.writeRequest, u16(this.handle(characteristic)), value);
  }

  confirm(): void {
    this.send(AttOpcode.confirmation);
  }

  hangUp(): void {
    this.link?.close('central', 0x13);
  }

  private handle(characteristic: string): number {
    const handle = this.peripheral.database.valueHandle(characteristic);
    if (handle === undefined) throw new Error(`no characteristic ${characteristic}`);
    return handle;
  }

  private onPdu(pdu: Buffer): void {
    const opcode = pdu.readUInt8(0);
    if (opcode !== AttOpcode.notification && opcode !== AttOpcode.indication) {
      this.answers.push(pdu.toString('hex'));
      return;
    }
    const attribute = this.peripheral.database.at(pdu.readUInt16LE(1));
    this.received.push(`${attribute?.type ?? ''} ${pdu.subarray(3).toString('hex')}`);
    if (opcode === AttOpcode.indication && this.confirms) this.air.scheduler.setImmediate(() => this.confirm());
  }
}
