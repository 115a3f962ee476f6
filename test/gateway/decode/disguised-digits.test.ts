/** A number that a reader of the destination sees, written so that its bytes are no digits in a row: found and masked all the same. */
import { describe, expect, it } from '@jest/globals';
import { findAllWith } from '../../../detectors/scan/find.js';
import { TextScanner } from '../../../detectors/scan/text-scanner.js';
import { builtIns, inspectBody } from '../../kit/engine.js';

const NUMBER = '13812345678';
const each = (write: (digit: string, at: number) => string): string => Array.from(NUMBER, write).join('');
const code = (digit: string): number => digit.charCodeAt(0);

describe('markup', () => {
  it.each([
    ['references with leading zeros', each((digit) => `&#${String(code(digit)).padStart(40, '0')};`)],
    ['references without semicolons', each((digit) => `&#${code(digit)}`)],
    ['hexadecimal references without semicolons', each((digit) => `&#X${code(digit).toString(16)}`)],
    ['an unclosed reference before a letter', `${each((digit) => `&#${code(digit)}`)} abc`],
    ['soft hyphens without semicolons', each((digit, at) => (at % 4 === 3 ? `&shy${digit}` : digit))],
    ['blanks by name', '138&nbsp;1234&numsp;5678'],
    ['a name of an invisible character', '138&NegativeVeryThinSpace;12345678'],
    ['an empty element between digits', '138<b></b>12345678'],
    ['a comment between digits', '138<!-- <b> -->12345678'],
    ['an element around each digit', each((digit) => `<span class="a>b">${digit}</span>`)],
    ['an element of ruby around each digit', each((digit) => `<ruby>${digit}</ruby>`)],
    ['numbers of MathML', each((digit) => `<mn>${digit}</mn>`)],
    ['spans of SVG', each((digit) => `<tspan x="1">${digit}</tspan>`)],
    ['a label', '<label>138</label><output>12345678</output>'],
    ['an element that shows nothing', '138<link rel="x">1234<slot></slot>5678'],
    ['references in elements', each((digit) => `<i>&#${code(digit)};</i>`)],
  ])('hides nothing by %s', (_, written) => {
    for (const body of [written, `<p>${written}</p>`, `<td>x</td>${written}`]) {
      const seen = inspectBody('text/html', [Buffer.from(body)]);
      expect(seen.findings.map(({ detector }) => detector)).toEqual(['cn.phone']);
      expect(seen.output).toHaveLength(Buffer.from(body).length);
      expect(inspectBody('text/html', [seen.output]).findings).toEqual([]);
      // One byte at a time: the same.
      expect(inspectBody('text/html', Array.from(Buffer.from(body), (byte) => Uint8Array.of(byte))).output.equals(seen.output)).toBe(true);
    }
  });

  it('is malformed when a reference has no end in sight', () => {
    const seen = inspectBody('text/html', [Buffer.from(`<p>1&#${'0'.repeat(100)}51;8`)]);
    expect(seen.unscannable.map(({ reason }) => reason)).toEqual(['malformed']);
  });

  it('keeps the cells of a table apart', () => {
    expect(inspectBody('text/html', [Buffer.from('<td>1381</td><td>2345678</td>')]).findings).toEqual([]);
  });

  it.each([
    ['a JSON string', 'application/json', (html: string) => JSON.stringify({ html })],
    ['a form field', 'application/x-www-form-urlencoded', (html: string) => `a=b&html=${encodeURIComponent(html)}`],
    ['a plain file', 'text/markdown', (html: string) => html],
  ])('is read in %s too', (_, type, wrap) => {
    for (const html of ['138&nbsp;1234&nbsp;5678', each((digit) => `&#${code(digit)};`)]) {
      expect(inspectBody(type, [Buffer.from(wrap(html))]).findings.map(({ detector }) => detector)).toEqual(['cn.phone']);
    }
  });
});

describe('characters', () => {
  const beyond = (zero: number) => (digit: string): string => String.fromCodePoint(zero + Number(digit));
  const WAYS: readonly (readonly [string, string])[] = [
    ['mathematical digits', each(beyond(0x1d7d8))],
    ['segmented digits', each(beyond(0x1fbf0))],
    ['digits of a script beyond U+FFFF', each(beyond(0x104a0))],
    ['combining lines', each((digit) => `${digit}\u0332`)],
    ['keycaps', each((digit) => `${digit}\ufe0f\u20e3`)],
    ['tags', each((digit) => `${digit}\u{e0031}`)],
    ['selectors beyond U+FFFF', each((digit) => `${digit}\u{e0100}`)],
    ['Hangul fillers', each((digit) => `${digit}\u3164`)],
    ['control characters', each((digit) => `${digit}\x01\x7f\x90`)],
    ['backspaces', each((digit) => `${digit}\b`)],
  ];

  it.each(WAYS)('hide nothing as %s', (_, written) => {
    const escaped = Array.from({ length: written.length }, (__, at) => `\\u${written.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');
    const referenced = Array.from(written, (character) => `&#x${(character.codePointAt(0) ?? 0).toString(16)};`).join('');
    for (const [type, body] of [
      ['text/plain', `电话 ${written}，`],
      ['application/json', `{"tel":"${escaped}"}`],
      ['application/x-www-form-urlencoded', `tel=${encodeURIComponent(written)}`],
      ['text/html', `<p>${referenced}</p>`],
    ] as const) {
      const bytes = Buffer.from(body);
      const seen = inspectBody(type, [bytes]);
      expect([type, seen.findings.map(({ detector, maskable }) => [detector, maskable])]).toEqual([type, [['cn.phone', true]]]);
      expect(seen.output).toHaveLength(bytes.length);
      expect(inspectBody(type, [seen.output]).findings).toEqual([]);
      if (type === 'application/json') expect(() => JSON.parse(seen.output.toString()) as unknown).not.toThrow();
      if (type === 'application/x-www-form-urlencoded') expect(() => decodeURIComponent(seen.output.toString())).not.toThrow();
      expect(inspectBody(type, Array.from(bytes, (byte) => Uint8Array.of(byte))).output.equals(seen.output)).toBe(true);
    }
  });

  it.each(WAYS)('have their place in a string as %s', (_, written) => {
    const text = `a ${written} b`;
    const all = findAllWith(text, builtIns);
    expect(all).toHaveLength(1);
    expect(all[0]?.start).toBe(2);
    expect(written.startsWith(text.slice(2, all[0]?.end))).toBe(true);
    for (let cut = 1; cut < text.length; cut++) {
      const scanner = new TextScanner(builtIns, () => true);
      const first = scanner.push(text.slice(0, cut), false);
      const rest = scanner.push(text.slice(cut), true);
      expect([...first.findings, ...rest.findings]).toEqual(all);
      expect(first.text + rest.text).toHaveLength(text.length);
      expect(findAllWith(first.text + rest.text, builtIns)).toEqual([]);
    }
  });

  it('stay apart where something else stands between them', () => {
    expect(inspectBody('text/plain', [Buffer.from('1381😀2345678 1381\x1f2345678')]).findings).toEqual([]);
  });
});
