/** RTF: text in every spelling, what stands beside it, files within, and masks over it. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rtf } from '../../../../../gateway/decode/extract/rtf/rtf.js';
import { EXTRACT_LIMITS } from '../../../../../gateway/decode/extract/limits.js';
import { numberSource } from '../../../../kit/numbers.js';
import { opened, sourceOf } from '../opened.js';

const numbers = numberSource(63);
const file = (body: string, head = '\\ansi\\ansicpg936\\deff0{\\fonttbl{\\f0\\fnil\\fcharset134 SimSun;}{\\f1 Arial;}}'): Buffer => Buffer.from(`{\\rtf1${head} ${body}}`, 'latin1');
const hex = (text: string): string => Array.from(text, (letter) => `\\'${letter.charCodeAt(0).toString(16)}`).join('');
const unicode = (text: string, fallback = '?'): string => Array.from(text, (letter) => `\\u${letter.charCodeAt(0)}${fallback}`).join('');
/** Every digit of `text` as its full-width form. */
const wide = (text: string): string => text.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0));

describe('text', () => {
  it('is found in every spelling of its characters, in pieces and in groups', async () => {
    const id = numbers.residentId();
    const half = 9;
    const spelled = [
      id, hex(id), unicode(id), `${id.slice(0, half)}\\b ${id.slice(half)}`, `${id.slice(0, half)}{\\b ${id.slice(half)}}`, `${id.slice(0, half)}\r\n${id.slice(half)}`,
      `${id.slice(0, half)}\\'${id.charCodeAt(half).toString(16)}${id.slice(half + 1)}`, `${id.slice(0, half)}{\\*\\bkmkstart a}${id.slice(half)}`, `\\uc0${unicode(id, ' ')}`,
      `{\\v ${id}}`, `${id.slice(0, half)}\\-${id.slice(half)}`, Array.from(id, (digit) => `{\\f1\\cf2 ${digit}}`).join('\n'),
    ];
    for (const one of spelled) expect((await opened(rtf, file(`a ${one} b`))).values).toEqual([id]);
    const full = await opened(rtf, file(`${unicode(wide(id))} `));
    expect(full.members[0]?.bytes.toString('utf8')).toContain(wide(id));
    expect(full.findings).toHaveLength(1);
  });

  it('is read in the charset of the file and of its fonts', async () => {
    // 身份证 in GBK, then in GBK by the font alone.
    const bytes = "\\'c9\\'ed\\'b7\\'dd\\'d6\\'a4";
    for (const one of [file(bytes), file(`\\f0 ${bytes}`, '\\ansi{\\fonttbl{\\f0\\fcharset134 SimSun;}}')]) expect((await opened(rtf, one)).members[0]?.bytes.toString('utf8')).toContain('身份证');
    expect((await opened(rtf, file('\\u-10179?\\u-8704?'))).members[0]?.bytes.toString('utf8')).toContain('😀');
  });

  it('has its paragraphs and cells', async () => {
    const seen = await opened(rtf, file('one\\par two\\cell three\\line four'));
    expect(seen.members[0]?.bytes.toString('utf8').trim()).toBe('one\ntwo\tthree\nfour');
  });
});

describe('beside the text', () => {
  it('numbers are found in properties, notes, fields, unknown groups, and in what only old readers show', async () => {
    const all = Array.from({ length: 6 }, () => numbers.phone());
    const [title, note, link, unknown, style, old] = all;
    const body = `{\\info{\\title ${title}}}{\\stylesheet{\\s0 ${style};}}{\\footnote ${note}}{\\field{\\*\\fldinst HYPERLINK "tel:${link}"}{\\fldrslt x}}{\\*\\nobody ${unknown}}\\uc11\\u32 ${old}`;
    const seen = await opened(rtf, file(body));
    expect([...seen.values].sort()).toEqual([...all].sort());
    expect(seen.reasons).toEqual([]);
  });

  it('opens pictures and objects as files, whether in digits or in bytes', async () => {
    const phone = numbers.phone();
    const asHex = Buffer.from(`tel ${phone}`).toString('hex');
    const ole = Buffer.concat([Buffer.from([1, 5, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0]), Buffer.from('a\0'), Buffer.alloc(8), Buffer.from([phone.length, 0, 0, 0]), Buffer.from(phone), Buffer.from([9, 9])]);
    for (const group of [`{\\pict\\pngblip\\picw10\n${asHex.slice(0, 8)}\n${asHex.slice(8)}}`, `{\\object\\objemb{\\*\\objdata ${ole.toString('hex')}}}`, `{\\pict\\jpegblip\\bin${phone.length} ${phone}}`]) {
      const seen = await opened(rtf, file(`a${group}b`));
      expect(seen.values).toEqual([phone]);
      expect(seen.members[0]?.bytes.toString()).toContain('ab');
    }
    const png = await opened(rtf, file('{\\pict\\pngblip 89504e470d0a1a0a}'));
    expect(png.members.map(({ nested }) => nested)).toContain('png');
  });
});

describe('damage', () => {
  it('is said: open groups, too many ends, lengths that lie, groups without end', async () => {
    const phone = numbers.phone();
    for (const one of [file(phone).subarray(0, -1), Buffer.from(`{\\rtf1 {\\bin99999 ${phone}`), Buffer.from(`{\\rtf1 ${phone}${'{'.repeat(5000)}`)]) {
      expect((await opened(rtf, one)).reasons).toContain('malformed');
    }
    expect((await opened(rtf, Buffer.from('{\\rt nothing'))).reasons).toEqual(['malformed']);
    expect((await opened(rtf, file('x'), { ...EXTRACT_LIMITS, wholeFile: 10 })).reasons).toEqual(['too-large']);
    expect((await opened(rtf, Buffer.concat([file('x'), Buffer.from(` tel ${phone}`)]))).values).toEqual([phone]);
  });

  it('never stops the reader, whatever the bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom('{', '}', '\\', '\\*', '\\u', '\\uc', '\\bin', "\\'", '4', '-9', ' ', 'a', '\\pict', '\\fonttbl', '\\f', '\\par', '\0', '\xd6', '\n'), { maxLength: 60 }), async (pieces) => {
        const seen = await opened(rtf, Buffer.from(`{\\rtf1${pieces.join('')}`, 'latin1'));
        expect(seen.members.length).toBeGreaterThan(2);
      }),
      { numRuns: 300, seed: 6 },
    );
  });
});

describe('masks', () => {
  it('cover a number in its own spelling, and leave every other byte as it was', async () => {
    const id = numbers.residentId();
    for (const spelled of [id, hex(id), unicode(id), unicode(wide(id)), `{\\b ${id.slice(0, 7)}}\\i ${id.slice(7)}`]) {
      const before = file(`\\'c9\\'ed\\'b7\\'dd ${spelled} and \\u-10179?\\u-8704? more {\\*\\x aside}`);
      const container = await rtf.open(sourceOf(before), { limits: EXTRACT_LIMITS, fileName: undefined, signal: new AbortController().signal });
      const seen = await opened(rtf, before);
      const found = seen.findings[0];
      const text = Buffer.from(seen.members[0]?.bytes ?? Buffer.alloc(0));
      if (found === undefined) throw new Error('nothing was found');
      const masked = Buffer.from(text.toString('utf8', found.start, found.end).replace(/[0-9X]/g, '*').replace(/[０-９]/g, '＊'));
      text.set(masked, found.start);
      async function* now(): AsyncIterable<Uint8Array> {
        yield await Promise.resolve(text);
      }
      const out: Uint8Array[] = [];
      for await (const chunk of container.rewrite?.(new Map([[0, { bytes: now }]])) ?? []) out.push(chunk);
      const after = Buffer.concat(out);
      expect(after.length).toBe(before.length);
      const again = await opened(rtf, after);
      expect(again.values).toEqual([]);
      expect(again.reasons).toEqual([]);
      expect(again.members[0]?.bytes.toString('utf8').replaceAll('＊', '*')).toBe(text.toString('utf8').replaceAll('＊', '*'));
      expect(again.members[1]?.bytes).toEqual(seen.members[1]?.bytes);
    }
  });
});
