/** Shapes shared by the API's schemas. Codes, never sentences: the client writes the sentence in the user's language. */
import { Type, type Static, type TSchema } from 'typebox';

export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
/** UTC, ms since 1970. */
export const Instant = Type.Integer({ minimum: 0, maximum: 8_640_000_000_000_000, description: 'UTC, ms since 1970' });
export const Id = Type.String({ minLength: 1, maxLength: 160, pattern: '^[A-Za-z0-9_.:-]+$' });
export const Literals = <const T extends readonly string[]>(...values: T) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: [...values] });
/** A decimal number as text; its digits are its precision. */
export const Decimal = Type.String({ pattern: '^-?[0-9]+(\\.[0-9]+)?(E[+-]?[0-9]+)?$', maxLength: 32 });

/** RFC 9457 problem details; `code` is what the client translates. */
export const Problem = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  code: Type.String(),
  /** JSON pointers of the fields that are wrong. */
  fields: Type.Optional(Type.Array(Type.Object({ pointer: Type.String(), code: Type.String() }))),
});
export type Problem = Static<typeof Problem>;
