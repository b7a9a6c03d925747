/** Which devices the gateway reads, and under which ids. */
import type { AllowedDevice, AllowListCommand } from '@gaya/protocols/messages';
import { profilesMatching } from '@gaya/protocols/profiles';
import { createHash } from 'node:crypto';
import type { StateFile } from '../state-file.ts';

export interface Admitted {
  readonly kind: 'admitted';
  readonly device: string;
  /** Accepted by the test-bench option: the hub has yet to confirm its id. */
  readonly provisional: boolean;
  readonly setClock: boolean;
  /** What the hub knows the device by; null for a test-bench device. */
  readonly entry: AllowedDevice | null;
}

export type Admission =
  | Admitted
  /** An unknown address that may be an allowed device: its System ID and serial number will tell. */
  | { readonly kind: 'identify' }
  | { readonly kind: 'stranger' };

/** What a device says of itself. */
export interface Identity {
  /** 16 hex digits, octets in wire order. */
  readonly systemId: string | null;
  readonly serial: string | null;
}

export class AllowList {
  readonly #file: StateFile;
  readonly #configured: readonly AllowedDevice[];
  readonly #testBench: boolean;

  constructor(file: StateFile, configured: readonly AllowedDevice[], testBench: boolean) {
    this.#file = file;
    this.#configured = configured;
    this.#testBench = testBench;
  }

  /** The hub's list wins over the configuration's where both name a device. */
  get devices(): readonly AllowedDevice[] {
    const fromHub = this.#file.state.allowList?.devices ?? [];
    return [...fromHub, ...this.#configured.filter((own) => !fromHub.some((d) => d.device === own.device))];
  }

  replace(command: AllowListCommand): void {
    this.#file.update({ allowList: command });
  }

  /** By address first; one that is unknown is looked into only when it offers what we can read. */
  admit(address: string, services: readonly string[]): Admission {
    const provisional = this.provisionalId(address);
    const learned = this.#file.state.learned[address];
    const entry = this.devices.find((d) => d.address === address || d.device === learned || d.device === provisional);
    if (entry !== undefined) return admitted(entry);
    if (profilesMatching(services).length === 0) return { kind: 'stranger' };
    if (this.devices.some((d) => d.systemId !== undefined || d.serial !== undefined)) return { kind: 'identify' };
    return this.#bench(address);
  }

  /** A device of unknown address by what it says of itself; a match is remembered with its address. */
  identify(address: string, identity: Identity): Admission {
    const matches = this.devices.filter((d) => says(d, identity));
    const [entry] = matches;
    if (entry === undefined || matches.length > 1) return this.#bench(address);
    this.#file.update({ learned: { ...this.#file.state.learned, [address]: entry.device } });
    return admitted(entry);
  }

  /**
   * Whether what a device says of itself contradicts the id it was admitted under: another System ID or serial number than
   * the hub knows, or those of another allowed device. Such a conflict is shown, devices are never merged.
   */
  conflict(admission: Admitted, identity: Identity): boolean {
    const { entry } = admission;
    const differs = (known: string | undefined, said: string | null): boolean =>
      known !== undefined && said !== null && known !== said;
    if (differs(entry?.systemId, identity.systemId) || differs(entry?.serial, identity.serial)) return true;
    return this.devices.some((d) => d.device !== admission.device && says(d, identity));
  }

  /** Stable for an address at this gateway, and tells nothing of it elsewhere. */
  provisionalId(address: string): string {
    const digest = createHash('sha256').update(`${this.#file.state.salt} ${address}`).digest('hex');
    return `bench-${digest.slice(0, 16)}`;
  }

  #bench(address: string): Admission {
    if (!this.#testBench) return { kind: 'stranger' };
    return { kind: 'admitted', device: this.provisionalId(address), provisional: true, setClock: false, entry: null };
  }
}

function admitted(entry: AllowedDevice): Admitted {
  return { kind: 'admitted', device: entry.device, provisional: false, setClock: entry.setClock === true, entry };
}

/** All that the hub knows has to fit, and there must be something. */
function says(device: AllowedDevice, { systemId, serial }: Identity): boolean {
  if (device.systemId === undefined && device.serial === undefined) return false;
  return (
    (device.systemId === undefined || device.systemId === systemId) &&
    (device.serial === undefined || device.serial === serial)
  );
}
