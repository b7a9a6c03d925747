import { sseParser } from './sse-parser.ts';

describe('event stream parser', () => {
  it('gives a message at the blank line, with its id', () => {
    expect(sseParser()('id: 7\nevent: feed\ndata: {"a":1}\n\n')).toEqual([{ id: '7', data: '{"a":1}' }]);
  });

  it('gives the same messages wherever the stream is cut', () => {
    const text = ': beat\n\nid: 1\ndata: one\n\nid: 2\r\ndata: two\r\ndata: more\r\n\r\n:\n\n';
    for (let cut = 0; cut <= text.length; cut++) {
      const parse = sseParser();
      const seen = [...parse(text.slice(0, cut)), ...parse(text.slice(cut))];
      expect(seen).toEqual([
        { id: '1', data: 'one' },
        { id: '2', data: 'two\nmore' },
      ]);
    }
  });

  it('makes nothing of comments, unknown fields and blank lines', () => {
    expect(sseParser()(': heartbeat\nretry: 3000\n\n\n')).toEqual([]);
  });

  it('keeps the last id for messages without one', () => {
    expect(sseParser()('id: 4\ndata: a\n\ndata: b\n\n').map((m) => m.id)).toEqual(['4', '4']);
  });
});
