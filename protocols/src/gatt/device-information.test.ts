import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../bytes/hex.ts';
import { describeCodecLaws } from '../testing/codec-laws.ts';
import {
  eui64Of,
  firmwareRevision,
  hardwareRevision,
  manufacturerName,
  modelNumber,
  pnpId,
  serialNumber,
  softwareRevision,
  systemId,
  type DeviceString,
} from './device-information.ts';

const strings: fc.Arbitrary<DeviceString> = fc
  .string({ unit: 'grapheme', maxLength: 20 })
  .filter((text) => !text.endsWith('\0'))
  .map((text) => ({ text, octets: null }));

for (const codec of [
  manufacturerName,
  modelNumber,
  serialNumber,
  hardwareRevision,
  firmwareRevision,
  softwareRevision,
]) {
  describeCodecLaws(codec, { values: strings, cut: null, flagOctets: 0 });
}

const hex = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((octets) => Buffer.from(octets).toString('hex'));

describeCodecLaws(systemId, {
  values: fc.record({ manufacturerId: hex(5), oui: hex(3) }),
  cut: 'bad-length',
  flagOctets: 0,
});
describeCodecLaws(pnpId, {
  values: fc.record({
    vendorIdSource: fc.nat(255),
    vendorId: fc.nat(0xffff),
    productId: fc.nat(0xffff),
    productVersion: fc.nat(0xffff),
  }),
  cut: 'bad-length',
  flagOctets: 0,
});

describe('device strings', () => {
  it('are shown without the NUL that pads them, whose octets stay', () => {
    expect(modelNumber.decode(fromHex('41420000'))).toEqual({ text: 'AB', octets: '41420000' });
  });

  it('that are not UTF-8 keep their octets', () => {
    expect(manufacturerName.decode(fromHex('41e4'))).toEqual({ text: 'A\uFFFD', octets: '41e4' });
  });

  it('may be Korean', () => {
    expect(manufacturerName.decode(fromHex('ed9888ec9595'))).toEqual({ text: '혈압', octets: null });
  });
});

describe('System ID', () => {
  it('is the EUI-64 backwards on the wire', () => {
    expect(eui64Of(systemId.decode(fromHex('74e8fffeff051c00')))).toBe('001c05fffeffe874');
  });
});
