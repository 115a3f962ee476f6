/** What any front has to make of bytes on the wire: raw requests in, exchanges or refusals out. Run it over each front that is to take another's place. */
import { describe, expect, it } from '@jest/globals';
import type { Field } from '../../../../gateway/ports.js';
import { firstAnswer, rawClient, type Seen } from './kit.js';

export interface Front {
  readonly port: number;
  /** Exchanges that the pipeline was given, in order, each read to its end and answered with 200. */
  readonly seen: readonly Seen[];
  close(): Promise<void>;
}

interface Accepted {
  readonly name: string;
  readonly wire: string;
  readonly method?: string;
  readonly target?: string;
  readonly fields?: readonly Field[];
  readonly body?: string;
  readonly length?: number | undefined;
  readonly trailers?: readonly Field[];
  readonly mediaType?: string;
  readonly signedBy?: readonly string[];
}

const HOST = 'Host: weir.example\r\n';

/** Each is one request on a connection of its own. */
export const ACCEPTED: readonly Accepted[] = [
  { name: 'a request without a body has length 0', wire: `GET /a?b=c HTTP/1.1\r\n${HOST}\r\n`, method: 'GET', target: '/a?b=c', body: '', length: 0 },
  { name: 'order, case and repeats of fields are kept', wire: `GET / HTTP/1.1\r\n${HOST}x-A: 1\r\nX-a: 2\r\nSET-it: \r\nx-A: 3\r\n\r\n`, fields: [['Host', 'weir.example'], ['x-A', '1'], ['X-a', '2'], ['SET-it', ''], ['x-A', '3']] },
  { name: 'bytes over 0x7f in a value are kept', wire: `GET / HTTP/1.1\r\n${HOST}X: \xe5\xbc\xa0\r\n\r\n`, fields: [['Host', 'weir.example'], ['X', '\xe5\xbc\xa0']] },
  { name: 'a body of declared length', wire: `POST /u HTTP/1.1\r\n${HOST}Content-Type: Text/Plain; charset=gbk\r\nContent-Length: 5\r\n\r\nhello`, body: 'hello', length: 5, mediaType: 'text/plain' },
  { name: 'a chunked body has no length', wire: `POST /u HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;ext=1\r\nllo\r\n0\r\n\r\n`, body: 'hello', length: undefined },
  { name: 'trailers come after the last chunk', wire: `POST /u HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n1\r\na\r\n0\r\nX-Sum: 1\r\nx-sum: 2\r\n\r\n`, body: 'a', length: undefined, trailers: [['X-Sum', '1'], ['x-sum', '2']] },
  { name: 'an empty chunked body', wire: `PUT /u HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, body: '', length: undefined },
  { name: 'an absolute-form target becomes origin form', wire: `GET http://weir.example/x?y HTTP/1.1\r\n${HOST}\r\n`, target: '/x?y' },
  { name: 'an escaped target stays as written', wire: `GET /%E5%BC%A0/a%20b?q=%31&r=a+b HTTP/1.1\r\n${HOST}\r\n`, target: '/%E5%BC%A0/a%20b?q=%31&r=a+b' },
  { name: 'empty lines before a request are skipped', wire: `\r\n\r\nGET /x HTTP/1.1\r\n${HOST}\r\n`, target: '/x' },
  { name: 'WebDAV methods are methods', wire: `PROPFIND /dav HTTP/1.1\r\n${HOST}Depth: 1\r\nContent-Length: 0\r\n\r\n`, method: 'PROPFIND', length: 0 },
  { name: 'HTTP/1.0 needs no Host', wire: 'POST /x HTTP/1.0\r\nContent-Length: 1\r\n\r\na', body: 'a', length: 1 },
  { name: 'digests and signatures of the body are named', wire: `PUT /o HTTP/1.1\r\n${HOST}Content-MD5: x\r\nX-Amz-Content-Sha256: abc\r\nContent-Length: 1\r\n\r\na`, signedBy: ['content-md5', 'x-amz-content-sha256'] },
  { name: 'an unsigned payload is not signed', wire: `PUT /o HTTP/1.1\r\n${HOST}x-amz-content-sha256: UNSIGNED-PAYLOAD\r\nContent-Length: 1\r\n\r\na`, signedBy: [] },
  { name: 'a digest announced as a trailer counts', wire: `PUT /o HTTP/1.1\r\n${HOST}Trailer: Content-Digest\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Digest: x\r\n\r\n`, signedBy: ['content-digest'] },
];

/** Refused with a problem document on a connection that is then closed; no exchange begins. */
export const REFUSED: readonly (readonly [name: string, wire: string, status: number])[] = [
  ['two lengths', `POST / HTTP/1.1\r\n${HOST}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`, 400],
  ['the same length twice', `POST / HTTP/1.1\r\n${HOST}Content-Length: 2\r\nContent-Length: 2\r\n\r\nab`, 400],
  ['a list of lengths', `POST / HTTP/1.1\r\n${HOST}Content-Length: 2, 2\r\n\r\nab`, 400],
  ['a length with a sign', `POST / HTTP/1.1\r\n${HOST}Content-Length: +2\r\n\r\nab`, 400],
  ['a length and chunks', `POST / HTTP/1.1\r\n${HOST}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
  ['a coding before chunked', `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`, 400],
  ['a coding that is not chunked', `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`, 400],
  ['chunked twice', `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
  ['chunks in HTTP/1.0', 'POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 400],
  ['a folded field', `GET / HTTP/1.1\r\n${HOST}X: a\r\n b\r\n\r\n`, 400],
  ['a bare CR', `GET / HTTP/1.1\r\n${HOST}X: a\rb\r\n\r\n`, 400],
  ['a bare LF', `GET / HTTP/1.1\r\n${HOST}X: a\n\r\n\r\n`, 400],
  ['a NUL in a field', `GET / HTTP/1.1\r\n${HOST}X: a\0b\r\n\r\n`, 400],
  ['a space before the colon', 'GET / HTTP/1.1\r\nHost : a\r\n\r\n', 400],
  ['no Host', 'GET / HTTP/1.1\r\nX: a\r\n\r\n', 400],
  ['two Hosts', `GET / HTTP/1.1\r\n${HOST}Host: other.example\r\n\r\n`, 400],
  ['a Host that is none', 'GET / HTTP/1.1\r\nHost: user@weir.example/x\r\n\r\n', 400],
  ['an unknown method', `BREW / HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['HTTP/2.7', `GET / HTTP/2.7\r\n${HOST}\r\n`, 400],
  ['HTTP/0.9', 'GET /\r\n\r\n', 400],
  ['not HTTP', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
  ['a fragment', `GET /a#b HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['dot segments', `GET /a/../b HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['escaped dot segments', `GET /a/%2e%2E/b HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['dot segments behind an escaped slash', `GET /a/..%2fb HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['twice escaped dot segments', `GET /a/%252e%252e/b HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['dot segments with a parameter', `GET /a/..;x/b HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['an escaped NUL', `GET /a%00b HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['a tunnel', `CONNECT weir.example:443 HTTP/1.1\r\n${HOST}\r\n`, 403],
  ['an expectation we do not know', `POST / HTTP/1.1\r\n${HOST}Expect: 200-maybe\r\nContent-Length: 1\r\n\r\na`, 417],
  ['a header value of 1 MB', `GET / HTTP/1.1\r\n${HOST}X: ${'a'.repeat(1 << 20)}\r\n\r\n`, 431],
];

/** A body that breaks: the exchange begins, its chunks throw, the sender is told. */
export const BROKEN: readonly (readonly [name: string, wire: string, status: number, arrived: string])[] = [
  ['a chunk size that is no number', `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\nzz\r\n`, 400, 'a'],
  ['a chunk longer than it says', `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n`, 400, 'a'],
  ['a chunk size that ends with a bare LF', `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n`, 400, ''],
  ['an endless chunk extension', `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n1;${'e'.repeat(40_000)}\r\na\r\n0\r\n\r\n`, 413, ''],
];

export function exchangeConformance(name: string, start: () => Promise<Front>): void {
  const withFront = async (run: (front: Front) => Promise<void>): Promise<void> => {
    const front = await start();
    try {
      await run(front);
    } finally {
      await front.close();
    }
  };
  const send = (port: number, wire: string, cut: number): ReturnType<typeof rawClient> => {
    const client = rawClient(port);
    for (let at = 0; at < wire.length; at += cut) client.write(wire.slice(at, at + cut));
    return client;
  };

  describe(`${name}: every front makes the same exchange of the same bytes`, () => {
    for (const cut of [Number.MAX_SAFE_INTEGER, 1]) {
      describe(cut === 1 ? 'written byte by byte' : 'written at once', () => {
        it.each(ACCEPTED.map((one) => [one.name, one] as const))('%s', (_, vector) =>
          withFront(async (front) => {
            const client = send(front.port, vector.wire, cut);
            expect(firstAnswer(await client.until(/\r\n\r\nok/)).status).toBe(200);
            client.socket.destroy();
            const [seen] = front.seen;
            if (seen === undefined || front.seen.length !== 1) throw new Error('expected one exchange');
            const { exchange } = seen;
            if (vector.method !== undefined) expect(exchange.http.method).toBe(vector.method);
            if (vector.target !== undefined) expect(exchange.http.target).toBe(vector.target);
            if (vector.fields !== undefined) expect(exchange.http.fields).toEqual(vector.fields);
            if (vector.body !== undefined) expect(seen.body.toString('latin1')).toBe(vector.body);
            if ('length' in vector) expect(exchange.body.length).toBe(vector.length);
            if (vector.trailers !== undefined) expect(seen.trailers).toEqual(vector.trailers);
            if (vector.mediaType !== undefined) expect(exchange.facts.mediaType).toBe(vector.mediaType);
            if (vector.signedBy !== undefined) expect(exchange.body.signedBy).toEqual(vector.signedBy);
          }));
      });
    }
  });

  describe(`${name}: what could be read two ways is refused`, () => {
    it.each(REFUSED)('%s', (_, wire, status) =>
      withFront(async (front) => {
        const answer = firstAnswer(await send(front.port, wire, Number.MAX_SAFE_INTEGER).closed);
        expect(answer.status).toBe(status);
        expect(answer.fields['content-type']).toBe('application/problem+json');
        expect(answer.fields['connection']).toBe('close');
        expect(JSON.parse(answer.body)).toMatchObject({ status, incident: expect.any(String) });
        expect(front.seen).toHaveLength(0);
      }));
    it.each(BROKEN)('%s', (_, wire, status, arrived) =>
      withFront(async (front) => {
        const answer = firstAnswer(await send(front.port, wire, Number.MAX_SAFE_INTEGER).closed);
        expect(answer.status).toBe(status);
        expect(JSON.parse(answer.body)).toMatchObject({ status, incident: expect.any(String) });
        expect(front.seen).toHaveLength(1);
        expect(front.seen[0]?.body.toString('latin1')).toBe(arrived);
        expect(front.seen[0]?.told).toEqual([status]);
      }));
  });
}
