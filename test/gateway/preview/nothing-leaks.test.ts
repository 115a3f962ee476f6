/** Law: no view of a message, and no comparison, carries a number out, however it was written into the message. */
import { describe, expect, it } from '@jest/globals';
import { canaries, each, hex, leaks, type Canary, type Sink } from '../../laws/canaries.js';
import { randomBelow } from '../../kit/numbers.js';
import { sealed, type SealedTest } from './sealed.js';

const wide = (text: string): string => text.replace(/[0-9X]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0));
const percent = (text: string): string => Array.from(Buffer.from(text), (byte) => `%${hex(byte)}`).join('');

/** How a number may be written in a text, by the syntax whose readers would see it. */
const WRITINGS: readonly (readonly [way: string, write: (value: string) => string, syntaxes: readonly string[]])[] = [
  ['plain', (value) => value, ['text', 'json', 'form', 'csv', 'html', 'part', 'coded', 'mail', 'name', 'target']],
  ['full-width', wide, ['text', 'json', 'form', 'csv', 'html', 'part', 'coded', 'mail']],
  ['percent', percent, ['form', 'target', 'name', 'text', 'json']],
  ['full-width percent', (value) => percent(wide(value)), ['form']],
  ['JSON escapes', (value) => each(value, (code) => `\\u00${hex(code)}`), ['json', 'text']],
  ['entities', (value) => each(value, (code) => `&#${String(code)};`), ['html', 'text', 'json']],
  ['hex', (value) => Buffer.from(value).toString('hex'), ['text', 'json', 'form', 'csv', 'part', 'coded', 'mail', 'name', 'target']],
  ['base64', (value) => Buffer.from(`证 ${value} `).toString('base64'), ['text', 'json', 'csv', 'part', 'coded', 'mail', 'name']],
  ['base64, one byte on', (value) => Buffer.from(`1 ${value}!`).toString('base64'), ['text', 'json', 'csv', 'part', 'coded', 'mail']],
  ['base64, two bytes on', (value) => Buffer.from(`ab ${value}`).toString('base64url'), ['text', 'json', 'part', 'coded', 'mail', 'target']],
  ['full-width base64', (value) => Buffer.from(wide(value)).toString('base64'), ['text', 'json', 'part', 'coded', 'mail']],
  ['spaced', (value) => value.replace(/(.{4})(?=.)/g, '$1 '), ['text', 'csv']],
  ['zero-width', (value) => Array.from(value).join('\u200b'), ['text', 'json']],
];

const BODIES: Readonly<Record<string, (text: string) => SealedTest>> = {
  text: (text) => sealed(Buffer.from(`${text}\n`), 'text/plain; charset=utf-8'),
  json: (text) => sealed(Buffer.from(`{"a":{"note":"${text}"},"b":[1,"${text}"]}`), 'application/json'),
  form: (text) => sealed(Buffer.from(`a=1&note=${text.replace(/&/g, '%26').replace(/ /g, '+')}&c=`), 'application/x-www-form-urlencoded'),
  csv: (text) => sealed(Buffer.from(`name,note\nli,"${text}"\n`), 'text/csv'),
  html: (text) => sealed(Buffer.from(`<p>${text}</p>`), 'text/html; charset=utf-8'),
  part: (text) => sealed(Buffer.from(`--b\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\n${text}\r\n--b--\r\n`), 'multipart/form-data; boundary=b'),
  coded: (text) => sealed(Buffer.concat([Buffer.from('--b\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n'), Buffer.from(Buffer.from(`您好\r\n${text}\r\n`).toString('base64').replace(/(.{76})/g, '$1\r\n')), Buffer.from('\r\n--b--\r\n')]), 'multipart/form-data; boundary=b'),
  mail: (text) => sealed(Buffer.from(`From: a@a.example\r\nSubject: ${Buffer.from(text).toString('ascii').replace(/[^ -~]/g, '?')}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n${Array.from(Buffer.from(text), (byte) => `=${hex(byte).toUpperCase()}`).join('').replace(/((?:=..){20})/g, '$1=\r\n')}\r\n`), 'message/rfc822'),
  name: (text) => sealed(Buffer.from(`--b\r\nContent-Disposition: form-data; name="f"; filename*=UTF-8''${text.replace(/[^!-~]/g, encodeURIComponent)}.txt\r\n\r\nx\r\n--b--\r\n`), 'multipart/form-data; boundary=b'),
  target: (text) => sealed(Buffer.from('x'), 'text/plain', { target: `/share/${text.replace(/[^!-~]/g, encodeURIComponent)}?q=${text.replace(/[^!-~]/g, encodeURIComponent)}`, fields: [['Referer', `https://a.example/${text.replace(/[^!-~]/g, encodeURIComponent)}`]] }),
};

/** Everything the API would say of its content. */
async function answers(test: SealedTest): Promise<string> {
  const { preview, stored } = test;
  const list = await preview.content(stored, { part: undefined, offset: 0 });
  const out: unknown[] = [list];
  for (const { path } of list?.parts ?? []) {
    for (let offset: number | undefined = 0; offset !== undefined;) {
      const answer = await preview.content(stored, { part: path, offset });
      out.push(answer);
      offset = answer !== undefined && 'more' in answer.view ? answer.view.more : undefined;
    }
    if (path !== 'head') out.push(await preview.compare(stored, { part: path, offset: 0 }));
  }
  out.push(await preview.regions(stored));
  return JSON.stringify(out);
}

describe('nothing leaks from a view', () => {
  const below = randomBelow(20);
  for (const [way, write, syntaxes] of WRITINGS) {
    it(`a number written ${way} is in no answer, in no encoding`, async () => {
      const number = canaries(40 + WRITINGS.findIndex(([one]) => one === way));
      const sinks: Sink[] = [];
      for (const syntax of syntaxes) {
        for (const kind of ['id', 'card', 'phone'] as const) {
          const value = number[kind](`${kind} in ${syntax}`);
          const label = { id: '身份证号：', card: '银行卡号：', phone: '手机号：' }[kind];
          const text = `${syntax === 'name' || syntax === 'target' ? '' : label}${write(value)}`;
          const test = BODIES[syntax]?.(text);
          if (test === undefined) throw new Error(`no body for ${syntax}`);
          sinks.push({ name: `${way} in ${syntax}`, bytes: Buffer.from(await answers(test)) });
        }
      }
      expect(leaks(number.all, sinks)).toEqual([]);
    });
  }

  it('not from raw bytes of other encodings either', async () => {
    const number = canaries(99);
    const sinks: Sink[] = [];
    for (const type of ['text/plain; charset=utf-16', 'text/plain', 'application/octet-stream', undefined]) {
      const bytes = Buffer.from(`证号 ${number.id(String(type))}`, 'utf16le');
      for (const test of [sealed(bytes, type), sealed(Buffer.concat([Buffer.from('words '.repeat(800)), bytes]), type)]) sinks.push({ name: String(type), bytes: Buffer.from(await answers(test)) });
    }
    expect(leaks(number.all, sinks)).toEqual([]);
  });

  it('not where detectors judge a number by what stands around it to be something else', async () => {
    const number = canaries(55);
    const bodies: readonly (readonly [string, string])[] = [
      ['application/json', `{"id":${number.phone('bare, named id')},"orderNo":"${number.card('order')}"}`],
      ['text/plain', `订单号 ${number.phone('order')} 版本 x${number.card('glued')}y 流水号：${number.card('serial')} 0.${number.phone('decimal')}`],
      ['text/plain', `${number.phone('row')} 17 ${number.card('row')} 23 4 ${number.id('row')} 100000000001 ${number.phone('row')} 12 13 14 15 16 17 18`],
      ['text/csv', `order,track\n${number.card('cell')},${number.phone('cell')}\n`],
      ['application/x-www-form-urlencoded', `trade_no=${number.card('form')}&ts=${number.phone('form')}`],
    ];
    const sinks: Sink[] = [];
    for (const [type, body] of bodies) sinks.push({ name: type, bytes: Buffer.from(await answers(sealed(Buffer.from(body), type, { fields: [['X-Trace', `a${number.card(`field beside ${type}`)}`], ['X-Type', `text/plain; charset=x${number.card(`parameter beside ${type}`)}`]] }))) });
    expect(leaks(number.all, sinks)).toEqual([]);
  });

  it('wherever a page ends', async () => {
    const number = canaries(77);
    const sinks: Sink[] = [];
    for (let run = 0; run < 3; run++) {
      // The page's end is moved over a number, byte by byte, on average.
      const before = 'x'.repeat(32 * 1024 - 40 + below(48));
      const test = sealed(Buffer.from(`${before} 身份证号 ${number.id(`run ${String(run)}`)} ${'y'.repeat(5_000)} ${number.card(`run ${String(run)}`)}`), 'text/plain');
      sinks.push({ name: 'pages', bytes: Buffer.from(await answers(test)) });
    }
    const all: readonly Canary[] = number.all;
    expect(leaks(all, sinks)).toEqual([]);
  });
});
