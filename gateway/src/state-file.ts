/** Small things that the gateway must not forget, in one JSON file of its data folder. */
import { AllowListCommand } from '@gaya/protocols/messages';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';

export const GatewayState = Type.Object({
  /** Makes provisional device ids of this gateway; hex. */
  salt: Type.String({ pattern: '^[0-9a-f]{32}$' }),
  /** The hub's last allow-list. */
  allowList: Type.Optional(AllowListCommand),
  /** Addresses of devices that were recognised by System ID or serial number: address -> device id. */
  learned: Type.Record(Type.String(), Type.String()),
});
export type GatewayState = Static<typeof GatewayState>;

export class StateFile {
  readonly #file: string;
  #state: GatewayState;

  /** A missing or unreadable file begins anew; the hub sends its allow-list again. */
  constructor(file: string, newSalt: () => string) {
    this.#file = file;
    this.#state = read(file) ?? { salt: newSalt(), learned: {} };
    this.#write();
  }

  get state(): GatewayState {
    return this.#state;
  }

  update(change: Partial<GatewayState>): void {
    this.#state = { ...this.#state, ...change };
    this.#write();
  }

  /** Whole or not at all, also when the power fails in the middle. */
  #write(): void {
    const next = `${this.#file}.next`;
    const handle = openSync(next, 'w', 0o600);
    writeSync(handle, JSON.stringify(this.#state, null, 2));
    fsyncSync(handle);
    closeSync(handle);
    renameSync(next, this.#file);
  }
}

function read(file: string): GatewayState | null {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return Value.Check(GatewayState, value) ? value : null;
  } catch {
    return null;
  }
}
