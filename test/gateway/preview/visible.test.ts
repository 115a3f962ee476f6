/** What could fool a reader is written out, and named. */
import { describe, expect, it } from '@jest/globals';
import { nameCautions, textCautions, visible, visibleLine } from '../../../gateway/preview/visible.js';

describe('visible text', () => {
  it.each([
    ['a\u0000b\u001bc\u007fd\u0085e', 'a␀b␛c␡d⟨U+0085⟩e'],
    ['\u202egpj.exe', '⟨U+202E⟩gpj.exe'],
    ['a\u200b\u2060\ufeff\u00adb', 'a⟨U+200B⟩⟨U+2060⟩⟨U+FEFF⟩⟨U+00AD⟩b'],
    ['one\r\ntwo\rthree\nfour\tfive', 'one\ntwo\nthree\nfour\tfive'],
    ['tag\u{e0041}', 'tag⟨U+E0041⟩'],
    ['half \ud800', 'half ⟨U+D800⟩'],
    ['心 ❤\ufe0f é 张三', '心 ❤\ufe0f é 张三'],
  ])('writes %j out', (text, seen) => {
    expect(visible(text)).toBe(seen);
  });

  it('keeps names on one line', () => {
    expect(visibleLine('a\r\nb\tc')).toBe('a␊b␉c');
  });

  it('names what a text does, once each', () => {
    expect(textCautions('plain 文字\n')).toEqual([]);
    expect(textCautions('\u0007\u202e\u200b')).toEqual(['control', 'direction', 'invisible']);
    // A mark of byte order is no secret.
    expect(textCautions('\ufeffhello')).toEqual([]);
  });

  it.each([
    ['report.pdf', []],
    ['报告2026.docx', []],
    ['invoice.pdf.exe', ['two-extensions']],
    ['invoice.pdf \u200b.js', ['invisible', 'two-extensions']],
    ['p\u0430ypal.txt', ['mixed-script']],
    ['отчёт.pdf', []],
    ['ｒeport.pdf', ['mixed-script']],
    ['\u202efdp.exe', ['direction']],
  ])('judges the name %j', (name, cautions) => {
    expect(nameCautions(name)).toEqual(cautions);
  });
});
