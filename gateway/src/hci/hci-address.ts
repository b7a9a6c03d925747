/** The `hci` setting: which controller the gateway uses. */

export type HciAddress =
  /** The operating system's own adapter. */
  | { readonly kind: 'native'; readonly device: number | null }
  /** Any H4 serial port or PTY. */
  | { readonly kind: 'uart'; readonly path: string; readonly baudRate: number }
  /** H4 over a unix socket or TCP: the simulator's radio. */
  | { readonly kind: 'socket'; readonly where: string };

const DEFAULT_BAUD_RATE = 1_000_000;

/** `native`, `native:1`, `uart:/dev/ttyACM0`, `uart:/dev/ttyACM0@115200`, `socket:/run/radio.sock`, `socket:127.0.0.1:9000`; null for anything else. */
export function parseHciAddress(text: string): HciAddress | null {
  const native = /^native(?::(\d{1,3}))?$/.exec(text);
  if (native !== null) return { kind: 'native', device: native[1] === undefined ? null : Number(native[1]) };
  const uart = /^uart:(.+?)(?:@(\d{4,8}))?$/.exec(text);
  if (uart !== null)
    return { kind: 'uart', path: uart[1] ?? '', baudRate: uart[2] === undefined ? DEFAULT_BAUD_RATE : Number(uart[2]) };
  const socket = /^socket:(.+)$/.exec(text);
  if (socket !== null) return { kind: 'socket', where: socket[1] ?? '' };
  return null;
}
