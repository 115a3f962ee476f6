/** HTML as the text that a receiver reads: nothing is lost from sight by what was meant to hide it. */
import { describe, expect, it } from '@jest/globals';
import { plainMarkup } from '../../../gateway/preview/plain-markup.js';
import { costing } from '../../kit/cpu-time.js';

const shown = (text: string, continued = false): string => plainMarkup({ kind: 'text', segments: [{ text }], cautions: [] }, continued, () => undefined).segments.map((one) => one.text).join('');

describe('HTML as text', () => {
  it('keeps words, lines and cells, and leaves tags, comments, scripts and styles out', () => {
    const page = '<!DOCTYPE html><html><head><style>p { x: "</p>" }</style><script>evil()</script></head><body><!-- no --><p>One  two<br>three</p><table><tr><td>a</td>\n<td>b</td></tr></table></body></html>';
    expect(shown(page)).toBe('One two\nthree\na\tb\n');
  });

  it('reads entities as the characters they stand for, and writes out what nobody would see', () => {
    expect(shown('a&amp;b &lt;c&gt; &#65;&#x42; &unknown; &#8238;')).toBe('a&b <c> AB &unknown; ⟨U+202E⟩');
  });

  it('shows what has no end instead of hiding what follows it', () => {
    expect(shown('a <!-- b')).toBe('a <!-- b');
    expect(shown('a <style> b')).toBe('a b');
    expect(shown('1 < 2 and <')).toBe('1 < 2 and <');
    expect(shown('a <p title="x>y">b')).toBe('a\nb');
  });

  it('shows where links go and what pictures are called', () => {
    expect(shown('<a href="https://a.example/x">https://a.example/x</a>')).toBe('https://a.example/x');
    expect(shown('<a href="https://a.example/x">bank</a>')).toBe('bank ‹https://a.example/x›');
    expect(shown('<img alt="a chart" src="cid:x">')).toBe(' ‹a chart›');
  });

  it('keeps masks and their findings over the tags between their signs', () => {
    const { segments } = plainMarkup({ kind: 'text', segments: [{ text: '<p>id ' }, { text: '1***<b>***</b>2', finding: 3, masked: true }, { text: '</p>' }], cautions: [] }, false, () => undefined);
    expect(segments).toEqual([{ text: 'id ' }, { text: '1******2', finding: 3, masked: true }, { text: '\n' }]);
  });

  it('hides what only shows as a number once its tags are gone', () => {
    const { segments } = plainMarkup({ kind: 'text', segments: [{ text: 'no 12<i></i>34 x' }], cautions: [] }, false, (text) => text.replace('1234', '****'));
    expect(segments).toEqual([{ text: 'no ' }, { text: '****', masked: true }, { text: ' x' }]);
  });

  it('passes over the rest of a tag that the page before has cut', () => {
    expect(shown('ref="x">go on', true)).toBe('go on');
    expect(shown('2 > 1 <b>x</b>', true)).toBe('2 > 1 x');
  });

  it('takes time that grows with the text, whatever it is made of', () => {
    const { cpuMs } = costing(() => {
      for (const sign of ['<', '<!--', '<a href="', '<script>', '&#', '<a href=x>', '<td><p>', "<a b='"]) shown(sign.repeat(Math.floor(65_536 / sign.length)) + '>');
    }, 5_000);
    expect(cpuMs).toBeLessThan(5_000);
  });
});
