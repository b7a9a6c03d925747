/** One description of the octets gives decoding and the explain view; encoding stands beside it. */
import { ByteCursor, DecodeError } from '../bytes/byte-cursor.ts';
import { ByteWriter } from '../bytes/byte-writer.ts';
import { toHex } from '../bytes/hex.ts';
import type { Codec, Field } from './codec.ts';

export interface CodecDescription<T> {
  readonly uuid: string;
  readonly name: string;
  readonly spec: string;
  /** Reads every octet; throws DecodeError and nothing else. */
  readonly read: (cursor: ByteCursor) => T;
  readonly write: (writer: ByteWriter, value: T) => void;
}

export function defineCodec<T>(description: CodecDescription<T>): Codec<T> {
  const { uuid, name, spec, read, write } = description;
  return {
    uuid,
    name,
    spec,
    decode: (bytes) => read(new ByteCursor(bytes)),
    encode: (value) => {
      const writer = new ByteWriter();
      write(writer, value);
      return writer.done();
    },
    fields: (bytes) => explain(bytes, read),
  };
}

/** Octets that can't be decoded are one field `undecoded`, so that the explain view has something to show. */
function explain(bytes: Uint8Array, read: (cursor: ByteCursor) => unknown): readonly Field[] {
  const cursor = new ByteCursor(bytes, { explain: true });
  try {
    read(cursor);
    return cursor.fields;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const { offset, remaining } = cursor;
    if (remaining === 0) return cursor.fields;
    return [...cursor.fields, { name: 'undecoded', offset, length: remaining, text: toHex(bytes.subarray(offset)) }];
  }
}
