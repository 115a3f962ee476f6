/** Every view reads bytes as units that know their bytes, the same for every cut, and writes masks that change nothing else. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CLASS, DIGIT } from '../../../../detectors/scan/characters.js';
import type { Decoded, View } from '../../../../gateway/ports.js';
import { VIEWS, viewsOf } from '../../../../gateway/decode/views.js';
import { encodeGb18030 } from '../../../kit/gb18030.js';
import { runs } from '../../../laws/runs.js';

const inGb18030 = (['text', 'form', 'markup'] as const).flatMap((syntax) => viewsOf(syntax, ['gb18030']));
const views = [...new Map([...Object.values(VIEWS).flat(), ...inGb18030].map((view) => [view.chain.join('+'), view] as const))];
const [plain] = VIEWS.line;
const [plainGb18030] = inGb18030;
if (plain === undefined || plainGb18030 === undefined) throw new TypeError('no plain view');

interface Unit { readonly unit: number; readonly from: number; readonly to: number }
const unitsOf = (decoded: Decoded, base = 0): Unit[] =>
  Array.from({ length: decoded.length }, (_, i) => ({ unit: decoded.units[i] ?? 0, from: base + (decoded.from[i] ?? 0), to: base + (decoded.to[i] ?? 0) }));
const read = (view: View, bytes: Uint8Array): Unit[] => unitsOf(view.decode(bytes, true));
const textOf = (units: readonly Unit[]): string => String.fromCharCode(...units.map(({ unit }) => unit));

const piece = fc.oneof(
  fc.constantFrom('1', '9', '0', 'x', ' ', '-', '.', 'é', '中', '１', '９', '\u0663', '\u200b', '😀', '𝟏', '*', '"', '\n'),
  fc.constantFrom('%31', '%3', '%', '%%31', '%EF%BC%91', '%ef%bc', '+', '%2B', '%5Cu0031', '%5C%75%30%30%33%32', '%26%2349;', '%00', '%D9%A3'),
  fc.constantFrom('\\u0031', '\\uFF11', '\\u003', '\\u', '\\', '\\\\', '\\"', '\\n', '\\ud83d\\ude00', '\\ud835\\udfcf', '\\ud83d', '\\u06f1'),
  fc.constantFrom('&#49;', '&#049;', '&#x31;', '&#X0031;', '&#65297;', '&#xff11;', '&#49', '&#x31', '&nbsp;', '&amp;', '&', '&#', '&#;', '&#x;', '&#1114112;', '&#0;', '&bogus;'),
);
const strings = fc.array(piece, { maxLength: 14 }).map((parts) => Buffer.from(parts.join('')));
const broken = fc.array(fc.oneof(piece.map((one) => Buffer.from(one)), fc.uint8Array({ maxLength: 4 }).map((one) => Buffer.from(one)), fc.constantFrom([0xc0, 0xb1], [0xe0, 0x80, 0xb1], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe4, 0xb8], [0xf0, 0x9f, 0x98]).map((one) => Buffer.from(one))), { maxLength: 10 }).map((parts) => Buffer.concat(parts));
const ofGb18030 = fc.array(fc.oneof(fc.constantFrom('%A3%B1', '%a3%', '%81%30%81%30', '%95A').map((one) => Buffer.from(one)), piece.map(encodeGb18030), fc.constantFrom([0x81], [0x81, 0x30], [0xd5, 0x5c], [0x84, 0x31, 0xa5, 0x30]).map((one) => Buffer.from(one))), { maxLength: 14 }).map((parts) => Buffer.concat(parts));
const bytes = fc.oneof(strings, broken, ofGb18030);

describe.each(views)('the view %s', (_name, view) => {
  it('reads every byte into a unit, in order', () => {
    fc.assert(
      fc.property(bytes, (input) => {
        let end = 0;
        let from = 0;
        for (const unit of read(view, input)) {
          // Both halves of a pair stand for the same bytes.
          expect([end, from]).toContain(unit.from);
          expect(unit.to).toBeGreaterThan(unit.from);
          ({ from, to: end } = unit);
        }
        expect(end).toBe(input.length);
      }),
      runs(70),
    );
  });

  it('reads the same for every cut: it stops before what is not finished', () => {
    fc.assert(
      fc.property(bytes, (input) => {
        const whole = read(view, input);
        for (let cut = 0; cut <= input.length; cut++) {
          const first = view.decode(input.subarray(0, cut), false);
          expect(first.consumed).toBeLessThanOrEqual(cut);
          expect(cut - first.consumed).toBeLessThan(view.widest * 4);
          // What is decoded is good until the next decode.
          const before = unitsOf(first);
          const rest = unitsOf(view.decode(input.subarray(first.consumed), true), first.consumed);
          expect([...before, ...rest]).toEqual(whole);
        }
      }),
      runs(30),
    );
  });

  it('writes over a digit without touching anything else', () => {
    fc.assert(
      fc.property(bytes, fc.constantFrom(0x2a, 0x5f, 0x30, 0x31, 0xff0a), (input, fill) => {
        const before = read(view, input);
        for (const [at, digit] of before.entries()) {
          if (CLASS[digit.unit] !== DIGIT) continue;
          const wide = digit.unit >= 0xff10 && digit.unit <= 0xff19;
          if (fill === 0xff0a && !wide) continue;
          // Digits are written over bare numbers only, and those are ASCII.
          if (fill < 0x3a && fill !== 0x2a && digit.to - digit.from > 1) continue;
          // In GB18030 only stars can never become part of what stands before them.
          if (view.charset === 'gb18030' && fill !== 0x2a && fill !== 0xff0a) continue;
          const written = Buffer.from(input);
          view.poke(written, digit.from, digit.to, fill);
          expect(written.subarray(0, digit.from).equals(input.subarray(0, digit.from))).toBe(true);
          expect(written.subarray(digit.to).equals(input.subarray(digit.to))).toBe(true);
          const after = read(view, written);
          const more = after.length - before.length;
          expect(after.slice(0, at)).toEqual(before.slice(0, at));
          expect(after.slice(at + 1 + more)).toEqual(before.slice(at + 1));
          const now = after.slice(at, at + 1 + more).map(({ unit }) => unit);
          if (fill === 0xff0a && digit.unit !== fill) expect([[0xff0a], now.map(() => 0x2a)]).toContainEqual(now);
          else expect([[fill], [0x2a]]).toContainEqual([...new Set(now)]);
        }
      }),
      runs(70),
    );
  });

  it('agrees with the plain view where none of its trigger bytes stands', () => {
    const { trigger } = view;
    const first = view.charset === 'gb18030' ? plainGb18030 : plain;
    if (trigger === undefined) {
      expect(view === first || (view.charset === 'gb18030' && view.chain[0] === 'percent')).toBe(true);
      return;
    }
    fc.assert(
      fc.property(bytes, fc.boolean(), (input, last) => {
        const free = input.filter((byte) => !trigger.includes(byte));
        const own = view.decode(free, last);
        const other = first.decode(free, last);
        expect({ units: unitsOf(own), consumed: own.consumed, invalid: own.invalid }).toEqual({ units: unitsOf(other), consumed: other.consumed, invalid: other.invalid });
      }),
      runs(70),
    );
  });
});

const named = (chain: string): View => {
  const view = views.find(([name]) => name === chain)?.[1];
  if (view === undefined) throw new RangeError(chain);
  return view;
};

describe('reading', () => {
  it.each([
    ['utf-8', '1é中😀', '1é中😀'],
    ['utf-8+json', 'a\\u0031\\n\\"\\\\u0032\\u00e9', 'a1\n"\\u0032é'],
    ['utf-8+json', '\\u12z4\\x\\', '\\u12z4\\x\\'],
    ['percent+utf-8', '%31+%E4%b8%AD%zz%3', '1 中%zz%3'],
    ['percent+utf-8+json', '%5Cu0031\\u0032%5c%750033', '123'],
    ['utf-8+markup', '&#49;&#x32;&#x033;&#52&#53x', '12345x'],
    ['utf-8+markup', '&#49', '1'],
    ['utf-8+markup', '&nbsp;&amp;#49;&bogus;&#;', '\u00a0&#49;&bogus;&#;'],
  ])('by %s turns %s into what it stands for', (chain, input, expected) => {
    expect(textOf(read(named(chain), Buffer.from(input)))).toBe(expected);
  });

  it.each([
    ['a stray continuation byte', [0x80], 1],
    ['an overlong digit of two bytes', [0xc0, 0xb1], 2],
    ['an overlong digit of three bytes', [0xe0, 0x80, 0xb1], 3],
    ['a surrogate', [0xed, 0xa0, 0x80], 3],
    ['beyond Unicode', [0xf4, 0x90, 0x80, 0x80], 4],
    ['a character cut off', [0xe4, 0xb8], 2],
    ['bytes that no text has', [0xff, 0xfe, 0xf8], 3],
  ])('reads %s byte by byte as U+FFFD', (_name, input, count) => {
    const decoded = plain.decode(Buffer.from(input), true);
    expect(unitsOf(decoded)).toEqual(input.map((_, at) => ({ unit: 0xfffd, from: at, to: at + 1 })));
    expect(decoded.invalid).toBe(count);
  });
});

describe('writing', () => {
  it.each([
    ['utf-8', '1', 0x2a, '*'],
    ['utf-8', '１', 0xff0a, '＊'],
    ['utf-8', '\u0663', 0x2a, '**'],
    ['utf-8+json', '\\u0031', 0x2a, '\\u002a'],
    ['utf-8+json', '\\uff11', 0xff0a, '\\uff0a'],
    ['percent+utf-8', '%31', 0x2a, '%2A'],
    ['percent+utf-8', '%EF%BC%91', 0xff0a, '%EF%BC%8A'],
    ['percent+utf-8+json', '%5Cu0031', 0x5f, '%5Cu005f'],
    ['percent+utf-8+json', '\\%750%303%31', 0x5f, '\\%750%305%66'],
    ['utf-8+markup', '&#49;', 0x2a, '&#42;'],
    ['utf-8+markup', '&#00049', 0x2a, '&#00042'],
    ['utf-8+markup', '&#x31;', 0x2a, '&#x2a;'],
    ['utf-8+markup', '&#65297;', 0xff0a, '&#65290;'],
    ['percent+gb18030', '%A3%B1', 0xff0a, '%A3%AA'],
    ['gb18030+json', '\\uff11', 0xff0a, '\\uff0a'],
    ['gb18030+markup', '&#65297;', 0xff0a, '&#65290;'],
  ])('by %s puts over %s a mask of its width', (chain, input, fill, expected) => {
    const bytes = Buffer.from(input);
    named(chain).poke(bytes, 0, bytes.length, fill);
    expect(bytes.toString()).toBe(expected);
  });
});
