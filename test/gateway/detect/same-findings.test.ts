/** The prefilter changes nothing: with it and without it the same is found and masked, whatever the text is made of and however it is cut. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FILLERS, GAPS, HIDDEN, padded } from '../../kit/block-text.js';
import { builtIns, chunked, engine, inspectBody } from '../../kit/engine.js';
import { numberSource } from '../../kit/numbers.js';
import { body, sizes, written } from '../../laws/bodies.js';
import { runs } from '../../laws/runs.js';

const fast = engine();
const slow = engine(builtIns, { prefilter: false });
const source = numberSource(31);

const essence = (type: string | undefined, chunks: readonly Uint8Array[], factory: typeof fast): unknown => {
  const { findings, output, unscannable } = inspectBody(type, chunks, () => true, factory);
  return { findings, unscannable, output: output.toString('latin1') };
};
const dust = fc.oneof(
  { weight: 3, arbitrary: written },
  { weight: 4, arbitrary: fc.constantFrom(' ', '-', '.', '\u200b', '\u3000', '（', '）', '中', 'é', '😀', '\n', 'x', 'X', '1', '12', '한국', 'ｱ', '\u0663', '𝟏', ',', '手机', '\u0301') },
  { weight: 1, arbitrary: fc.constantFrom('中文'.repeat(40), 'é'.repeat(90), ' '.repeat(70), '😀'.repeat(33), 'card '.repeat(15)) },
);

describe('findings', () => {
  it('are the same with and without the prefilter', () => {
    fc.assert(
      fc.property(body, sizes, ({ type, bytes }, cut) => {
        expect(essence(type, chunked(bytes, cut), fast)).toEqual(essence(type, chunked(bytes, cut), slow));
      }),
      runs(80),
    );
  });

  it('are the same among separators, invisible characters, other scripts and broken bytes', () => {
    const mixed = fc.array(fc.oneof({ weight: 9, arbitrary: dust.map((one) => Buffer.from(one)) }, { weight: 1, arbitrary: fc.uint8Array({ min: 1, maxLength: 3 }).map((one) => Buffer.from(one)) }), { maxLength: 30 }).map((parts) => Buffer.concat(parts));
    fc.assert(
      fc.property(mixed, sizes, (bytes, cut) => {
        expect(essence('text/plain; charset=utf-8', chunked(bytes, cut), fast)).toEqual(essence('text/plain; charset=utf-8', [bytes], slow));
      }),
      runs(200),
    );
  });

  it('are the same for numbers in mixed dress at every place', () => {
    const dressed = (digits: string): fc.Arbitrary<string> =>
      fc
        .tuple(fc.array(fc.constantFrom(0, 0, 0xfee0, 1, 2), { minLength: 1, maxLength: 5 }), fc.array(fc.constantFrom('', '', '', ...GAPS, ...HIDDEN), { minLength: 1, maxLength: 6 }))
        .map(([ways, between]) =>
          Array.from(digits, (digit, i) => {
            const way = ways[i % ways.length] ?? 0;
            const one = way === 1 ? ('零一二三四五六七八九'[Number(digit)] ?? digit) : way === 2 ? String.fromCodePoint(0x1d7ce + Number(digit)) : String.fromCharCode(digit.charCodeAt(0) + way);
            return one + (between[i % between.length] ?? '');
          }).join(''),
        );
    const text = fc
      .array(fc.oneof(fc.tuple(fc.constantFrom(...FILLERS), fc.nat(90)).map(([filler, size]) => padded(filler, size)), fc.constantFrom(...Array.from({ length: 8 }, () => source.phone())).chain(dressed), dust), { maxLength: 12 })
      .map((parts) => Buffer.from(parts.join('')));
    fc.assert(
      fc.property(text, sizes, (bytes, cut) => {
        expect(essence('text/plain; charset=utf-8', chunked(bytes, cut), fast)).toEqual(essence('text/plain; charset=utf-8', [bytes], slow));
        expect(essence('text/plain; charset=utf-8', [bytes], fast)).toEqual(essence('text/plain; charset=utf-8', [bytes], slow));
      }),
      runs(100),
    );
  });

  it.each(['application/json', 'application/x-www-form-urlencoded', 'text/html; charset=utf-8', 'text/plain; charset=utf-8'])('are the same among escapes of every kind in %s', (type) => {
    const escape = fc.constantFrom(
      '\\u0031', '\\u4e00', '\\uff11', '\\u200b', '\\ud835\\udfcf', '\\ud835', '\\\\', '\\n', '\\"', '\\q', '\\u00', '%31', '%EF%BC%91', '%EF%BC', '%E4%B8%80', '%5Cu0031', '%', '%2', '+', '%26%2349;', '\u00e4%B8%80',
      '&#49;', '&#x31;', '&#49', '&nbsp;', '&nbsp', '&thinsp;', '&zwj;', '&unknown;', '&', '&#', `&#${'0'.repeat(70)}49;`, '<b>', '</b>', '<span id="1">', '<td>', '<', '<!-- 1 -->', '<!--', `<i title="${'x'.repeat(600)}">`, '<b',
    );
    const escaped = written.map((text) => Array.from(text, (one, i) => (i % 3 === 0 && one.length === 1 ? `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}` : one)).join(''));
    const mixed = fc
      .array(fc.oneof({ weight: 4, arbitrary: dust }, { weight: 4, arbitrary: escape }, { weight: 2, arbitrary: escaped }, { weight: 1, arbitrary: written.map(encodeURIComponent) }, { weight: 1, arbitrary: fc.constantFrom('138', '1234', '5678') }), { maxLength: 24 })
      .map((parts) => Buffer.from(parts.join('')));
    fc.assert(
      fc.property(mixed, sizes, (bytes, cut) => {
        expect(essence(type, chunked(bytes, cut), fast)).toEqual(essence(type, [bytes], slow));
      }),
      runs(120),
    );
  });

  it.each(['application/json', 'text/html; charset=utf-8', 'text/plain; charset=utf-8'])('are the same in long texts with few escapes in %s', (type) => {
    const prose = fc.tuple(fc.constantFrom('a ', '中文', 'word ', 'é', '的，', '字 ', '5 '), fc.integer({ min: 1, max: 400 })).map(([filler, count]) => filler.repeat(count));
    const escape = fc.constantFrom('\\u624b\\u673a', '\\u0031', '\\n', '\\', '\\q', '%E6%89%8B%E6%9C%BA', '%20', '%', '\u00e6%89%8B', '&nbsp;', '&#25163;', '&', '&unknown;', '<b>', '</b>', '<', '<td>', '<!-- 1 -->', `<i title="${'x'.repeat(300)}">`);
    const text = fc
      .array(fc.oneof({ weight: 4, arbitrary: prose }, { weight: 3, arbitrary: written }, { weight: 2, arbitrary: escape }, { weight: 1, arbitrary: dust }), { minLength: 4, maxLength: 16 })
      .map((parts) => Buffer.from(`prose\n${parts.join('')}`));
    fc.assert(
      fc.property(text, fc.array(fc.integer({ min: 700, max: 5000 }), { minLength: 1, maxLength: 3 }), (bytes, cut) => {
        expect(essence(type, chunked(bytes, cut), fast)).toEqual(essence(type, [bytes], slow));
      }),
      runs(60),
    );
  });

  it('are the same among digits that stand one by one', () => {
    const sign = fc.constantFrom(' ', ' ', ',', '-', '\t', '\n', '\u3000', '\x01', '- ');
    const row = fc.oneof(
      { weight: 3, arbitrary: fc.tuple(fc.array(fc.nat({ max: 9 }), { minLength: 9, maxLength: 60 }), sign).map(([digits, own]) => digits.join(own) + own) },
      { weight: 2, arbitrary: fc.tuple(written, sign).map(([text, own]) => Array.from(text).join(own)) },
      { weight: 1, arbitrary: dust },
    );
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 6 }), fc.constantFrom(1, 1, 1, 40), sizes, (rows, count, cut) => {
        const bytes = Buffer.from(rows.join('').repeat(count).slice(0, 6000));
        const cuts = bytes.length > 1000 ? [1000] : cut;
        expect(essence('text/plain; charset=utf-8', chunked(bytes, cuts), fast)).toEqual(essence('text/plain; charset=utf-8', [bytes], slow));
      }),
      runs(80),
    );
  });

  it.each(['application/json', 'application/x-www-form-urlencoded', 'text/plain; charset=utf-8'])('are the same in texts that are escaped throughout in %s', (type) => {
    const inJson = (text: string): string => text.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
    const plain = fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom('中文', '手机号码', '的，', '第一二三', 'Ｘ', '，', '１', '\u200b', '\ue000', '힐', '࿿', 'ကᄀ', '�', '𝟏', '😀') },
      { weight: 2, arbitrary: written },
      { weight: 1, arbitrary: dust },
    );
    const part = fc.tuple(plain, fc.constantFrom(1, 1, 2, 8), fc.constantFrom(inJson, encodeURIComponent, encodeURIComponent, (one: string) => one), fc.nat({ max: 12 })).map(([text, count, escape, cut]) => {
      const all = escape(Buffer.from(text).toString()).repeat(count);
      return cut < 10 ? all : all.slice(0, -1);
    });
    const text = fc.array(part, { minLength: 2, maxLength: 10 }).map((parts) => Buffer.from(parts.join('')));
    fc.assert(
      fc.property(text, sizes, (bytes, cut) => {
        expect(essence(type, chunked(bytes, cut), fast)).toEqual(essence(type, [bytes], slow));
      }),
      runs(30),
    );
  });

  it.each([
    ['application/json', '\\u624b\\u673a\\u53f7\\u7801'],
    ['text/plain; charset=utf-8', '%E6%89%8B%E6%9C%BA%E5%8F%B7%E7%A0%81'],
    ['text/html; charset=utf-8', '<b>&#25163;机号<b>码</b>'],
  ])('are the same in %s however far from a number %s stands', (type, escape) => {
    const own = [source.phone(), Array.from(source.bankCard()).join('\u200b'), Array.from(source.residentId()).join(' ')];
    for (let apart = 0; apart < 420; apart += 7) {
      for (const filler of [' a', '中']) {
        const number = own[(apart / 7) % own.length] ?? '';
        const between = padded(filler, apart);
        const far = padded('文', 1200);
        for (const text of [`${far}${escape}${between}${number}${far}`, `${far}${number}${between}${escape}${far}`, `${far}${number}${between}${number}${padded(filler, 120)}${escape}${far}`]) {
          const bytes = Buffer.from(`prose\n${text}`);
          expect(essence(type, [bytes], fast)).toEqual(essence(type, [bytes], slow));
        }
      }
    }
  });

  it.each([
    ['application/json', '{"a":"\\u6587'],
    ['application/x-www-form-urlencoded', 'a=%E6%96%87'],
    ['text/html; charset=utf-8', '<p>&#25991'],
    ['text/html; charset=utf-8', '<p>&#25991;'],
    ['text/plain; charset=utf-8', '\\u6587'],
    ['text/plain; charset=utf-8', '%E6%96%87'],
  ])('are the same in %s where the digits of an escape touch a number: %s', (type, before) => {
    for (const number of [source.residentId(), source.bankCard(), source.phone()]) {
      for (let pad = 0; pad < 70; pad++) {
        const bytes = Buffer.from(`${padded('a', pad)}"${before}${number}"${padded('b', 90)}`);
        expect([pad, essence(type, [bytes], fast)]).toEqual([pad, essence(type, [bytes], slow)]);
      }
    }
  });

  it.each(['一', '１', '\u200b', '𝟏', '\u0661', '²', 'Ｘ', '中'])('are the same where the last bytes of %s are escaped, anywhere in a number', (character) => {
    const all = Buffer.from(character);
    for (const number of [source.phone().replace(/^(.{3})(.{4})/, '$1 $2 '), source.residentId()]) {
      for (let at = 1; at <= number.length; at++) {
        for (let raw = 1; raw < all.length; raw++) {
          // In the place of a digit, and between two.
          for (const behind of [at, at + 1]) {
            const own = Buffer.concat([all.subarray(0, raw), Buffer.from(Array.from(all.subarray(raw), (byte) => `%${byte.toString(16)}`).join(''))]);
            const bytes = Buffer.concat([Buffer.from(`tel ${number.slice(0, at)}`), own, Buffer.from(`${number.slice(behind)} ok ok ok`)]);
            for (const type of ['text/plain; charset=utf-8', 'application/x-www-form-urlencoded']) expect([bytes.toString('latin1'), essence(type, [bytes], fast)]).toEqual([bytes.toString('latin1'), essence(type, [bytes], slow)]);
          }
        }
      }
    }
  });

  it('are the same wherever an escaped number stands behind a character as it is', () => {
    const number = Array.from(source.phone(), (digit) => `%3${digit}`).join('');
    for (const character of ['😀', 'éé', '中', '，😀']) {
      for (let pad = 0; pad < 130; pad++) {
        const bytes = Buffer.from(`${'a'.repeat(pad)}${character}${number}`);
        expect([pad, inspectBody('application/x-www-form-urlencoded', [bytes], () => true, fast).findings.length]).toEqual([pad, 1]);
      }
    }
  });

  it('are the same where the mask of a number that is not over yet completes the one before it', () => {
    const before = Array.from('6217003599408027516', (digit) => '〇一二三四五六七八九'.charAt(Number(digit))).join('');
    for (const hidden of [0, 40, 50, 57, 64]) {
      const bytes = Buffer.from(`${before}4367-5212-6994-2839${'\u00ad'.repeat(hidden)}文中文中文`);
      for (const cut of [[1], [10], [2, 6, 2, 5]]) expect(essence('text/plain', chunked(bytes, cut), fast)).toEqual(essence('text/plain', [bytes], slow));
    }
  });

  it('are the same in rows of figures, whatever parts and ends them and wherever blocks of the text begin', () => {
    const figure = fc.oneof(
      { weight: 3, arbitrary: fc.array(fc.nat(9), { minLength: 1, maxLength: 25 }).map((digits) => digits.join('')) },
      { weight: 2, arbitrary: fc.constantFrom(...Array.from({ length: 6 }, () => [source.phone(), source.bankCard(), source.residentId(), source.nearMissCard()]).flat(), '110105491231002', '8601069156699', '1', '7') },
      { weight: 1, arbitrary: fc.tuple(fc.constantFrom(source.bankCard(), source.residentId(), `86${source.phone()}`), fc.constantFrom(4, 6, 3), fc.constantFrom(',', '-', ' ', ', ')).map(([number, size, gap]) => `${number.slice(0, size)}${gap}${number.slice(size)}`) },
      { weight: 1, arbitrary: fc.constant('9'.repeat(70)) },
    );
    const gap = fc.constantFrom(',', ',', ',', '-', ' ', '.', ':', '\t', '\n', ', ', ' - ', ',,', ', , ', '    ', '+', '/', '|');
    const ending = fc.constantFrom('"', 'a', 'X', 'x', 'Ｘ', ' X', '中', '，', '\u200b', '１', '一', '\u0001', '%31', '\\u0031', '&#49;', '', '-', ',,,,', 'é', '😀', '𝟏');
    const row = fc.tuple(fc.array(fc.tuple(figure, gap), { minLength: 1, maxLength: 20 }), ending).map(([figures, end]) => figures.map(([one, behind], at) => (at + 1 < figures.length ? one + behind : one)).join('') + end);
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 4 }), fc.nat(70), fc.constantFrom('text/plain; charset=utf-8', 'application/json', 'application/x-www-form-urlencoded', 'text/html; charset=utf-8', 'text/csv'), sizes, (rows, pad, type, cut) => {
        const bytes = Buffer.from(padded('a', pad) + rows.join('\n'));
        expect(essence(type, chunked(bytes, cut), fast)).toEqual(essence(type, [bytes], slow));
        expect(essence(type, [bytes], fast)).toEqual(essence(type, [bytes], slow));
      }),
      runs(400),
    );
  });

  it.each([1, 2, 4, 13, 16, 19, 21, 40])('are the same behind a thousand figures of %i digits, which no run has room for', (size) => {
    for (const gap of [',', '-', ' ']) {
      const figures = `${'7'.repeat(size)}${gap}`.repeat(1000);
      for (const number of [source.residentId(), source.bankCard(), source.phone()]) {
        const bytes = Buffer.from(`${number}${gap}${figures}${number} ,${gap}${figures}"${number}"`);
        expect([gap, essence('text/plain', [bytes], fast)]).toEqual([gap, essence('text/plain', [bytes], slow)]);
      }
    }
  });

  it.each([100, 256, 257, 300, 1000])('are the same for numbers %i bytes apart', (apart) => {
    for (const filler of ['a', '中', '5 ', '😀', '. ']) {
      const text = Array.from({ length: 6 }, () => source.phone() + filler.repeat(Math.ceil(apart / Buffer.byteLength(filler)))).join('手机');
      expect(essence('text/plain', [Buffer.from(text)], fast)).toEqual(essence('text/plain', [Buffer.from(text)], slow));
    }
  });
});
