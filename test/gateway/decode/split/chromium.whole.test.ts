/** What a real browser sends through the real channel and pipeline: forms in every encoding, files, fetch. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { pipeline } from '../../../../gateway/pipeline.js';
import { bytes, closeChannels, testChannel, type TestChannel } from '../../channels/http/kit.js';
import { browser, emptyPage } from '../../console/web/browser.js';
import { stand, type Stand } from '../../pipeline-kit.js';
import { encodeGb18030 } from '../../../kit/gb18030.js';
import { until } from '../../../kit/patience.js';
import { tempFolder } from '../../../kit/temp.js';

const PHONE = '13800138000';
const MASKED = '138****8000';
const folder = tempFolder('weir-chromium-');

const form = (enctype: string, charset: string): string =>
  `<!doctype html><meta charset="${charset}"><form method="post" action="/upload" enctype="${enctype}"><input name="phone" value="${PHONE}"><textarea name="text">手机 ${PHONE} 好</textarea><input type="file" name="file" multiple><button>go</button></form>`;

let chromium: Browser;
beforeAll(async () => {
  chromium = await browser();
});
afterAll(() => chromium.close());
afterEach(closeChannels);

async function through(html: Buffer, charset: string): Promise<{ readonly page: Page; readonly channel: TestChannel; readonly seen: Stand }> {
  const seen = stand({ mode: 'hold', action: (evidence) => (evidence.classes.some(({ where }) => where === 'body') ? 'mask' : 'pass') });
  const channel = await testChannel({ options: { pipeline: pipeline(seen.ports) } });
  channel.upstream.answer = () => ({ fields: [['Content-Type', `text/html; charset=${charset}`], ['Content-Length', String(html.length)]], body: bytes(html) });
  const page = await emptyPage(chromium);
  await page.goto(`http://127.0.0.1:${channel.port}/`);
  return { page, channel, seen };
}

/** The body of the one upload, and the type under which it came. */
function uploaded(channel: TestChannel): { readonly body: Buffer; readonly type: string } {
  const all = channel.upstream.arrived.filter(({ request }) => request.outbound.target.startsWith('/upload'));
  expect(all).toHaveLength(1);
  const [one] = all;
  if (one === undefined) throw new RangeError('nothing arrived');
  return { body: one.body, type: one.request.fields.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '' };
}

describe("Chromium's forms", () => {
  it.each(['utf-8', 'gb18030'] as const)('in %s with files are masked in every field and file, and their readers find the rest as it was', async (charset) => {
    const html = form('multipart/form-data', charset);
    const { page, channel, seen } = await through(charset === 'utf-8' ? Buffer.from(html) : encodeGb18030(html), charset);
    const files = [
      { name: '名单.csv', content: Buffer.from(`姓名,手机号\n张三,${PHONE}\n`) },
      { name: '名单 "2".txt', content: encodeGb18030(`手机：${PHONE}`) },
    ];
    for (const { name, content } of files) writeFileSync(join(folder, name), content);
    await page.setInputFiles('input[type=file]', files.map(({ name }) => join(folder, name)));
    await Promise.all([page.waitForURL('**/upload'), page.click('button')]);
    const { body, type } = uploaded(channel);
    const boundary = /boundary=(.*)$/.exec(type)?.[1] ?? '';
    const parts = body.toString('latin1').split(`--${boundary}`);
    expect(parts).toHaveLength(6);
    expect(parts[1]).toBe(`\r\nContent-Disposition: form-data; name="phone"\r\n\r\n${MASKED}\r\n`);
    expect(parts[2]).toContain(` ${MASKED} `);
    expect(body.includes(PHONE)).toBe(false);
    for (const { content } of files) expect(body.includes(Buffer.from(content.toString('latin1').replace(PHONE, MASKED), 'latin1'))).toBe(true);
    // An exchange is on record once its answer has left.
    await until('the upload is on record', () => seen.outcomes.some(({ action }) => action === 'mask'));
    expect(seen.outcomes.filter(({ action }) => action === 'mask').map(({ receipt }) => receipt?.unscanned)).toEqual([0]);
    await page.close();
  });

  it.each([
    ['application/x-www-form-urlencoded', `phone=138****8000&text=%E6%89%8B%E6%9C%BA+138****8000+%E5%A5%BD&file=`],
    ['text/plain', `phone=138****8000\r\ntext=手机 138****8000 好\r\nfile=\r\n`],
  ])('as %s are masked', async (enctype, expected) => {
    const { page, channel } = await through(Buffer.from(form(enctype, 'utf-8')), 'utf-8');
    await Promise.all([page.waitForURL('**/upload'), page.click('button')]);
    expect(uploaded(channel).body.toString()).toBe(expected);
    await page.close();
  });
});

describe("Chromium's fetch", () => {
  it.each([
    ['a form of files', `const f = new FormData(); f.append('a', new File(['手机 ${PHONE}'], '${PHONE}.txt', { type: 'text/plain' })); return f`, `138____8000.txt`],
    ['JSON', `return new Blob([JSON.stringify({ phone: '${PHONE}', n: 1 })], { type: 'application/json' })`, `{"phone":"${MASKED}","n":1}`],
    ['bytes without a type', `return new TextEncoder().encode('手机 ${PHONE}')`, `手机 ${MASKED}`],
    ['parameters', `return new URLSearchParams({ phone: '${PHONE}', b: '手机' })`, `phone=${MASKED}&b=%E6%89%8B%E6%9C%BA`],
  ])('of %s is masked', async (_name, make, expected) => {
    const { page, channel } = await through(Buffer.from('<!doctype html><meta charset="utf-8">'), 'utf-8');
    const status = await page.evaluate(`(async () => { const body = (() => { ${make} })(); return (await fetch('/upload', { method: 'POST', body })).status; })()`);
    expect(status).toBe(200);
    const { body } = uploaded(channel);
    expect(body.toString()).toContain(expected);
    expect(body.includes(PHONE)).toBe(false);
    await page.close();
  });
});
