/** PDF, RTF and pictures as real programs write them: LibreOffice, Chromium's printer and its screenshots. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { mediaNamed } from '../../../../gateway/decode/extract/media/formats.js';
import { pdf } from '../../../../gateway/decode/extract/pdf/pdf.js';
import { formatOf } from '../../../../gateway/decode/magic.js';
import { browser, emptyPage } from '../../console/web/browser.js';
import { openBytes } from '../../../kit/containers.js';
import { numberSource } from '../../../kit/numbers.js';
import { converted, readBack, realFiles } from '../../../kit/real-files.js';
import { opened } from './opened.js';

const numbers = numberSource(65);
const ids = Array.from({ length: 4 }, () => numbers.residentId());
const [plain = '', spaced = '', cell = '', styled = ''] = ids;
const card = numbers.bankCard();
const phone = numbers.phone();
const all = [...ids, card, phone].sort();

const HTML = `<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>电话 ${phone}</title></head><body style="font-family:sans-serif">
<h1>员工登记表</h1><p>身份证号：${plain}，姓名：张三。</p>
<p style="letter-spacing:4px">身份证 ${spaced}</p>
<table border="1" style="width:30em;table-layout:fixed"><tr><th>身份证号</th><th>备注</th></tr><tr><td>${cell}</td><td>无</td></tr></table>
<p>身份证 ${styled.slice(0, 6)}<b>${styled.slice(6, 10)}</b><i style="color:#f00">${styled.slice(10, 14)}</i>${styled.slice(14)} 完</p>
<p style="width:11em;word-break:break-all">银行卡号是这个：${card}谢谢</p></body></html>`;
const SECRET = 'pdf:writer_pdf_Export:{"EncryptFile":{"type":"boolean","value":"true"},"DocumentOpenPassword":{"type":"string","value":"x"}}';

let chromium: Browser;
let files: readonly Buffer[];
beforeAll(async () => {
  [files, chromium] = await Promise.all([
    realFiles([converted('html', HTML, 'pdf'), converted('html', HTML, 'rtf'), converted('html', HTML, SECRET)]),
    browser(),
  ]);
});
afterAll(() => chromium.close());
const file = (at: number): Buffer => files[at] ?? Buffer.alloc(0);

describe('PDF', () => {
  it('of LibreOffice: every number is found, through the style, the spacing and the table it stands in', async () => {
    const seen = await opened(pdf, file(0));
    expect(seen.reasons).toEqual([]);
    expect([...seen.values].sort()).toEqual(expect.arrayContaining(all));
  });

  it('of Chromium: the same, in both sizes of paper', async () => {
    const page = await emptyPage(chromium);
    await page.setContent(HTML);
    for (const format of ['A4', 'A6'] as const) {
      const printed = Buffer.from(await page.pdf({ format }));
      expect(formatOf(printed.subarray(0, 4096))).toBe('pdf');
      const seen = await opened(pdf, printed);
      expect(seen.reasons).toEqual([]);
      expect([...seen.values].sort()).toEqual(expect.arrayContaining(all));
    }
    await page.close();
  });

  it('with a password is encrypted', async () => {
    expect((await opened(pdf, file(2))).reasons).toEqual(['encrypted']);
  });

  it('of a picture alone is no-text', async () => {
    const page = await emptyPage(chromium);
    await page.setContent(HTML);
    const picture = (await page.screenshot()).toString('base64');
    await page.setContent(`<!doctype html><body style="margin:0"><img src="data:image/png;base64,${picture}" style="width:100%">`);
    const seen = await opened(pdf, Buffer.from(await page.pdf({ format: 'A4' })));
    expect(seen.values).toEqual([]);
    expect(seen.reasons).toEqual(['no-text']);
    expect(seen.unread.map(({ detail }) => detail)).toContain('page without text');
    await page.close();
  });

  it('is opened by the name that its first bytes give it, and no finding in it can be masked', async () => {
    const { findings, unscannable, lines } = await openBytes('pdf', file(0));
    expect(findings.length).toBeGreaterThanOrEqual(all.length);
    expect(findings.every(({ maskable }) => !maskable)).toBe(true);
    expect(unscannable).toEqual([]);
    expect(lines.length).toBeGreaterThan(0);
  });
});

describe('RTF of LibreOffice', () => {
  it('has every number found and masked, and LibreOffice reads what is left', async () => {
    const { findings, unscannable, masked } = await openBytes('rtf', file(1));
    expect(unscannable).toEqual([]);
    expect(new Set(findings.map(({ fingerprint }) => fingerprint)).size).toBe(all.length);
    if (!(masked instanceof Buffer)) throw new Error('it was not written anew');
    expect(masked.length).toBe(file(1).length);
    expect((await openBytes('rtf', masked)).findings).toEqual([]);
    const text = await readBack(masked, 'rtf', 'txt:Text (encoded):UTF8');
    expect(text).toContain('员工登记表');
    expect(text).toContain('姓名：张三');
    for (const one of all) expect(text.replace(/\s/g, '')).not.toContain(one);
  });
});

describe('pictures of Chromium', () => {
  it('are proven, in three formats, and opened where something stands behind them', async () => {
    const page = await emptyPage(chromium);
    await page.setContent(HTML);
    const png = await page.screenshot({ type: 'png', fullPage: true });
    const jpeg = await page.screenshot({ type: 'jpeg', quality: 80 });
    const drawn = await page.evaluate(`(() => { const c = document.createElement('canvas'); c.width = 300; c.height = 200; const d = c.getContext('2d'); d.fillText('Weir', 20, 50); return c.toDataURL('image/webp'); })()`);
    const webp = Buffer.from(String(drawn).replace(/^.*,/, ''), 'base64');
    await page.close();
    for (const [format, bytes] of [['png', png], ['jpeg', jpeg], ['webp', webp]] as const) {
      expect(formatOf(bytes.subarray(0, 4096))).toBe(format);
      const seen = await opened(mediaNamed(format), bytes);
      expect(seen.reasons).toEqual(['no-text']);
      expect(seen.values).toEqual([]);
      const more = await openBytes(format, Buffer.concat([bytes, Buffer.from(`\n${phone}\n`)]));
      expect(more.findings.map(({ detector }) => detector)).toEqual(['cn.phone']);
    }
  });
});
