/** What is told of a text before it is read, by the prefilter, changes nothing: neither which strings of base64 may be passed over, nor that a whole text holds nothing. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readerFor } from '../../../gateway/decode/part-readers.js';
import { recognise } from '../../../gateway/decode/syntax.js';
import { chunked } from '../../kit/engine.js';
import { readWith, type Read, type ReadOptions } from '../../kit/reading.js';
import { runs } from '../../laws/runs.js';

const read = (type: string, chunks: readonly Uint8Array[], options: ReadOptions): Read => {
  const declared = { contentType: type, contentEncoding: undefined };
  return readWith((context) => readerFor(context, recognise(declared, Buffer.concat(chunks).subarray(0, 4096)), declared), chunks, options);
};

const TYPES = ['text/plain', 'application/json', 'text/html', 'application/x-www-form-urlencoded', 'text/csv', 'text/plain; charset=gbk', 'application/octet-stream', 'multipart/form-data; boundary=------------------------cut'] as const;
const b64 = (content: fc.Arbitrary<string | Uint8Array>): fc.Arbitrary<string> =>
  fc.tuple(content, fc.constantFrom('base64' as const, 'base64url' as const), fc.boolean()).map(([value, alphabet, padded]) => {
    const text = Buffer.from(value).toString(alphabet);
    return padded ? text : text.replace(/=+$/, '');
  });
const phrase = fc.constantFrom('13800138000', '手机 13800138000', '11010519491231002X', 'call 138 0013 8000 now, please', 'the quick brown fox jumps over it', '{"a":1,"b":"13800138000"}', 'PK\u0003\u0004 and so on, as archives begin', '%PDF-1.7 with more behind it', '\\u0031\\u0033800138000');
const noise = fc.uint8Array({ minLength: 12, maxLength: 90 });
const phrases = fc.array(phrase, { minLength: 1, maxLength: 6 }).map((all) => all.join(' '));
const word = fc.constantFrom('com/example/service/customer/AccountRepository', '123e4567-E89B-12d3-a456-426614174000', '1F2E3D4C5B6A79880112233445566778AABBCCDD', 'aVeryLongNameOfAFunctionThatNobodyWouldWrite', 'data:text/plain;base64,', 'eyJhbGciOiJIUzI1NiJ9.', 'begin 644 a.txt\n', '-----BEGIN PGP MESSAGE-----\n', 'Begin ', '037777777777', '------------------------cut', '\0');
const glue = fc.constantFrom('', ' ', '"', '/', '-', '_', '+', '.', ',', '=', '\\n', '\\u003e', '%22', '%2B', '\\/', '&#x3e;', '<b>', '\n', '\r\n  ', '中', '\u00e9', '4,', 'x=');
const piece = fc.oneof({ weight: 3, arbitrary: b64(phrases) }, { weight: 2, arbitrary: b64(noise) }, { weight: 2, arbitrary: word }, { weight: 2, arbitrary: phrase }, { weight: 1, arbitrary: b64(b64(phrases)) }, { weight: 1, arbitrary: fc.string({ maxLength: 40 }) });
const text = fc.array(fc.tuple(glue, piece, glue), { minLength: 1, maxLength: 8 }).map((all) => all.flat().join(''));
const body = (type: string, content: string): Buffer =>
  Buffer.from(type.startsWith('multipart') ? `--------------------------cut\r\nContent-Disposition: form-data; name="a"; filename="notes.txt"\r\n\r\n${content}\r\n--------------------------cut--\r\n` : content);

describe('a text of which the prefilter tells something', () => {
  it('is read with the same result, however it is cut, as one of which nothing is told', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TYPES), text, fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 4 }), (type, content, sizes) => {
        const bytes = body(type, content);
        expect(read(type, chunked(bytes, sizes), {})).toEqual(read(type, chunked(bytes, sizes), { unaided: true }));
      }),
      runs(400),
    );
  });

  it('is read with the same result when it comes whole', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TYPES), text, (type, content) => {
        const bytes = body(type, content);
        expect(read(type, [bytes], { whole: true })).toEqual(read(type, [bytes], { unaided: true }));
      }),
      runs(400),
    );
  });

  it('needs no reader when it is ordinary, and is accounted for', () => {
    const bytes = Buffer.from('{"action":"comment","text":"nothing \\n of interest & 中文 at 50%, 2026-11-23"}');
    const seen = read('application/json', [bytes], { whole: true });
    expect([seen.findings, seen.unscannable, seen.output.equals(bytes)]).toEqual([[], [], true]);
    expect(seen.lines).toMatchObject([{ part: 'body', scanned: bytes.length, unscanned: 0 }]);
  });
});
