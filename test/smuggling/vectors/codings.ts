/** Transfer-Encoding: every way to write it so that somebody misses it, or sees it where it is not. */
import { chunk, head, LAST, shown, smuggled, vector, type Law, type Vector } from './vector.js';

const VALUES: readonly (readonly [string, Law])[] = [
  ['chunked', 'one'], ['Chunked', 'one'], ['CHUNKED', 'one'], ['chunKed', 'one'], ['\tchunked', 'one'], ['  chunked', 'one'], ['chunked ', 'one'], ['chunked\t', 'either'],
  ['', 'refused'], ['xchunked', 'refused'], ['chunkedx', 'refused'], ['chunk', 'refused'], ['chun ked', 'refused'], ['chunked,', 'refused'], [',chunked', 'refused'], [', chunked', 'refused'],
  ['chunked, chunked', 'refused'], ['chunked,chunked', 'refused'], ['identity', 'refused'], ['identity, chunked', 'refused'], ['chunked, identity', 'refused'], ['gzip, chunked', 'refused'],
  ['chunked, gzip', 'refused'], ['gzip', 'refused'], ['deflate', 'refused'], ['compress, chunked', 'refused'], ['cow', 'refused'], ['cow, chunked', 'refused'], ['chunked, cow', 'refused'],
  ['chunked;q=1', 'refused'], ['chunked; q=0', 'refused'], ['chunked;', 'refused'], ['"chunked"', 'refused'], ['\'chunked\'', 'refused'], ['(chunked)', 'refused'], ['x=chunked', 'refused'],
  ['chunked\x0b', 'refused'], ['\x0bchunked', 'refused'], ['chunked\x0c', 'refused'], ['\x0cchunked', 'refused'], ['chunked\0', 'refused'], ['\0chunked', 'refused'], ['chu\0nked', 'refused'],
  ['chunked\xa0', 'refused'], ['\xa0chunked', 'refused'], ['chunked\x85', 'refused'], ['chunked\x7f', 'refused'], ['\xefchunked', 'refused'], ['chun\xe2\x84\xaaed', 'refused'], ['\x08chunked', 'refused'],
  ['chunked\r', 'refused'], ['\rchunked', 'refused'], ['chu\rnked', 'refused'], ['\nchunked', 'refused'], ['chunked\n', 'refused'], ['\r\n chunked', 'refused'], ['\r\n\tchunked', 'refused'],
  ['chunked\r\n , identity', 'refused'], ['trailers, chunked', 'refused'], ['%63hunked', 'refused'], ['chunked-', 'refused'], ['chunked.', 'refused'], [': chunked', 'refused'], ['=chunked', 'refused'],
];

const PAIRS: readonly (readonly [string, string])[] = [
  ['chunked', 'chunked'], ['chunked', 'identity'], ['identity', 'chunked'], ['chunked', 'cow'], ['cow', 'chunked'], ['chunked', ''], ['', 'chunked'], ['chunked', 'x'], ['gzip', 'chunked'], ['chunked', 'gzip'],
];

/** Names that somebody might take for the field; none of them is it, so that the length counts, or the head is refused. */
const ALMOST: readonly (readonly [string, Law])[] = [
  ['Transfer-Encoding : chunked', 'refused'], ['Transfer-Encoding\t: chunked', 'refused'], ['Transfer-Encoding\x0b: chunked', 'refused'], ['Transfer-Encoding\x0c: chunked', 'refused'], ['Transfer-Encoding\0: chunked', 'refused'],
  ['Transfer-Encoding\xa0: chunked', 'refused'], ['Transfer-Encoding\x85: chunked', 'refused'], ['Transfer-Encoding\r: chunked', 'refused'], ['Transfer-Encoding\n: chunked', 'refused'], ['Transfer-Encoding\r\n : chunked', 'refused'],
  [' Transfer-Encoding: chunked', 'refused'], ['\tTransfer-Encoding: chunked', 'refused'], ['\x0bTransfer-Encoding: chunked', 'refused'], ['\0Transfer-Encoding: chunked', 'refused'], ['Transfer Encoding: chunked', 'refused'],
  ['Transfer-\r\n Encoding: chunked', 'refused'], ['"Transfer-Encoding": chunked', 'refused'], [':Transfer-Encoding: chunked', 'refused'], ['Transfer-Encoding', 'refused'], ['Transfer-Encoding chunked', 'refused'],
  ['Transfer-Encoding= chunked', 'refused'], ['Transfer-Encoding; chunked', 'refused'], ['Transfer-Encod\xefng: chunked', 'refused'], ['Transfer\x2dEncoding\x3a\x3achunked', 'refused'], ['Foo: bar\rTransfer-Encoding: chunked', 'refused'],
  ['Foo: bar\nTransfer-Encoding: chunked', 'refused'], ['Foo: bar\r\rTransfer-Encoding: chunked', 'refused'], ['Foo: bar\n\nTransfer-Encoding: chunked', 'refused'], ['Foo: bar\r\r\nTransfer-Encoding: chunked', 'refused'],
  ['Foo: bar\n\rTransfer-Encoding: chunked', 'refused'], ['Foo: bar\0Transfer-Encoding: chunked', 'refused'], ['Foo\r\nTransfer-Encoding: chunked', 'refused'], ['Foo: bar\r\n\x0bTransfer-Encoding: chunked', 'refused'],
  ['Transfer_Encoding: chunked', 'either'], ['Transfer-Encodin: chunked', 'one'], ['Transfer-Encodings: chunked', 'one'], ['X-Transfer-Encoding: chunked', 'one'], ['TransferEncoding: chunked', 'one'], ['TE: chunked', 'one'],
  ['Te: trailers', 'one'], ['Content-Transfer-Encoding: chunked', 'one'], ['X: Transfer-Encoding: chunked', 'one'], ['Foo: \x85Transfer-Encoding: chunked', 'one'],
];

const lineOf = (value: string): string => (/^[\s]/.test(value) ? `Transfer-Encoding:${value}` : `Transfer-Encoding: ${value}`);

export const codings: readonly Vector[] = [
  ...VALUES.map(([value, law]) => vector(`Transfer-Encoding: ${shown(value)}`, law, (to) => head(to, [lineOf(value)]) + chunk('hello') + LAST, { body: 'hello' })),
  ...VALUES.filter((_, at) => at % 4 === 0 || at < 2).map(([value]) => vector(`HTTP/1.0 with Transfer-Encoding: ${shown(value)}`, 'refused', (to) => head(to, [lineOf(value)], { version: 'HTTP/1.0' }) + chunk(smuggled(to)) + LAST)),
  ...VALUES.filter((_, at) => at % 3 === 0).map(([value]) => vector(`GET with Transfer-Encoding: ${shown(value)}, and a length`, 'refused', (to) => head(to, [lineOf(value), 'Content-Length: 5'], { method: 'GET' }) + LAST + smuggled(to), { method: 'GET' })),
  ...PAIRS.flatMap(([one, two]) => [
    vector(`Transfer-Encoding: ${one} and ${two === '' ? 'an empty one' : two}`, 'refused', (to) => head(to, [`Transfer-Encoding: ${one}`, `Transfer-Encoding: ${two}`]) + chunk(smuggled(to)) + LAST),
    vector(`transfer-encoding: ${one}, a field, and Transfer-Encoding: ${two}`, 'refused', (to) => head(to, [`transfer-encoding: ${one}`, 'X-Between: 1', `Transfer-Encoding: ${two}`]) + chunk(smuggled(to)) + LAST),
  ]),
  ...ALMOST.map(([line, law]) => vector(`a length beside ${shown(line)}`, law, (to) => head(to, ['Content-Length: 5', line]) + LAST + (law === 'refused' ? smuggled(to) : ''), { body: LAST })),
  ...ALMOST.filter(([, law]) => law === 'refused').map(([line]) => vector(`first of all ${shown(line)}`, 'refused', (to) => `POST ${to.path} HTTP/1.1\r\n${line}\r\nHost: ${to.host}\r\nContent-Length: 5\r\n\r\n${LAST}${smuggled(to)}`)),
];
