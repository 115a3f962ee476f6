/** GB18030 reads as Node's own decoder does; of what is no character every byte is accounted for; masks keep the width. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { standIn } from '../../../../detectors/scan/characters.js';
import { gb18030 } from '../../../../gateway/decode/layer/gb18030.js';
import { unitBuffer } from '../../../../gateway/decode/layer/unit-buffer.js';
import { encodeGb18030 } from '../../../kit/gb18030.js';
import { runs } from '../../../laws/runs.js';

interface Read { readonly units: number[]; readonly spans: (readonly [number, number])[]; readonly invalid: number; readonly consumed: number }
function read(bytes: Uint8Array, last = true): Read {
  const out = unitBuffer(bytes.length + 1);
  const consumed = gb18030.decode(bytes, last, out);
  const spans = Array.from({ length: out.length }, (_, i) => [out.from[i] ?? 0, out.to[i] ?? 0] as const);
  return { units: [...out.units.subarray(0, out.length)], spans, invalid: out.invalid, consumed };
}
const decoder = new TextDecoder('gb18030');
/** As views see characters beyond U+FFFF. */
const units = (text: string): number[] => Array.from(text, (one) => {
  const stand = standIn(one.codePointAt(0) ?? 0);
  return stand === undefined ? one.split('').map((half) => half.charCodeAt(0)) : [stand];
}).flat();

const characters = fc.array(
  fc.oneof(
    fc.integer({ min: 0, max: 0x7f }),
    // Some characters for private use have no bytes of their own any more.
    fc.integer({ min: 0x80, max: 0xffff }).filter((point) => point < 0xd800 || point > 0xf8ff),
    fc.integer({ min: 0x4e00, max: 0x9fa5 }),
    fc.integer({ min: 0x10000, max: 0x10ffff }),
    fc.constantFrom(...Array.from('０９１＊〇一九①⑴⓵\u200b\ufeff€\u{1d7cf}誠億', (one) => one.codePointAt(0) ?? 0)),
  ),
  { maxLength: 30 },
).map((points) => String.fromCodePoint(...points));

describe('GB18030', () => {
  it('reads every text as Node does', () => {
    fc.assert(
      fc.property(characters, (text) => {
        const bytes = encodeGb18030(text);
        expect(decoder.decode(bytes).replace(/^\ufeff/, '')).toBe(text.replace(/^\ufeff/, ''));
        expect(read(bytes)).toMatchObject({ units: units(text), invalid: 0, consumed: bytes.length });
      }),
      runs(300),
    );
  });

  it('reads every two bytes as Node does, and as many characters as there are', () => {
    let count = 0;
    for (let lead = 0x80; lead < 0x100; lead++) {
      for (let trail = 0; trail < 0x100; trail++) {
        const bytes = Uint8Array.of(lead, trail);
        const own = read(bytes);
        if (own.units.length === 1 && own.invalid === 0) {
          count++;
          expect(String.fromCharCode(...own.units)).toBe(decoder.decode(bytes));
        } else expect(own.spans).toEqual([[0, 1], [1, 2]]);
      }
    }
    expect(count).toBe(23_940);
  });

  it('gives every byte to one unit, which reads the same by itself', () => {
    fc.assert(
      fc.property(fc.oneof(characters.map(encodeGb18030), fc.uint8Array({ maxLength: 40 }), fc.array(fc.constantFrom(0x81, 0x84, 0x90, 0xa3, 0xe3, 0xfe, 0xff, 0x80, 0x30, 0x31, 0x39, 0x40, 0x5c, 0x7f, 0x20), { maxLength: 20 }).map((all) => Uint8Array.from(all))), (bytes) => {
        const { units: all, spans } = read(bytes);
        let end = 0;
        let start = 0;
        spans.forEach(([from, to], i) => {
          expect([end, start]).toContain(from);
          expect(to - from).toBe(all[i] === 0xfffd && to - from === 1 ? 1 : gb18030.widthAt?.(bytes, from));
          if (all[i] !== 0xfffd) expect(read(bytes.subarray(from, to)).units).toContain(all[i]);
          start = from;
          end = to;
        });
        expect(end).toBe(bytes.length);
      }),
      runs(300),
    );
  });

  it.each([
    ['FF', [0xff], [0xfffd]],
    ['a lead alone', [0xd6], [0xfffd]],
    ['a lead before a line end', [0xd6, 0x0a], [0xfffd, 0x0a]],
    ['a lead before 7F', [0xd6, 0x7f], [0xfffd, 0x7f]],
    ['a lead before FF', [0xd6, 0xff, 0x31], [0xfffd, 0xfffd, 0x31]],
    ['a lead before digits', [0xd6, 0x31, 0x33, 0x38], [0xfffd, 0x31, 0x33, 0x38]],
    ['four bytes without their last', [0x81, 0x30, 0x81], [0xfffd, 0x30, 0xfffd]],
    ['four bytes with a letter at the end', [0x81, 0x30, 0x81, 0x41], [0xfffd, 0x30, 0x4e04]],
    ['four bytes behind U+FFFF', [0x84, 0x31, 0xa5, 0x30], [0xfffd, 0x31, 0xfffd, 0x30]],
    ['four bytes behind U+10FFFF', [0xe3, 0x32, 0x9a, 0x36], [0xfffd, 0x32, 0xfffd, 0x36]],
  ])('counts %s, and reads on with the byte behind it', (_name, bytes, expected) => {
    const own = read(Uint8Array.from(bytes));
    expect(own.units).toEqual(expected);
    expect(own.invalid).toBe(expected.filter((unit) => unit === 0xfffd).length);
  });

  it('waits for the rest of a character, never for more', () => {
    fc.assert(
      fc.property(characters, fc.nat(), (text, place) => {
        const bytes = encodeGb18030(text);
        const cut = bytes.length === 0 ? 0 : place % bytes.length;
        const { consumed, invalid } = read(bytes.subarray(0, cut), false);
        expect(invalid).toBe(0);
        expect(cut - consumed).toBeLessThan(4);
        expect([...read(bytes.subarray(0, consumed)).units, ...read(bytes.subarray(consumed)).units]).toEqual(units(text));
      }),
      runs(150),
    );
  });

  it.each([
    [0xff0a, 2, [0xa3, 0xaa]],
    [0xff0a, 4, [0x2a, 0x2a, 0x2a, 0x2a]],
    [0x2a, 1, [0x2a]],
    [0x2a, 2, [0x2a, 0x2a]],
    [0x30, 1, [0x30]],
  ])('writes U+%i in %i bytes', (unit, width, expected) => {
    expect(gb18030.encode(unit, width)).toEqual(expected);
  });
});
