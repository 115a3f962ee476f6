/** Answers of an upstream that wants its bytes to be taken for another exchange's answer, or that cannot count. */
import { chunk, LAST, shown } from './vector.js';

/** `good`: the client gets a 200 with the body `good`. `bad`: it gets an error of ours, or an answer that breaks off. */
export type AnswerLaw = 'good' | 'bad' | 'either';

export interface HostileAnswer {
  readonly name: string;
  /** Written one after the other, each once the one before has left; one code unit is one byte. */
  readonly pieces: readonly string[];
  readonly law: AnswerLaw;
  /** The connection ends behind it. */
  readonly closes: boolean;
}

/** What no client may ever read. */
export const POISON = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nPOISON';
const OK = 'HTTP/1.1 200 OK\r\n';
const GOOD = `${OK}Content-Length: 4\r\n\r\ngood`;
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;

const answer = (name: string, law: AnswerLaw, ...pieces: readonly string[]): HostileAnswer => ({ name, law, pieces, closes: false });
const closing = (name: string, law: AnswerLaw, ...pieces: readonly string[]): HostileAnswer => ({ name, law, pieces, closes: true });

const LENGTHS: readonly (readonly [string, AnswerLaw])[] = [
  ['4', 'good'], [' 4 ', 'good'], ['04', 'either'], ['4, 4', 'bad'], ['4,5', 'bad'], ['+4', 'bad'], ['-4', 'bad'], ['0x4', 'bad'], ['4 4', 'bad'], ['4;', 'bad'], ['', 'bad'], ['four', 'bad'], ['4.0', 'bad'], ['18446744073709551620', 'bad'], ['4\x0b', 'bad'], ['4\0', 'bad'], ['\xa04', 'bad'],
  ['4\r\nContent-Length: 4', 'bad'], ['4\r\nContent-Length: 5', 'bad'], ['4\r\nX: 1\r\ncontent-length: 0', 'bad'], ['0\r\nContent-Length: 4', 'bad'], ['\r\n 4', 'bad'], ['4\r\n ', 'bad'],
  ['4\r\nTransfer-Encoding: chunked', 'bad'], ['4\r\nTransfer-Encoding: identity', 'bad'], ['4\r\nTransfer-Encoding: x', 'bad'],
];
const CODINGS: readonly (readonly [string, AnswerLaw])[] = [
  ['chunked', 'good'], ['Chunked', 'good'], ['chunked, chunked', 'bad'], ['chunked, identity', 'bad'], ['xchunked', 'bad'], ['chunked\x0b', 'bad'], ['chunked\0', 'bad'], ['chunked\xa0', 'bad'], ['"chunked"', 'bad'], ['chunked;q=1', 'bad'], ['chunked\r\nTransfer-Encoding: chunked', 'bad'], ['chunked\r\nTransfer-Encoding: identity', 'bad'],
  ['chunked\r\nContent-Length: 4', 'bad'], ['gzip, chunked', 'bad'], ['\r\n chunked', 'bad'],
];
const BODIES: readonly (readonly [string, AnswerLaw])[] = [
  [chunk('good') + LAST, 'good'], [chunk('go') + chunk('od') + LAST, 'good'], ['04\r\ngood\r\n0\r\n\r\n', 'either'], ['4;a=b\r\ngood\r\n0\r\n\r\n', 'either'], ['0x4\r\ngood\r\n0\r\n\r\n', 'bad'], ['+4\r\ngood\r\n0\r\n\r\n', 'bad'], ['-4\r\ngood\r\n0\r\n\r\n', 'bad'], [' 4\r\ngood\r\n0\r\n\r\n', 'bad'],
  ['4\ngood\r\n0\r\n\r\n', 'bad'], ['4\rgood\r\n0\r\n\r\n', 'bad'], ['4\r\ngoodXX0\r\n\r\n', 'bad'], ['4\r\ngood0\r\n\r\n', 'bad'], ['4\r\ngood\n0\r\n\r\n', 'bad'], ['4\r\ngood\r\n-0\r\n\r\n', 'bad'], ['4\r\ngood\r\n\r\n\r\n', 'bad'], ['g\r\ngood\r\n0\r\n\r\n', 'bad'],
  ['10000000000000004\r\ngood\r\n0\r\n\r\n', 'bad'], ['4\r\ngood\r\n0\n\n', 'bad'], ['4\r\ngood\r\n0\r\nX: 1\r\n\r\n', 'good'], ['4\r\ngood\r\n0\r\nContent-Length: 9\r\n\r\n', 'either'], ['4\r\ngood\r\n0\r\nX : 1\r\n\r\n', 'bad'], ['4\r\ngood\r\n0\r\n X: 1\r\n\r\n', 'bad'],
  [`4;${'a'.repeat(50_000)}\r\ngood\r\n0\r\n\r\n`, 'bad'], [`4\r\ngood\r\n0\r\nX: ${'a'.repeat(200_000)}\r\n\r\n`, 'either'],
];
const FIELDS: readonly (readonly [string, AnswerLaw])[] = [
  ['X: 1', 'good'], ['X:', 'good'], ['X: \xe4', 'good'], ['X: a\0b', 'bad'], ['X: a\rb', 'bad'], ['X: a\x0bb', 'bad'], ['X: a\x7fb', 'bad'], ['X: 1\nY: 2', 'bad'], ['X: 1\r\n folded', 'bad'], ['X: 1\r\n\tfolded', 'bad'], ['X : 1', 'bad'], [' X: 1', 'bad'], ['X', 'bad'], [': 1', 'bad'], ['X Y: 1', 'bad'], ['X\0: 1', 'bad'],
  ['X: 1\rContent-Length: 0', 'bad'], ['Connection: Content-Length', 'good'], ['Connection: close', 'good'], ['Connection: keep-alive', 'good'], ['Keep-Alive: timeout=0', 'good'], ['Keep-Alive: timeout=99999999999', 'good'], ['Upgrade: h2c', 'good'], ['Connection: upgrade\r\nUpgrade: websocket', 'good'],
  ['Trailer: Content-Length', 'good'], ['Weir-Action: pass', 'good'], [`X: ${'a'.repeat(100_000)}`, 'bad'], [Array.from({ length: 20_000 }, (_, at) => `X-${String(at)}: 1`).join('\r\n'), 'bad'],
];
const STARTS: readonly (readonly [string, AnswerLaw])[] = [
  ['HTTP/1.1 200 OK', 'good'], ['HTTP/1.1 200 ', 'good'], ['HTTP/1.1 200', 'either'], ['HTTP/1.0 200 OK', 'good'], ['HTTP/1.1 200 \xe5\xa5\xbd', 'good'], ['HTTP/0.9 200 OK', 'bad'], ['HTTP/1.2 200 OK', 'bad'], ['HTTP/2 200', 'bad'], ['HTTP/2.0 200 OK', 'bad'], ['http/1.1 200 OK', 'bad'], ['HTTP/1.1  200 OK', 'bad'], ['HTTP/1.1 20 OK', 'bad'],
  ['HTTP/1.1 2000 OK', 'bad'], ['HTTP/1.1 000 OK', 'bad'], ['HTTP/1.1 -20 OK', 'bad'], ['HTTP/1.1 2x0 OK', 'bad'], ['HTTP/1.1 200\tOK', 'bad'], ['HTTP/1.1 200 O\0K', 'bad'], ['HTTP/1.1 200 O\rK', 'bad'], ['HTTP/1.1 099 OK', 'bad'], ['HTTP/1.1 999 OK', 'either'], ['HTTP/1.1 101 Switching', 'bad'], ['ICY 200 OK', 'bad'], ['RTSP/1.0 200 OK', 'bad'],
  ['220 mail.example ESMTP', 'bad'], ['GET / HTTP/1.1', 'bad'], [' HTTP/1.1 200 OK', 'bad'], ['\0HTTP/1.1 200 OK', 'bad'], ['\r\nHTTP/1.1 200 OK', 'either'],
];

export const ANSWERS: readonly HostileAnswer[] = [
  ...LENGTHS.map(([value, law]) => answer(`Content-Length: ${shown(value)}`, law, `${OK}Content-Length: ${value}\r\n\r\ngood`)).map((one) => (one.law === 'good' ? one : { ...one, closes: true })),
  ...LENGTHS.filter(([, law]) => law === 'bad').map(([value]) => closing(`Content-Length: ${shown(value)}, and poison`, 'bad', `${OK}Content-Length: ${value}\r\n\r\ngood${POISON}`)),
  ...CODINGS.map(([value, law]) => closing(`Transfer-Encoding: ${shown(value)}`, law, `${OK}Transfer-Encoding: ${value}\r\n\r\n${chunk('good')}${LAST}`)),
  ...CODINGS.filter(([, law]) => law === 'bad').map(([value]) => closing(`Transfer-Encoding: ${shown(value)}, and poison`, 'bad', `${OK}Transfer-Encoding: ${value}\r\n\r\n${chunk('good')}${LAST}${POISON}`)),
  ...BODIES.map(([body, law]) => answer(`chunks ${shown(body)}`, law, CHUNKED + body)).map((one) => (one.law === 'good' ? one : { ...one, closes: true })),
  ...BODIES.filter(([, law]) => law === 'bad').map(([body]) => closing(`chunks ${shown(body)}, and poison`, 'bad', `${CHUNKED}${body}${POISON}`)),
  ...FIELDS.map(([line, law]) => ({ ...answer(`field ${shown(line)}`, law, `${OK}${line}\r\nContent-Length: 4\r\n\r\ngood`), closes: law === 'bad' })),
  ...STARTS.map(([line, law]) => ({ ...answer(`starts ${shown(line)}`, law, `${line}\r\nContent-Length: 4\r\n\r\ngood`), closes: law !== 'good' })),
  ...['\n', '\r', '\r\r\n', '\n\r'].map((end) => closing(`lines that end with ${shown(end)}`, 'bad', [`HTTP/1.1 200 OK`, 'Content-Length: 4', '', 'good'].join(end))),
  answer('poison behind an answer, at once', 'good', GOOD + POISON),
  answer('poison behind an answer, a moment later', 'good', GOOD, POISON),
  answer('half a head behind an answer', 'good', `${GOOD}HTTP/1.1 200 OK\r\nX: `),
  answer('half a head behind an answer, a moment later', 'good', GOOD, 'HTTP/1.1 200 OK\r\nX: '),
  answer('one byte behind an answer, a moment later', 'good', GOOD, 'H'),
  answer('a line end behind an answer, a moment later', 'good', GOOD, '\r\n'),
  answer('poison behind a chunked answer, at once', 'good', `${CHUNKED}${chunk('good')}${LAST}${POISON}`),
  answer('poison behind a chunked answer, a moment later', 'good', `${CHUNKED}${chunk('good')}${LAST}`, POISON),
  answer('an interim answer behind an answer', 'good', GOOD, 'HTTP/1.1 100 Continue\r\n\r\n'),
  answer('an interim answer and poison behind an answer', 'good', GOOD, `HTTP/1.1 103 Early Hints\r\n\r\n${POISON}`),
  answer('bytes behind a length', 'good', `${OK}Content-Length: 4\r\n\r\ngoodPOISON`),
  answer('a 204 with poison', 'either', `HTTP/1.1 204 No Content\r\n\r\n${POISON}`),
  answer('a 204 with a length and poison', 'either', `HTTP/1.1 204 No Content\r\nContent-Length: 6\r\n\r\nPOISON`),
  answer('a 304 with a length and poison', 'either', `HTTP/1.1 304 Not Modified\r\nContent-Length: 6\r\n\r\nPOISON`),
  answer('a 204 with chunks and poison', 'either', `HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n${chunk('POISON')}${LAST}`),
  answer('an interim answer', 'good', 'HTTP/1.1 100 Continue\r\n\r\n', GOOD),
  answer('hints', 'good', `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${GOOD}`),
  answer('fifty interim answers', 'either', `${'HTTP/1.1 102 Processing\r\n\r\n'.repeat(50)}${GOOD}`),
  closing('ten thousand interim answers', 'either', 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(10_000), GOOD),
  answer('an interim answer with a length', 'either', `HTTP/1.1 100 Continue\r\nContent-Length: 6\r\n\r\n${GOOD}`),
  closing('an interim answer with chunks', 'either', `HTTP/1.1 103 Early Hints\r\nTransfer-Encoding: chunked\r\n\r\n${GOOD}`),
  closing('another protocol', 'bad', `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n${POISON}`),
  closing('an answer that ends with its connection', 'good', `${OK}\r\ngood`),
  // Asked again where the connection was an old one: nothing of the answer had been read.
  closing('an answer cut in its head', 'either', 'HTTP/1.1 200 OK\r\nContent-'),
  closing('an answer cut in its body', 'bad', `${OK}Content-Length: 5\r\n\r\ngood`),
  closing('an answer cut in a chunk', 'bad', `${CHUNKED}5\r\ngood`),
  closing('an answer cut before its last chunk', 'bad', CHUNKED + chunk('good')),
  closing('nothing at all', 'either'),
];
