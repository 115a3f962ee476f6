/** The parser: what it says does not depend on where the bytes were cut, agrees with Node's own, and takes no more than it may. */
import { createServer, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { describe, it, expect } from '@jest/globals';
import fc from 'fast-check';
import { Http1Parser } from '../../../gateway/http1/llhttp.js';
import { outcome, selfTest } from '../../../gateway/http1/self-test.js';
import { transcript } from '../../../gateway/http1/transcript.js';
import { VECTORS } from '../../../gateway/http1/vectors.js';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('the self-test', () => {
  it('passes with the parser as it is shipped', () => {
    expect(selfTest()).toEqual({ ok: true });
  });
});

describe.each(VECTORS)('$name', ({ kind, bytes, ends, noBody, says }) => {
  const all = latin1(bytes);
  it('is read as it must be', () => {
    expect(transcript({ kind, pieces: [all], ends, noBody })).toEqual(says);
  });
  it('is read the same wherever it is cut once', () => {
    for (let at = 0; at <= all.length; at += 1) expect([at, outcome(transcript({ kind, pieces: [all.subarray(0, at), all.subarray(at)], ends, noBody }))]).toEqual([at, outcome(says)]);
  });
  it('is read the same byte by byte', () => {
    expect(outcome(transcript({ kind, pieces: [...all].map((byte) => Buffer.from([byte])), ends, noBody }))).toEqual(outcome(says));
  });
});

describe('bounds', () => {
  const HEAD_BYTES = 1024;
  it('a head may be as long as it may, and not a byte longer, however it comes', () => {
    for (const size of [1, 100, 100_000]) {
      for (const extra of [0, 1]) {
        const frame = 'GET / HTTP/1.1\r\nX: \r\n\r\n';
        const all = latin1(`GET / HTTP/1.1\r\nX: ${'x'.repeat(HEAD_BYTES - frame.length + extra)}\r\n\r\n`);
        const parser = new Http1Parser('request', { headBytes: HEAD_BYTES });
        let found = 'more';
        for (let at = 0; at < all.length && found === 'more'; at += size) found = parser.next(all.subarray(at, at + size), 0);
        expect(found).toBe(extra === 0 ? 'head' : 'failed');
        if (extra === 1) expect(parser.error).toBe('HPE_HEADER_OVERFLOW');
        parser.close();
      }
    }
  });
  it.each([
    ['extensions without end', `5;${'a'.repeat(20_000)}`, 'HPE_CHUNK_EXTENSIONS_OVERFLOW'],
    ['extensions without end before a byte', `5;${'a'.repeat(20_000)}\r\nhello\r\n`, 'HPE_CHUNK_EXTENSIONS_OVERFLOW'],
    ['trailers without end', `0\r\n${'a: b\r\n'.repeat(4000)}`, 'HPE_HEADER_OVERFLOW'],
  ])('%s are refused', (_name, rest, error) => {
    const parser = new Http1Parser('request', { headBytes: HEAD_BYTES });
    const head = latin1('POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n');
    expect(parser.next(head, 0)).toBe('head');
    expect(parser.next(latin1(rest), 0)).toBe('failed');
    expect(parser.error).toBe(error);
    parser.close();
  });
  it('bodies of a length are handed on as the buffers they came in', () => {
    const parser = new Http1Parser('request', { headBytes: HEAD_BYTES });
    parser.next(latin1('POST / HTTP/1.1\r\nContent-Length: 6\r\n\r\n'), 0);
    const chunk = latin1('abcdef');
    expect(parser.next(chunk, 0)).toBe('body');
    expect(parser.body).toBe(chunk);
    parser.close();
  });
  it('what is closed reads nothing more', () => {
    const parser = new Http1Parser('request', { headBytes: HEAD_BYTES });
    parser.close();
    expect(parser.next(latin1('GET / HTTP/1.1\r\n\r\n'), 0)).toBe('failed');
  });
  it('connections do not mix their heads', () => {
    const one = new Http1Parser('request', { headBytes: HEAD_BYTES });
    const two = new Http1Parser('request', { headBytes: HEAD_BYTES });
    expect(one.next(latin1('GET /one HTTP/1.1\r\nA: 1'), 0)).toBe('more');
    expect(two.next(latin1('PUT /two HTTP/1.1\r\nB: 2'), 0)).toBe('more');
    expect(one.next(latin1('1\r\n\r\n'), 0)).toBe('head');
    expect(two.next(latin1('2\r\n\r\n'), 0)).toBe('head');
    expect([one.head?.target, one.head?.fields, two.head?.target, two.head?.fields]).toEqual(['/one', [['A', '11']], '/two', [['B', '22']]]);
    one.close();
    two.close();
  });
});

const TOKEN = fc.stringMatching(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,20}$/).filter((name) => !/^(content-length|transfer-encoding|connection|upgrade|host|proxy-connection|expect|keep-alive)$/i.test(name));
const VALUE = fc.stringMatching(/^[\x21-\x7e\x80-\xff]([\x20-\x7e\x80-\xff\t]{0,40}[\x21-\x7e\x80-\xff])?$/);

describe('beside the parser of node:http', () => {
  it('reads the same fields out of any head that both take', async () => {
    const seen: { readonly method: string; readonly url: string; readonly raw: readonly string[]; readonly body: string }[] = [];
    const server = createServer({ requireHostHeader: false }, (request: IncomingMessage, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString('latin1')));
      request.on('end', () => {
        seen.push({ method: request.method ?? '', url: request.url ?? '', raw: request.rawHeaders, body });
        response.end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PROPFIND', 'M-SEARCH'),
          fc.stringMatching(/^\/[!-"$-~]{0,30}$/),
          fc.array(fc.tuple(TOKEN, fc.constantFrom('', ' ', '\t '), VALUE, fc.constantFrom('', ' ')), { maxLength: 12 }),
          fc.constantFrom('', 'hello'),
          fc.boolean(),
          async (method, target, fields, body, chunked) => {
            const framing = body === '' ? '' : chunked ? 'Transfer-Encoding: chunked\r\n' : `Content-Length: ${body.length}\r\n`;
            const bytes = `${method} ${target} HTTP/1.1\r\n${fields.map(([name, before, value, behind]) => `${name}:${before}${value}${behind}\r\n`).join('')}${framing}Connection: close\r\n\r\n${body === '' ? '' : chunked ? `5\r\n${body}\r\n0\r\n\r\n` : body}`;
            seen.length = 0;
            await new Promise<void>((resolve) => {
              const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'));
              socket.on('close', () => resolve()).on('error', () => undefined).resume();
            });
            const [theirs] = seen;
            const parser = new Http1Parser('request', { headBytes: 16_384 });
            try {
              const all = latin1(bytes);
              const found = parser.next(all, 0);
              if (theirs === undefined) return;
              expect(found).toBe('head');
              expect([parser.head?.method, parser.head?.target, parser.head?.fields.flat()]).toEqual([theirs.method, theirs.url, theirs.raw]);
              let read = '';
              for (let at = parser.position; parser.next(all, at) === 'body'; at = parser.position) read += parser.body.toString('latin1');
              expect(read).toBe(theirs.body);
            } finally {
              parser.close();
            }
          },
        ),
        { numRuns: 150, seed: 8 },
      );
    } finally {
      server.close();
    }
  });
});
