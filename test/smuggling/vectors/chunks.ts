/** Chunked bodies: sizes, extensions, ends of data, last chunks and trailers. */
import { chunk, head, LAST, shown, smuggled, vector, type Law, type Place, type Vector } from './vector.js';

const TE = 'Transfer-Encoding: chunked';
const chunked = (to: Place, rest: string): string => head(to, [TE]) + rest;

/** Line that announces five bytes, its end included. */
const SIZE_LINES: readonly (readonly [string, Law])[] = [
  ['5\r\n', 'one'], ['05\r\n', 'either'], ['0005\r\n', 'either'], [`${'0'.repeat(15)}5\r\n`, 'either'], [`${'0'.repeat(64)}5\r\n`, 'either'], [`${'0'.repeat(20_000)}5\r\n`, 'either'],
  ['5;a\r\n', 'either'], ['5;a=b\r\n', 'either'], ['5;a="b"\r\n', 'either'], ['5;a="b;c"\r\n', 'either'], ['5;a="b\\"c"\r\n', 'either'], ['5;a;b;c=d\r\n', 'either'], ['5;\r\n', 'either'], ['5 ;a\r\n', 'either'],
  [`5;a=${'b'.repeat(200)}\r\n`, 'either'], [`5;a=${'b'.repeat(20_000)}\r\n`, 'refused'],
  ['0x5\r\n', 'refused'], ['0X5\r\n', 'refused'], ['x5\r\n', 'refused'], ['5h\r\n', 'refused'], ['+5\r\n', 'refused'], ['-5\r\n', 'refused'], [' 5\r\n', 'refused'], ['\t5\r\n', 'refused'], ['\x0b5\r\n', 'refused'],
  ['5 \r\n', 'either'], ['5\t\r\n', 'refused'], ['5\x0b\r\n', 'refused'], ['5\0\r\n', 'refused'], ['\x005\r\n', 'refused'], ['5\xa0\r\n', 'refused'], ['5\x85\r\n', 'refused'], ['"5"\r\n', 'refused'], ['5,5\r\n', 'refused'],
  ['5.0\r\n', 'refused'], ['5_\r\n', 'refused'], ['%35\r\n', 'refused'], ['\xef\xbc\x95\r\n', 'refused'], ['g\r\n', 'refused'], ['five\r\n', 'refused'], ['\r\n', 'refused'], ['\r\n5\r\n', 'refused'], ['\n5\r\n', 'refused'],
  ['5\n', 'refused'], ['5\r', 'refused'], ['5\r\r\n', 'refused'], ['5\n\r\n', 'refused'], ['5\n\r', 'refused'], ['5;a\n', 'refused'], ['5;a\r', 'refused'], ['5;a="\r\n"\r\n', 'refused'], ['5;a="\n"\r\n', 'refused'], ['5;a\0\r\n', 'refused'],
  ['5;a\rb\r\n', 'refused'], ['5;a\nb\r\n', 'refused'], ['5;\n\r\n', 'refused'], ['5;a="b\r\n', 'refused'], ['5\r\n\r\n', 'refused'], ['10000000000000005\r\n', 'refused'], ['100000005\r\n', 'refused'], ['FFFFFFFFFFFFFFFF\r\n', 'refused'],
  ['FFFFFFFFFFFFFFFF5\r\n', 'refused'], ['7FFFFFFFFFFFFFFF\r\n', 'refused'], ['ffffffff\r\n', 'refused'], ['100000000000000000000000000000005\r\n', 'refused'],
];

/** What stands between five bytes and the last chunk. */
const DATA_ENDS: readonly (readonly [string, Law])[] = [
  ['\r\n', 'one'], ['', 'refused'], ['\n', 'refused'], ['\r', 'refused'], ['x\r\n', 'refused'], ['xx', 'refused'], ['\r\n\r\n', 'refused'], ['\r\r\n', 'refused'], ['\n\r\n', 'refused'], ['\n\r', 'refused'], ['\r\nx\r\n', 'refused'],
  [' \r\n', 'refused'], ['\0\r\n', 'refused'], ['\r\0\n', 'refused'], [';a\r\n', 'refused'],
];

/** The end of the body. */
const LASTS: readonly (readonly [string, Law])[] = [
  ['0\r\n\r\n', 'one'], ['00\r\n\r\n', 'either'], [`${'0'.repeat(64)}\r\n\r\n`, 'either'], ['0;a=b\r\n\r\n', 'either'], ['0;\r\n\r\n', 'either'], ['0 \r\n\r\n', 'either'], ['-0\r\n\r\n', 'refused'], ['+0\r\n\r\n', 'refused'], ['0x0\r\n\r\n', 'refused'],
  ['0\n\r\n', 'refused'], ['0\r\r\n\r\n', 'refused'], ['0\r\n\n', 'refused'], ['0\n\n', 'refused'], ['0\r\n\r\r\n', 'refused'], ['0\r\r', 'refused'], ['0\r\nx', 'refused'], ['0\r\n \r\n', 'refused'], [' 0\r\n\r\n', 'refused'], ['o\r\n\r\n', 'refused'],
  ['0\0\r\n\r\n', 'refused'], ['0,\r\n\r\n', 'refused'],
];

const TRAILERS: readonly (readonly [string, Law])[] = [
  ['X-Sum: 1', 'one'], ['X-Sum: 1\r\nX-Other: 2', 'one'], ['Content-Length: 50', 'either'], ['Content-Length: 5', 'either'], ['Transfer-Encoding: chunked', 'either'], ['Transfer-Encoding: identity', 'either'], ['Host: other.example', 'either'],
  ['Content-Encoding: gzip', 'either'], ['Content-Type: text/html', 'either'], ['Authorization: Basic eDp5', 'either'], ['Cookie: a=b', 'either'], ['Connection: close', 'either'], ['Connection: X-Sum\r\nX-Sum: 1', 'either'], ['Upgrade: h2c', 'either'], ['Trailer: X', 'either'],
  ['X-Forwarded-For: 127.0.0.1', 'either'], ['Expect: 100-continue', 'either'], ['Weir-Action: pass', 'either'], ['Content-Length : 50', 'refused'], ['X-Sum : 1', 'refused'], [' X-Sum: 1', 'refused'], ['X-Sum', 'refused'], ['X-Sum: 1\n', 'refused'],
  ['X-Sum: 1\nContent-Length: 5', 'refused'], ['X-Sum: 1\r', 'refused'], ['X-Sum: 1\rX: 2', 'refused'], ['X-Sum: 1\0', 'refused'], ['X-Sum: 1\r\n folded', 'refused'], ['X-Sum: 1\r\n\tfolded', 'refused'], [': x', 'refused'], ['X\0: 1', 'refused'], ['X\x80: 1', 'refused'],
  ['GET / HTTP/1.1', 'refused'], ['X-Sum: \x0b', 'refused'], ['X-Sum: \x7f', 'refused'], [`X-Sum: ${'1'.repeat(100_000)}`, 'refused'], [Array.from({ length: 8000 }, (_, at) => `X-${String(at)}: 1`).join('\r\n'), 'refused'],
];

export const chunks: readonly Vector[] = [
  ...SIZE_LINES.map(([line, law]) => vector(`chunk size ${shown(line)}`, law, (to) => chunked(to, `${line}hello\r\n${LAST}`), { body: 'hello', ends: law === 'refused' })),
  ...SIZE_LINES.filter(([, law]) => law === 'refused').map(([line]) => vector(`second chunk's size ${shown(line)}`, 'refused', (to) => chunked(to, `${chunk('first')}${line}hello\r\n${LAST}${smuggled(to)}`), { ends: true })),
  ...DATA_ENDS.map(([end, law]) => vector(`chunk ended by ${shown(end)}`, law, (to) => chunked(to, `5\r\nhello${end}${LAST}`), { body: 'hello', ends: law === 'refused' })),
  ...LASTS.map(([last, law]) => vector(`last chunk ${shown(last)}`, law, (to) => chunked(to, `${chunk('hello')}${last}`), { body: 'hello', ends: law === 'refused' })),
  ...LASTS.filter(([, law]) => law === 'refused').map(([last]) => vector(`last chunk ${shown(last)} before a request`, 'refused', (to) => chunked(to, `${chunk('hello')}${last}${smuggled(to)}`), { ends: true })),
  ...TRAILERS.map(([lines, law]) => vector(`trailer ${shown(lines)}`, law, (to) => chunked(to, `${chunk('hello')}0\r\n${lines}\r\n\r\n`), { body: 'hello', ends: law === 'refused' })),
  vector('TERM.EXT: an extension that holds a line end and a request', 'refused', (to) => chunked(to, `5;a=\nxx\r\nhello\r\n${LAST}${smuggled(to)}`), { ends: true }),
  vector('EXT.TERM: an extension that ends with a line feed', 'refused', (to) => chunked(to, `2;\nxx\r\n32\r\nAB\r\n${LAST}${smuggled(to)}`), { ends: true }),
  vector('TERM.SPILL: two bytes too many', 'refused', (to) => chunked(to, `5\r\nhelloXX32\r\n${smuggled(to)}\r\n${LAST}`), { ends: true }),
  vector('a body cut within its size', 'refused', (to) => chunked(to, '5'), { ends: true }),
  vector('a body cut within its data', 'refused', (to) => chunked(to, '5\r\nhel'), { ends: true }),
  vector('a body cut before its last chunk', 'refused', (to) => chunked(to, chunk('hello')), { ends: true }),
  vector('a body cut within its end', 'refused', (to) => chunked(to, `${chunk('hello')}0\r\n\r`), { ends: true }),
  vector('a body cut within its trailers', 'refused', (to) => chunked(to, `${chunk('hello')}0\r\nX-Sum: 1\r\n`), { ends: true }),
  vector('many chunks of a byte', 'one', (to) => chunked(to, 'x'.repeat(500).split('').map(chunk).join('') + LAST), { body: 'x'.repeat(500) }),
  vector('a request within a chunk', 'one', (to) => chunked(to, chunk('0\r\n\r\nGET / HTTP/1.1\r\n\r\n') + LAST), { body: '0\r\n\r\nGET / HTTP/1.1\r\n\r\n' }),
];
