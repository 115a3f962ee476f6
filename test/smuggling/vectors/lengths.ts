/** Content-Length: every way to write it oddly, twice, or beside a coding. */
import { chunk, EOL, head, LAST, shown, smuggled, vector, type Law, type Place, type Vector } from './vector.js';

const BODY = 'hello';

/** Around a body of five bytes. */
const VALUES: readonly (readonly [string, Law])[] = [
  ['5', 'one'], [' 5', 'one'], ['5 ', 'one'], ['\t5', 'one'], ['5\t ', 'either'], ['5\t', 'either'], ['05', 'either'], [`${'0'.repeat(40)}5`, 'either'],
  ['', 'refused'], [' ', 'refused'], ['+5', 'refused'], ['-5', 'refused'], ['-0', 'refused'], ['+0', 'refused'], ['5,5', 'refused'], ['5, 5', 'refused'], ['5,6', 'refused'],
  ['5,', 'refused'], [',5', 'refused'], ['0x5', 'refused'], ['0X5', 'refused'], ['5h', 'refused'], ['0b101', 'refused'], ['0o5', 'refused'], ['5 5', 'refused'], ['5\t5', 'refused'],
  ['5;', 'refused'], ['5;a=b', 'refused'], ['5.0', 'refused'], ['5.', 'refused'], ['5e0', 'refused'], ['0.5e1', 'refused'], ['"5"', 'refused'], ['\'5\'', 'refused'], ['(5)', 'refused'],
  ['five', 'refused'], ['5_0', 'refused'], ['%35', 'refused'], ['5/5', 'refused'], ['NaN', 'refused'], ['Infinity', 'refused'], ['null', 'refused'], ['undefined', 'refused'],
  ['5\x0b', 'refused'], ['\x0b5', 'refused'], ['5\x0c', 'refused'], ['\x0c5', 'refused'], ['5\0', 'refused'], ['\x005', 'refused'], ['5\x7f', 'refused'], ['5\x85', 'refused'],
  ['5\xa0', 'refused'], ['\xa05', 'refused'], ['\xd9\xa5', 'refused'], ['\xef\xbc\x95', 'refused'], ['\xc2\xb2', 'refused'], ['5\r', 'refused'], ['\r5', 'refused'], ['5\r6', 'refused'],
  ['5\n', 'refused'], ['\n5', 'refused'], ['5\r\n 6', 'refused'], ['\r\n 5', 'refused'], ['\r\n\t5', 'refused'],
  ['18446744073709551621', 'refused'], ['18446744073709551616', 'refused'], ['36893488147419103237', 'refused'], ['9223372036854775813', 'refused'], 
  ['9007199254740997', 'refused'], ['9007199254740993', 'refused'], ['999999999999999999999999999999', 'refused'], ['1'.repeat(400), 'refused'],
];

/** A second field beside `Content-Length: 5`. */
const SECONDS = ['Content-Length: 5', 'Content-Length: 6', 'Content-Length: 0', 'content-length: 5', 'CONTENT-LENGTH: 50', 'Content-Length:5', 'Content-Length:', 'Content-Length: x', 'Content-Length: 5, 5', 'Content-Length: 05'];

/** Beside a real length. */
const CODINGS = ['Transfer-Encoding: chunked', 'transfer-encoding: chunked', 'Transfer-Encoding:chunked', 'Transfer-Encoding: Chunked', 'Transfer-Encoding: identity', 'Transfer-Encoding:', 'Transfer-Encoding: xchunked', 'Transfer-Encoding: chunked, identity', 'Transfer-Encoding: identity, chunked', 'TE: chunked\r\nTransfer-Encoding: chunked'];

const lineOf = (value: string): string => (value.startsWith(' ') || value.startsWith('\t') || value.startsWith('\r') ? `Content-Length:${value}` : `Content-Length: ${value}`);
const clTe = (to: Place): string => `${LAST}${smuggled(to)}`;

export const lengths: readonly Vector[] = [
  ...VALUES.map(([value, law]) => vector(`Content-Length: ${shown(value)}`, law, (to) => head(to, [lineOf(value)]) + BODY, { body: BODY })),
  ...VALUES.filter(([, law]) => law === 'refused').slice(2, 16).map(([value]) => vector(`GET with Content-Length: ${shown(value)}`, 'refused', (to) => head(to, [lineOf(value)], { method: 'GET' }) + BODY, { method: 'GET' })),
  ...SECONDS.flatMap((second) => [
    vector(`Content-Length: 5, then ${shown(second)}`, 'refused', (to) => head(to, ['Content-Length: 5', second]) + BODY),
    vector(`${shown(second)}, a field, then Content-Length: 5`, 'refused', (to) => head(to, [second, 'X-Between: 1', 'Content-Length: 5']) + BODY),
  ]),
  ...CODINGS.flatMap((coding) => [
    vector(`CL.TE with ${shown(coding)} behind`, 'refused', (to) => head(to, [`Content-Length: ${String(clTe(to).length)}`, ...coding.split(EOL)]) + clTe(to)),
    vector(`CL.TE with ${shown(coding)} before`, 'refused', (to) => head(to, [...coding.split(EOL), `Content-Length: ${String(clTe(to).length)}`]) + clTe(to)),
    vector(`TE.CL with ${shown(coding)}`, 'refused', (to) => head(to, ['Content-Length: 4', ...coding.split(EOL)]) + chunk(smuggled(to)) + LAST),
    vector(`TE.CL with ${shown(coding)} and a length of nothing`, 'refused', (to) => head(to, ['Content-Length: 0', ...coding.split(EOL)]) + chunk(smuggled(to)) + LAST),
  ]),
  vector('a length of 4 GiB and five bytes, and an end', 'refused', (to) => head(to, ['Content-Length: 4294967301']) + BODY, { ends: true }),
  vector('a length that is too long, and an end', 'refused', (to) => head(to, ['Content-Length: 6']) + BODY, { ends: true }),
  vector('a length that is too short', 'one', (to) => head(to, ['Content-Length: 4']) + BODY, { body: 'hell', behind: true }),
  vector('a length in a cookie', 'one', (to) => head(to, ['Cookie: Content-Length: 50', 'Content-Length: 5']) + BODY, { body: BODY }),
  vector('a length with a prefix of its name', 'one', (to) => head(to, ['Content-Lengt: 50', 'Content-Lengthy: 50', 'Content-Length: 5']) + BODY, { body: BODY }),
  vector('a length with an underscore', 'either', (to) => head(to, ['Content_Length: 50', 'Content-Length: 5']) + BODY, { body: BODY }),
  vector('a length named X-', 'one', (to) => head(to, ['X-Content-Length: 50', 'X-Original-Content-Length: 0', 'Content-Length: 5']) + BODY, { body: BODY }),
];
