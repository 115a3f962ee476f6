/** What a mail's header tells: people, subjects and names as they are shown, in whatever way they were written. */
import { describe, expect, it } from '@jest/globals';
import { shownText } from '../../../../gateway/decode/split/encoded-text.js';
import { namesIn } from '../../../../gateway/decode/split/file-names.js';
import { mailHead } from '../../../../gateway/decode/split/mail-head.js';
import type { PartFacts } from '../../../../gateway/decode/split/mail-context.js';
import { mailReader } from '../../../../gateway/decode/part-readers.js';
import { PartTree } from '../../../../gateway/decode/part-tree.js';
import { costing } from '../../../kit/cpu-time.js';
import { mailerMails } from '../../../kit/mails.js';

describe('header text', () => {
  it.each([
    ['plain', 'plain'],
    ['=?utf-8?B?5rWL6K+V?=', '测试'],
    ['=?GB2312?B?suLK1A==?=', '测试'],
    ['=?gbk?Q?=B2=E2_=CA=D4?=', '测 试'],
    ['=?utf-8?B?5rWL?=\r\n =?utf-8?B?6K+V?=', '测试'],
    // A character cut in two.
    ['=?utf-8?B?5rU=?= =?utf-8?B?iw==?=', '测'],
    ['Re: =?utf-8?B?5rWL?= and =?big5?B?tPq41Q==?=', 'Re: 测 and 測試'],
    ['=?utf-8*zh?B?5rWL?=', '测'],
    ['=?x-none?B?5rWL?=', '测'],
    [Buffer.from('测试').toString('latin1'), '测试'],
    [Buffer.from([0xb2, 0xe2, 0xca, 0xd4]).toString('latin1'), '测试'],
    ['=?utf-8?X?abc?=', '=?utf-8?X?abc?='],
    ['=?=?=?', '=?=?=?'],
  ])('%j is shown as %j', (raw, shown) => {
    expect(shownText(raw)).toBe(shown);
  });
});

describe('the names of a part', () => {
  it.each([
    ['attachment; filename="a.txt"', undefined, ['a.txt']],
    ["attachment; filename*=utf-8''%E5%90%8D.txt; filename=\"x.txt\"", 'text/plain; name="y.txt"', ['名.txt', 'x.txt', 'y.txt']],
    ["attachment; filename*0*=gbk''%C3%FB; filename*1=\"%41.txt\"", undefined, ['名%41.txt']],
    ['attachment; filename*0="138001"; filename*1="38000.txt"', undefined, ['13800138000.txt']],
    [undefined, 'text/plain; name="=?GB2312?B?w/u1pS50eHQ=?="', ['名单.txt']],
    ['attachment; filename="a.txt"', 'text/plain; name="a.txt"', ['a.txt']],
    ['form-data; name="f"; filename=""', undefined, []],
    ['attachment; filename=a b.txt', undefined, ['a b.txt']],
    ['inline', 'text/plain', []],
  ])('%j and %j are %j', (disposition, type, names) => {
    expect(namesIn(disposition, type)).toEqual(names);
  });
});

describe('the head of a mail', () => {
  it('tells who writes to whom, as mail readers show it', () => {
    const head = mailHead(
      Buffer.from(
        [
          'From: "=?utf-8?B?5byg5LiJ?=" <zhang@example.cn>',
          'To: "Li, Si" <li@example.com>, wang@example.com (Wang Wu),',
          ' =?gb2312?B?1dTB+Q==?= <zhao@example.com>',
          'Cc: Team: a@example.com, b@example.com;, undisclosed-recipients:;',
          'Subject: =?gb2312?B?suLK1A==?=',
          'Message-ID: <1@example.cn>',
          'DKIM-Signature: v=1; a=rsa-sha256',
          'Received: a',
          'Received: b',
          'Content-Type: application/pdf; name="x.pdf"',
          '',
          'body',
        ].join('\r\n'),
      ),
    );
    expect(head).toMatchObject({
      subject: '测试',
      from: [{ name: '张三', address: 'zhang@example.cn' }],
      to: [{ name: 'Li, Si', address: 'li@example.com' }, { name: 'Wang Wu', address: 'wang@example.com' }, { name: '赵六', address: 'zhao@example.com' }],
      cc: [{ name: '', address: 'a@example.com' }, { name: '', address: 'b@example.com' }],
      bcc: [],
      messageId: '<1@example.cn>',
      contentType: 'application/pdf',
      fileNames: ['x.pdf'],
      signatures: ['dkim-signature'],
      received: 2,
      ambiguous: false,
    });
    expect(mailHead(Buffer.from('From: a@b\r\nFrom: c@d\r\n\r\n'))).toMatchObject({ from: [{ address: 'a@b' }, { address: 'c@d' }], ambiguous: true });
  });

  it.each(['', 'x', '\r\n', '\n\n', 'From', 'From:', '<<<<>>>>', `To: ${'<'.repeat(10_000)}`, `To: ${'('.repeat(10_000)}`, `To: ${'a@b,'.repeat(20_000)}`, `Subject: ${'=?utf-8?B?'.repeat(5000)}`])('of nonsense is nonsense, soon: %#', (text) => {
    const raw = Buffer.from(text);
    expect(costing(() => mailHead(raw), 300).cpuMs).toBeLessThan(300);
  });

  it('tells of each part and its names while the mail is read', () => {
    const facts: PartFacts[] = [];
    const [mail] = mailerMails({ text: 'x', html: '<p>x</p>', file: Buffer.from('x') });
    if (mail === undefined) throw new RangeError('no mail');
    const ignore = (): void => undefined;
    const leaf = { problem: undefined, write: (bytes: Uint8Array, at: number) => at + bytes.length };
    const sink = { masks: () => false, edit: ignore, found: ignore, child: ignore };
    mailReader({ tree: new PartTree(() => leaf), sink, part: 'body', depth: 0, mail: { part: (one) => facts.push(one) } }).write(mail.raw, 0, true);
    expect(facts).toEqual([
      { part: 'body', contentType: 'multipart/mixed', fileNames: [] },
      { part: 'body/1', contentType: 'multipart/alternative', fileNames: [] },
      { part: 'body/1/1', contentType: 'text/plain', fileNames: [] },
      { part: 'body/1/2', contentType: 'text/html', fileNames: [] },
      { part: 'body/2.txt', contentType: 'text/plain', fileNames: ['名单.txt'] },
    ]);
  });
});
