/** Fields of named bits: the bits that are set by name, those without a name as a number, so that nothing is lost. */

export interface BitNames<Name extends string> {
  readonly width: 8 | 16 | 24;
  /** Name of each bit that has a meaning. */
  readonly names: Readonly<Partial<Record<number, Name>>>;
}

export interface Bits<Name extends string> {
  /** Names of the bits that are set, lowest bit first. */
  readonly set: readonly Name[];
  /** Bits that are set and reserved for future use, at their place. */
  readonly reserved: number;
}

export function readBits<Name extends string>(table: BitNames<Name>, value: number): Bits<Name> {
  const set: Name[] = [];
  let reserved = 0;
  for (let bit = 0; bit < table.width; bit += 1) {
    if (((value >>> bit) & 1) === 0) continue;
    const name = table.names[bit];
    if (name === undefined) reserved |= 1 << bit;
    else set.push(name);
  }
  return { set, reserved };
}

export function writeBits<Name extends string>(table: BitNames<Name>, bits: Bits<Name>): number {
  let value = bits.reserved;
  for (let bit = 0; bit < table.width; bit += 1) {
    const name = table.names[bit];
    if (name !== undefined && bits.set.includes(name)) value |= 1 << bit;
  }
  return value;
}

/** A mask with the given bit set when the condition holds. */
export const bitIf = (condition: boolean, bit: number): number => (condition ? 1 << bit : 0);

export const hasBit = (value: number, bit: number): boolean => ((value >>> bit) & 1) === 1;
