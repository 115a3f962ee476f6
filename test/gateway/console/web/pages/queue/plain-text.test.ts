/** Texts of strangers: nothing stays unseen, nothing pretends unnoticed. */
import { describe, expect, it } from '@jest/globals';
import { cautionsOf, pieces } from '../../../../../../gateway/console/web/pages/queue/plain-text.js';

const shown = (text: string): string => pieces(text).map((piece) => piece.text).join('');

describe('a text of a stranger', () => {
  it('stays as it is when every character can be seen', () => {
    for (const text of ['工资表 2026.xlsx', 'two\nlines\tand a tab', '<script>alert(1)</script>', '👩‍💻'.replace('\u200d', '')]) expect(pieces(text)).toEqual([{ text }]);
  });

  it('shows what nobody would see written out', () => {
    expect(shown('invoice\u202excod.exe')).toBe('invoice⟨U+202E⟩xcod.exe');
    expect(shown('a\u200bb\u0007c')).toBe('a⟨U+200B⟩b⟨U+0007⟩c');
    expect(pieces('a\u202eb')[1]).toEqual({ text: '⟨U+202E⟩', odd: 'direction' });
    expect(pieces('\u0000')[0]?.odd).toBe('control');
    expect(pieces('\ufeff')[0]?.odd).toBe('invisible');
    // What the gateway has written out already is pointed out all the same.
    expect(pieces('x⟨U+202E⟩␀')).toEqual([{ text: 'x' }, { text: '⟨U+202E⟩', odd: 'direction' }, { text: '␀', odd: 'control' }]);
  });

  it('never holds a control or formatting character after that', () => {
    const hostile = Array.from({ length: 0x3000 }, (_, code) => String.fromCharCode(code)).join('');
    expect(/[\p{Cf}\p{Cs}]|[^\P{Cc}\t\n\r]/u.test(shown(hostile))).toBe(false);
  });

  it('is called dangerous when it may fool a reader', () => {
    expect(cautionsOf('photo\u202egpj.exe')).toContain('direction');
    expect(cautionsOf('pаypal@bank.example')).toEqual(['mixed-script']);
    expect(cautionsOf('user@xn--80ak6aa92e.example')).toEqual(['mixed-script']);
    expect(cautionsOf('report.pdf.exe')).toEqual(['two-extensions']);
    expect(cautionsOf('Отчёт за март.docx')).toEqual([]);
    expect(cautionsOf('report.final.pdf')).toEqual([]);
  });
});
