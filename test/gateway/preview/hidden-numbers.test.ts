/** Numbers that detectors judge by their surroundings to be something else are shown in no form: another script, other signs between digits, a page that begins or ends within one. */
import { describe, expect, it } from '@jest/globals';
import type { PreviewView } from '../../../gateway/ports.js';
import { testZip } from '../../kit/zip.js';
import { sealed } from './sealed.js';

const PHONE = '13800138000';
const inScript = (zero: number) => PHONE.replace(/[0-9]/g, (digit) => String.fromCodePoint(zero + Number(digit)));
const grouped = (gap: string): string => ['138', '0013', '8000'].join(gap);

const WRITINGS: readonly (readonly [string, string])[] = [
  ['in Arabic digits', inScript(0x660)],
  ['in bold digits', inScript(0x1d7ce)],
  ['in Han', PHONE.replace(/[0-9]/g, (digit) => '〇一二三四五六七八九'.charAt(Number(digit)))],
  ['in Han and ASCII', '一38零0138000'],
  ['with a no-break space', grouped('\u00a0')],
  ['with a wide space', grouped('\u3000')],
  ['with two spaces', grouped('  ')],
  ['with tabs', grouped('\t')],
  ['on three lines', grouped('\n')],
  ['with slashes', grouped('/')],
  ['with underscores', grouped('_')],
  ['with commas', grouped(',')],
  ['with wide hyphens', grouped('－')],
  ['with parentheses', '(138)0013-8000'],
  ['with spaces everywhere', Array.from(PHONE).join('  ')],
  ['with zero-width spaces', Array.from(PHONE).join('\u200b')],
  ['with accents', Array.from(PHONE).join('\u0301')],
  ['with controls', Array.from(PHONE).join('\u0001')],
  ['percent-escaped', Array.from(PHONE, (digit) => `%3${digit}`).join('')],
  ['in references', Array.from(PHONE, (digit) => `&#x3${digit};`).join('')],
  ['in JSON escapes', Array.from(PHONE, (digit) => `\\u003${digit}`).join('')],
];

/** All digits of the view, whatever their script and whatever stands between them. */
function digitsOf(view: PreviewView | undefined): string {
  const segments = view === undefined ? [] : 'segments' in view ? view.segments : 'rows' in view ? view.rows.flat(2) : [];
  return segments.map(({ text }) => text).join('').normalize('NFKC').replace(/⟨[^⟩]*⟩/g, '').replace(/%3|&#x3|\\u003/g, '')
    .replace(/[٠-٩]/g, (sign) => String(sign.charCodeAt(0) - 0x660)).replace(/[〇零一二三四五六七八九]/g, (sign) => String('零一二三四五六七八九'.indexOf(sign.replace('〇', '零')))).replace(/[^0-9]/g, '');
}

async function shown(body: string, type: string, offset = 0): Promise<string> {
  const { preview, stored } = sealed(Buffer.from(body), type);
  return digitsOf((await preview.content(stored, { part: 'body', offset }))?.view);
}

describe('a number beside a word that calls it something else', () => {
  it.each(WRITINGS)('is hidden %s', async (_, written) => {
    for (const words of ['订单号：', 'order no ', '版本 x']) {
      // Where it is found after all, its mask keeps seven digits.
      expect(await shown(`${words}${written} ok`, 'text/plain; charset=utf-8')).toMatch(/^(1388000)?$/);
      expect(await shown(`{"order":"${words}${written}"}`, 'application/json')).toMatch(/^(1388000)?$/);
    }
  });

  it('is not put together by the indentation of what only looks like JSON', async () => {
    for (const gap of ['\n\n', ' '.repeat(20), '\n'.repeat(20)]) {
      const { preview, stored } = sealed(Buffer.from(`{"order_no": ${grouped(gap)}, "a": true}`), 'application/x-www-form-urlencoded');
      const answer = await preview.content(stored, { part: 'body', offset: 0 });
      expect(JSON.stringify(answer)).not.toMatch(/13800138000/);
    }
  });

  it('keeps the rows and cells around it', async () => {
    const { preview, stored } = sealed(Buffer.from('order,n,x\na,138,2\nb,7,3\n'), 'text/csv');
    expect(await preview.content(stored, { part: 'body', offset: 0 })).toMatchObject({ view: { rows: [[{}, {}, {}], [{}, {}, {}], [{}, {}, {}]] } });
  });

  it('is hidden wherever a page is made to begin', async () => {
    const body = `订单号：${PHONE} ok`;
    const start = Buffer.from('订单号：').length;
    for (let offset = start; offset < start + PHONE.length; offset++) expect(await shown(body, 'text/plain; charset=utf-8', offset)).toBe('');
  });

  it('is hidden where a page ends within it', async () => {
    for (let before = 32 * 1024 - 60; before < 32 * 1024; before += 19) {
      const { preview, stored } = sealed(Buffer.from(`${'x '.repeat(before / 2)}订单号：${grouped('  ')} ${'y '.repeat(4000)}`), 'text/plain; charset=utf-8');
      let all = '';
      for (let offset: number | undefined = 0; offset !== undefined;) {
        const view: PreviewView | undefined = (await preview.content(stored, { part: 'body', offset }))?.view;
        all += digitsOf(view);
        offset = view !== undefined && 'more' in view ? view.more : undefined;
      }
      expect(all).toBe('');
    }
  });
});

describe('a file in base64 within a text', () => {
  it('is not shown: what is packed in it would come out elsewhere', async () => {
    const file = testZip([{ name: 'a.txt', data: Buffer.from(`电话 ${PHONE}\n`) }]).toString('base64');
    const long = Buffer.from(Array.from({ length: 900 }, (_, at) => (at * 7919) % 251)).toString('base64');
    const { preview, stored } = sealed(Buffer.from(`{"file":"${file}","picture":"${long}"}`), 'application/json');
    const text = JSON.stringify(await preview.content(stored, { part: 'body', offset: 0 }));
    expect(text).not.toContain(file.slice(0, 24));
    expect(text).not.toContain(long.slice(200, 240));
    expect(text).toContain('picture');
  });
});
