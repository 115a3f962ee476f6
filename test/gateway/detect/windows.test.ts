/** The prefilter may be too generous, never too strict. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CLASS, IGNORABLE, SEPARATOR, isAnyDigit, isCheckX, standIn } from '../../../detectors/scan/characters.js';
import { digitWindows } from '../../../gateway/detect/windows.js';
import { builtIns, chunked, engine, inspectBody } from '../../kit/engine.js';
import { numberSource } from '../../kit/numbers.js';
import { body, sizes, written } from '../../laws/bodies.js';
import { runs } from '../../laws/runs.js';

const fast = engine();
const slow = engine(builtIns, { prefilter: false });
const source = numberSource(31);

/** Does a run of digits go on behind `between`? */
const joins = (between: Buffer): boolean => {
  const bytes = Buffer.concat([Buffer.from('12345'), between, Buffer.from('6"')]);
  return digitWindows(bytes, 0, 6).closed[0] === 0;
};

describe('a window', () => {
  it('goes on behind every separator, invisible character and X that there is', () => {
    for (let unit = 0; unit < 0x10000; unit++) {
      if (CLASS[unit] !== SEPARATOR && CLASS[unit] !== IGNORABLE && !isCheckX(unit)) continue;
      expect([unit.toString(16), joins(Buffer.from(String.fromCharCode(unit)))]).toEqual([unit.toString(16), true]);
    }
  });

  it('counts every digit that there is, in each script and plane', () => {
    for (let point = 0; point <= 0x10ffff; point++) {
      if (point >= 0xd800 && point <= 0xdfff) continue;
      const digit = point < 0x10000 ? isAnyDigit(CLASS[point]) : (standIn(point) ?? 0) >= 0xff10;
      if (!digit) continue;
      const bytes = Buffer.from(`${String.fromCodePoint(point).repeat(11)}"`);
      expect([point.toString(16), digitWindows(bytes, 0, 11).closed]).toEqual([point.toString(16), [0, bytes.length - 1]]);
    }
  });

  it('goes on behind every character beyond the basic plane that stands for an invisible one', () => {
    for (let point = 0x10000; point <= 0x10ffff; point++) {
      if (standIn(point) !== undefined && !joins(Buffer.from(String.fromCodePoint(point)))) expect(point.toString(16)).toBe('joined');
    }
  });

  it('ends at letters and quotes', () => {
    for (const one of ['a', '"', '*', '=']) expect(joins(Buffer.from(one))).toBe(false);
  });

  it('is open when it touches the end, however short', () => {
    expect(digitWindows(Buffer.from('ab 1'), 0, 11)).toEqual({ closed: [], open: 3 });
    expect(digitWindows(Buffer.from('12345678901 x1" '), 0, 11)).toEqual({ closed: [0, 14], open: -1 });
    expect(digitWindows(Buffer.from('abc'), 0, 11)).toEqual({ closed: [], open: -1 });
    expect(digitWindows(Buffer.from('1a2'), 1, 2)).toEqual({ closed: [], open: 2 });
  });

  it('is one too where invisible characters make the text malformed', () => {
    for (const hidden of ['\u200b', '\u00ad', '\u0001', '\u0301', '\ufe0f']) {
      const text = Buffer.from(`a 1${hidden.repeat(70)}b`);
      const whole = inspectBody('text/plain; charset=utf-8', [text], () => true, fast);
      expect(whole.unscannable.map(({ reason }) => reason)).toEqual(['malformed']);
      expect(inspectBody('text/plain; charset=utf-8', chunked(text, [1]), () => true, fast).receipt).toEqual(whole.receipt);
    }
  });
});

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

  it.each([100, 256, 257, 300, 1000])('are the same for numbers %i bytes apart', (apart) => {
    for (const filler of ['a', '中', '5 ', '😀', '. ']) {
      const text = Array.from({ length: 6 }, () => source.phone() + filler.repeat(Math.ceil(apart / Buffer.byteLength(filler)))).join('手机');
      expect(essence('text/plain', [Buffer.from(text)], fast)).toEqual(essence('text/plain', [Buffer.from(text)], slow));
    }
  });
});
