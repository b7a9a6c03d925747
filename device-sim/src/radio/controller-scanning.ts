/** Scanning: what the controller hears becomes advertising reports. */
import type { Advertisement, Advertiser } from './air.ts';
import type { Command, ControllerSettings } from './controller-options.ts';
import type { HciOutput } from './hci-output.ts';
import { advertisingBody, extendedAdvertisingBody, LeEvent, Opcode } from './hci-packets.ts';

/** Longest data that one report carries: an event has 255 octets of parameters. */
const MAX_REPORT_DATA = 229;

export class Scanner {
  scanning = false;
  private active = true;
  private filterDuplicates = false;
  private readonly seen = new Set<string>();
  private readonly settings: ControllerSettings;
  private readonly output: HciOutput;
  private readonly changed: () => void;

  /** @param changed called when scanning starts or stops */
  constructor(settings: ControllerSettings, output: HciOutput, changed: () => void) {
    this.settings = settings;
    this.output = output;
    this.changed = changed;
  }

  commands(): Command[] {
    const parameters = (opcode: number, octets: number, active: (p: Buffer) => boolean): Command => ({
      opcode,
      octets,
      run: (p) => {
        this.active = active(p);
        this.output.complete(opcode);
      },
    });
    const enable = (opcode: number, octets: number): Command => ({
      opcode,
      octets,
      run: (p) => {
        this.output.complete(opcode);
        this.enable(p[0] === 1, p[1] === 1);
      },
    });
    const legacy = [parameters(Opcode.leSetScanParameters, 7, (p) => p[0] === 1), enable(Opcode.leSetScanEnable, 2)];
    const extended = [
      parameters(Opcode.leSetExtendedScanParameters, 8, (p) => p[3] === 1),
      enable(Opcode.leSetExtendedScanEnable, 6),
    ];
    return this.settings.extended ? [...legacy, ...extended] : legacy;
  }

  enable(on: boolean, filterDuplicates = false): void {
    this.scanning = on;
    this.filterDuplicates = filterDuplicates;
    this.seen.clear();
    this.changed();
  }

  hear(advertiser: Advertiser): void {
    const { advertisement, address } = advertiser;
    if (!this.scanning) return;
    if (advertisement.pdu === 'extended' && !this.settings.extended) return;
    if (this.filterDuplicates && this.seen.has(address)) return;
    this.seen.add(address);
    this.report(advertiser, false);
    // A scannable device always answers, if only with nothing: hosts wait for the answer.
    if (this.active && advertisement.scannable) this.report(advertiser, true);
  }

  private report(advertiser: Advertiser, response: boolean): void {
    const { advertisement, address, addressType, rssiDbm } = advertiser;
    const data = (response ? advertisement.scanResponse : advertisement.data).subarray(0, MAX_REPORT_DATA);
    const report = { address, addressType, rssiDbm, data };
    if (this.settings.extended) {
      const type = extendedType(advertisement, response);
      this.output.leEvent(LeEvent.extendedAdvertisingReport, extendedAdvertisingBody(type, report));
    } else {
      this.output.leEvent(LeEvent.advertisingReport, advertisingBody(legacyType(advertisement, response), report));
    }
  }
}

function legacyType(advertisement: Advertisement, response: boolean): number {
  if (response) return 4; // SCAN_RSP
  if (advertisement.connectable) return 0; // ADV_IND
  return advertisement.scannable ? 2 : 3; // ADV_SCAN_IND, ADV_NONCONN_IND
}

function extendedType(advertisement: Advertisement, response: boolean): number {
  const connectable = advertisement.connectable ? 0x01 : 0;
  const scannable = advertisement.scannable ? 0x02 : 0;
  const legacy = advertisement.pdu === 'legacy' ? 0x10 : 0;
  return connectable | scannable | (response ? 0x08 : 0) | legacy;
}
