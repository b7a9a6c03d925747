/** What a virtual controller can do; the defaults are a plain USB adapter. */
import type { AddressType } from './link.ts';

export interface ControllerOptions {
  /** Public address, `00:11:22:33:44:55`. */
  readonly address: string;
  /** Extended scanning and connecting. */
  readonly extended?: boolean;
  /** Data length extension: up to 251 octets a packet on the air. */
  readonly dataLength?: boolean;
  /** Octets of one ACL packet from the host. */
  readonly aclLength?: number;
  /** ACL packets that the host may have under way. */
  readonly aclBuffers?: number;
  readonly maxConnections?: number;
}

export type ControllerSettings = Required<ControllerOptions>;

export function controllerSettings(options: ControllerOptions): ControllerSettings {
  return { extended: false, dataLength: true, aclLength: 251, aclBuffers: 16, maxConnections: 8, ...options };
}

/** The controller's own addresses; the host may set a random one. */
export interface OwnAddresses {
  readonly public: string;
  random: string;
}

export function ownAddress(own: OwnAddresses, type: number): { address: string; addressType: AddressType } {
  // 1 and 3 are random; 2 and 3 would use a resolvable address where one were known.
  return type & 1 ? { address: own.random, addressType: 1 } : { address: own.public, addressType: 0 };
}

/** One HCI command that the controller knows. */
export interface Command {
  readonly opcode: number;
  /** Fewest octets of parameters; a shorter command is refused as invalid. */
  readonly octets: number;
  run(parameters: Buffer, opcode: number): void;
}
