/** A number that a reader of the destination sees, written so that its bytes are no digits in a row: found and masked all the same. */
import { describe, expect, it } from '@jest/globals';
import { inspectBody } from '../../kit/engine.js';

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
