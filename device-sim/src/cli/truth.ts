/** The truth log: every value that a device sends, as one JSON line, at the moment in which it leaves. */

/** One line; `at` is UTC ms. Values that a central reads are not sent by the device and have no line. */
export function truthLine(address: string, characteristic: string, value: Uint8Array, atMs: number): string {
  const hex = Buffer.from(value).toString('hex');
  return JSON.stringify({ t: 'tx', addr: address, chr: characteristic, hex, at: atMs });
}

export function printTruth(address: string, characteristic: string, value: Uint8Array): void {
  process.stdout.write(`${truthLine(address, characteristic, value, Date.now())}\n`);
}
