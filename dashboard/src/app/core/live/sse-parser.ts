/** text/event-stream, read piece by piece. Pure. @see WHATWG HTML §9.2 */

export interface SseMessage {
  readonly id: string;
  readonly data: string;
}

/**
 * A parser that keeps what a chunk left unfinished. EventSource hides comment lines, and the feed's heartbeat is one: hence
 * our own. Any bytes count as a sign of life, whether a message came of them or not.
 */
export function sseParser(): (chunk: string) => SseMessage[] {
  let rest = '';
  let id = '';
  let data: string[] = [];

  const takeLine = (line: string): SseMessage | null => {
    if (line === '') {
      const message = data.length > 0 ? { id, data: data.join('\n') } : null;
      data = [];
      return message;
    }
    const colon = line.indexOf(':');
    if (colon === 0) return null; // comment
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') data.push(value);
    if (field === 'id' && !value.includes('\0')) id = value;
    return null;
  };

  return (chunk) => {
    const lines = (rest + chunk).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    return lines.map(takeLine).filter((message) => message !== null);
  };
}
