/** UTF-8 without the host's text coders, which neither a browser worker nor the language itself promises everywhere. */

/** `exact` is false where octets are not UTF-8; those outside ASCII are then shown as U+FFFD. */
export function fromUtf8(octets: Uint8Array): { readonly text: string; readonly exact: boolean } {
  const escaped = Array.from(octets, (octet) => `%${octet.toString(16).padStart(2, '0')}`).join('');
  try {
    return { text: decodeURIComponent(escaped), exact: true };
  } catch {
    const text = Array.from(octets, (octet) => (octet < 0x80 ? String.fromCharCode(octet) : '\uFFFD')).join('');
    return { text, exact: false };
  }
}

/** @throws {URIError} for a lone surrogate. */
export function toUtf8(text: string): Uint8Array {
  const octets = encodeURIComponent(text).match(/%[0-9A-F]{2}|[^%]/g) ?? [];
  return Uint8Array.from(octets, (piece) =>
    piece.length === 1 ? piece.charCodeAt(0) : Number.parseInt(piece.slice(1), 16),
  );
}
