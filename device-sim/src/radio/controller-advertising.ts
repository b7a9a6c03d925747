/** Advertising for a foreign host in the peripheral role, legacy PDUs only. */
import type { Advertisement, Advertiser, Air } from './air.ts';
import type { Connections } from './controller-connections.ts';
import { ownAddress } from './controller-options.ts';
import type { Command, OwnAddresses } from './controller-options.ts';
import type { HciOutput } from './hci-output.ts';
import { Opcode, Status } from './hci-packets.ts';
import type { AddressType } from './link.ts';
import { addressText } from './octets.ts';

const RSSI_DBM = -50;

interface Parameters {
  readonly intervalMs: number;
  /** 0 ADV_IND, 2 ADV_SCAN_IND, 3 ADV_NONCONN_IND. */
  readonly type: number;
  readonly ownType: number;
}

export class HostAdvertising {
  private readonly air: Air;
  private readonly own: OwnAddresses;
  private readonly output: HciOutput;
  private readonly connections: Connections;
  private parameters: Parameters = { intervalMs: 100, type: 0, ownType: 0 };
  private data: Uint8Array = new Uint8Array();
  private scanResponse: Uint8Array = new Uint8Array();
  private advertiser: Advertiser | null = null;

  constructor(air: Air, own: OwnAddresses, output: HciOutput, connections: Connections) {
    this.air = air;
    this.own = own;
    this.output = output;
    this.connections = connections;
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
    return [
      complete(Opcode.leSetRandomAddress, 6, (p) => (this.own.random = addressText(p.subarray(0, 6)))),
      complete(Opcode.leSetAdvertisingParameters, 15, (p) => (this.parameters = parametersOf(p))),
      complete(Opcode.leSetAdvertisingData, 1, (p) => (this.data = dataOf(p))),
      complete(Opcode.leSetScanResponseData, 1, (p) => (this.scanResponse = dataOf(p))),
      complete(Opcode.leSetAdvertisingEnable, 1, (p) => (p[0] === 1 ? this.start() : this.stop())),
      {
        opcode: Opcode.leReadAdvertisingTxPower,
        octets: 0,
        run: (_, opcode) => this.output.complete(opcode, Status.success, 0),
      },
    ];
  }

  stop(): void {
    if (this.advertiser) this.air.stopAdvertising(this.advertiser);
    this.advertiser = null;
  }

  /** The controller's own advertising is not heard by itself. */
  isOwn(advertiser: Advertiser): boolean {
    return this.advertiser === advertiser;
  }

  private start(): void {
    this.stop();
    const { address, addressType } = ownAddress(this.own, this.parameters.ownType);
    this.advertiser = this.advertiserFor(address, addressType);
    this.air.advertise(this.advertiser);
  }

  private advertiserFor(address: string, addressType: AddressType): Advertiser {
    const { type, intervalMs } = this.parameters;
    const advertisement: Advertisement = {
      pdu: 'legacy',
      connectable: type === 0,
      scannable: type !== 3,
      data: this.data,
      scanResponse: this.scanResponse,
      intervalMs,
    };
    return {
      address,
      addressType,
      advertisement,
      rssiDbm: RSSI_DBM,
      accept: (link, central) => {
        this.stop();
        return this.connections.add(link, 'peripheral', central, false);
      },
    };
  }
}

function parametersOf(p: Buffer): Parameters {
  // Minimum and maximum interval in units of 0.625 ms, type, own address type.
  return { intervalMs: p.readUInt16LE(2) * 0.625, type: p.readUInt8(4), ownType: p.readUInt8(5) };
}

function dataOf(p: Buffer): Buffer {
  return Buffer.from(p.subarray(1, 1 + p.readUInt8(0)));
}
